/** Whether the updates of a transform only ever go up the gradient: a chain that lacks its learning rate. */
import type { Graph, NodeId, Target } from '../expr/graph.js'
import type { GradientTransform } from '../transform/types.js'
import { inputName, type Signature, traceInit, traceUpdate } from './trace.js'

/**
 * What is known of a tensor, element by element: of one sign, or a sum of gradients and parameters with weights of one sign.
 * A sum whose weights are at least 0 goes up, whatever they are.
 */
type Sense = 'zero' | 'positive' | 'negative' | 'up' | 'down' | 'any'

/** What is known of a number: between which it lies. */
type Range = readonly [lo: number, hi: number]

const opposite: Readonly<Record<Sense, Sense>> = {
  zero: 'zero',
  positive: 'negative',
  negative: 'positive',
  up: 'down',
  down: 'up',
  any: 'any',
}

/** Of one or the other, and of their sum. */
const either = (a: Sense, b: Sense): Sense => (a === b || b === 'zero' ? a : a === 'zero' ? b : 'any')

const product = (a: Sense, b: Sense): Sense => {
  if (a === 'zero' || b === 'zero') return 'zero'
  if (a === 'positive') return b
  if (b === 'positive') return a
  return a === 'negative' ? opposite[b] : b === 'negative' ? opposite[a] : 'any'
}

const everything: Range = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
const senseOf = ([lo, hi]: Range): Sense =>
  lo === 0 && hi === 0 ? 'zero' : lo >= 0 ? 'positive' : hi <= 0 ? 'negative' : 'any'

/** The range of results at the ends; of what has no number there, everything. */
const atEnds = (f: (x: number, y: number) => number, a: Range, b: Range): Range => {
  const ends = a.flatMap(x => b.map(y => f(x, y)))
  return ends.some(Number.isNaN) ? everything : [Math.min(...ends), Math.max(...ends)]
}

const times = (x: number, y: number): number => (x === 0 || y === 0 ? 0 : x * y)

const power = (a: Range, b: Range): Range => {
  if (a[0] < 0) return everything
  return a[1] <= 1 && b[0] >= 0 ? [0, 1] : [0, Number.POSITIVE_INFINITY]
}

type Ranges = (id: NodeId) => Range

const rangeOf = (node: Graph['scalars'][number], ranges: Ranges, input: (name: string) => Range): Range => {
  if (node.op === 'literal') return [node.value, node.value]
  if (node.op === 'input') return input(node.name)
  if (node.op === 'read') return everything
  const args = node.args.map(ranges)
  const [a = everything, b = everything, c = everything] = args
  switch (node.op) {
    case 'add':
      return [a[0] + b[0], a[1] + b[1]]
    case 'sub':
      return [a[0] - b[1], a[1] - b[0]]
    case 'mul':
      return atEnds(times, a, b)
    case 'div':
      return b[0] > 0 || b[1] < 0
        ? atEnds((x, y) => (x === 0 ? 0 : x / y), a, b)
        : b[0] >= 0 && a[0] >= 0
          ? [0, Number.POSITIVE_INFINITY]
          : everything
    case 'pow':
      return power(a, b)
    case 'minimum':
      return [Math.min(a[0], b[0]), Math.min(a[1], b[1])]
    case 'maximum':
      return [Math.max(a[0], b[0]), Math.max(a[1], b[1])]
    case 'neg':
      return [-a[1], -a[0]]
    case 'where':
      return [Math.min(b[0], c[0]), Math.max(b[1], c[1])]
    case 'abs':
    case 'exp':
    case 'sqrt':
      return [0, Number.POSITIVE_INFINITY]
    case 'cos':
      return [-1, 1]
    case 'less':
    case 'lessEqual':
    case 'greater':
    case 'greaterEqual':
    case 'equal':
    case 'logicalAnd':
    case 'logicalOr':
    case 'logicalNot':
      return [0, 1]
    default:
      return everything
  }
}

const tensorSense = (
  { operation, args, scalars }: Graph['tensors'][number],
  senses: (id: NodeId) => Sense,
  ranges: Ranges,
  input: (name: string) => Sense,
): Sense => {
  const [a = 'any', b = 'any', c = 'any'] = args.map(senses)
  const [s = everything, t = everything] = scalars.map(ranges)
  switch (operation.op) {
    case 'input':
      return input(operation.name)
    case 'constant':
      return senseOf(s)
    case 'neg':
      return opposite[a]
    case 'sign':
    case 'broadcast':
    case 'cast':
      return a
    case 'add':
      return either(a, b)
    case 'sub':
      return either(a, opposite[b])
    case 'mul':
      return product(a, b)
    case 'div':
      return b === 'positive' || b === 'negative' ? product(a, b) : 'any'
    case 'where':
      return either(b, c)
    case 'select':
      return either(a, b)
    case 'maximum':
      return a === 'positive' || b === 'positive' ? 'positive' : either(a, b)
    case 'minimum':
      return a === 'negative' || b === 'negative' ? 'negative' : either(a, b)
    case 'lerp':
      return s[0] >= 0 && s[1] <= 1 ? either(a, b) : 'any'
    case 'clip':
      return s[0] >= 0 ? 'positive' : t[1] <= 0 ? 'negative' : s[1] <= 0 && t[0] >= 0 ? a : 'any'
    case 'reduce':
      return operation.kind === 'norm' ? 'positive' : a === 'up' || a === 'down' ? 'any' : a
    case 'log':
    case 'opaque':
      return 'any'
    case 'pow':
      return a === 'positive' ? 'positive' : 'any'
    default:
      return 'positive' // magnitudes, squares, roots, exponentials and conditions
  }
}

/** What is known of a state: senses and ranges by the names of its inputs. */
type Known = ReadonlyMap<string, Sense | Range>

const valuesOf = (graph: Graph, targets: readonly Target[], state: Known): readonly (Sense | Range)[] => {
  const ranges: Range[] = []
  for (const node of graph.scalars)
    ranges.push(
      rangeOf(
        node,
        id => ranges[id] ?? everything,
        name => (state.get(name) as Range | undefined) ?? everything,
      ),
    )
  const senses: Sense[] = []
  const leaf = (name: string): Sense => (/^(grads|params) /.test(name) ? 'up' : 'any')
  for (const node of graph.tensors)
    senses.push(
      tensorSense(
        node,
        id => senses[id] ?? 'any',
        id => ranges[id] ?? everything,
        name => (state.get(name) as Sense | undefined) ?? leaf(name),
      ),
    )
  return targets.map(({ sort, id }) => (sort === 'expr' ? (senses[id] as Sense) : (ranges[id] as Range)))
}

/** What holds before and after; a number that is not settled by and by is anything on that side. */
const joined = (old: Sense | Range, now: Sense | Range, patient: boolean): Sense | Range => {
  if (typeof old === 'string' || typeof now === 'string') return either(old as Sense, now as Sense)
  const far = (end: number, other: number, limit: number) => (patient ? other : end === other ? end : limit)
  return [
    Math.min(old[0], now[0]) === old[0] ? old[0] : far(old[0], now[0], Number.NEGATIVE_INFINITY),
    Math.max(old[1], now[1]) === old[1] ? old[1] : far(old[1], now[1], Number.POSITIVE_INFINITY),
  ]
}

/**
 * Whether every update that a transform makes is, at every step, a sum of gradients and parameters with weights that are at
 * least 0, so that adding it climbs. Never a false alarm: what cannot be told so is not.
 *
 * @example
 * onlyClimbs(scaleByAdam(), { params: { w: [2] }, present: ['w'], scalars: [], trees: {} }) // true
 */
export const onlyClimbs = (transform: GradientTransform<unknown>, signature: Signature): boolean => {
  const { graph, updates, slots, next } = traceUpdate(transform, signature)
  const init = traceInit(transform, signature.params).graph
  const keys = slots.map(({ path }) => inputName.state(path))
  let state: Known = new Map(valuesOf(init, init.roots, new Map()).map((value, i) => [keys[i] as string, value]))
  for (let round = 0; ; round++) {
    const after = valuesOf(graph, next, state)
    const wider = new Map(keys.map((key, i) => [key, joined(state.get(key) as Sense, after[i] as Sense, round < 2)]))
    const settled = keys.every(key => String(state.get(key)) === String(wider.get(key)))
    state = wider
    if (settled) break
  }
  const senses = valuesOf(graph, updates, state)
  return senses.includes('up') && senses.every(sense => sense === 'up' || sense === 'zero')
}
