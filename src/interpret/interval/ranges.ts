/** The range of every value of a graph, from the ranges of its inputs. */
import type { Graph, NodeId } from '../../expr/graph.js'
import { sizeOf } from '../../expr/shape.js'
import { capFactorOf, literalOf, meanOf, normalizedOf, tensorAt } from '../explain/patterns.js'
import { binary, clipped, divided, either, interpolated, scalarArithmetic, unary } from './arithmetic.js'
import { anything, contains, least, magnitude, meet, point, type Range, range } from './interval.js'

/** What a range is computed from. */
export interface Given {
  readonly graph: Graph
  /** The range of an input, by name. */
  readonly input: (name: string) => Range
  /** What else is known of a quotient: Adam's ratio of moments. */
  readonly quotient: (id: NodeId, ranges: Ranges) => number | undefined
  /** Whether the sizes of leaves are those of the trace; else a leaf has any number of elements. */
  readonly sized: boolean
  /** Opaque nodes, by name, whose values are some of their operand's. */
  readonly rearranging: ReadonlySet<string>
}

/** Ranges on demand, by node. */
export interface Ranges {
  readonly tensor: (id: NodeId) => Range
  readonly scalar: (id: NodeId) => Range
}

/** What a condition says of a tensor where it holds. */
type Refinement = readonly [id: NodeId, narrowed: Range]

const nothing: ReadonlyMap<NodeId, Range> = new Map()

/** The ranges of a graph's values, in real arithmetic: what float32 rounds is not counted, nor what overflows. */
export const rangesOf = (given: Given): Ranges => {
  const scalars = new Map<NodeId, Range>()
  const scalar = (id: NodeId): Range => {
    const known = scalars.get(id) ?? hostRange(given, id, ranges)
    scalars.set(id, known)
    return known
  }
  const ranges: Ranges = { tensor: under(given, scalar, nothing), scalar }
  return ranges
}

/** The ranges of tensors while some of them are known better: inside a `where`. */
const under = (given: Given, scalar: Ranges['scalar'], refined: ReadonlyMap<NodeId, Range>): Ranges['tensor'] => {
  const known = new Map(refined)
  const ranges: Ranges = { scalar, tensor: id => remembered(id) }
  const remembered = (id: NodeId): Range => {
    const value = known.get(id) ?? tensorRange(given, id, ranges, branchOn)
    known.set(id, value)
    return value
  }
  // Two conditions deep is as far as a rule goes; further in, ranges are only coarser.
  const branchOn = (refinements: readonly Refinement[]): Ranges['tensor'] =>
    refinements.length === 0 || refined.size > 1
      ? remembered
      : under(given, scalar, new Map([...refined, ...refinements]))
  return remembered
}

const hostRange = (given: Given, id: NodeId, ranges: Ranges): Range => {
  const node = given.graph.scalars[id]
  switch (node?.op) {
    case undefined:
      throw new RangeError(`the graph has no number ${id}`)
    case 'literal':
      return point(node.value)
    case 'input':
      return given.input(node.name)
    case 'read':
      return ranges.tensor(node.tensor)
    case 'where': {
      const [condition, a, b] = node.args as readonly [NodeId, NodeId, NodeId]
      return either(
        ranges.scalar(condition),
        () => ranges.scalar(a),
        () => ranges.scalar(b),
      )
    }
    default:
      return scalarArithmetic(node.op, node.args.map(ranges.scalar))
  }
}

const tensorRange = (
  given: Given,
  id: NodeId,
  ranges: Ranges,
  branchOn: (refinements: readonly Refinement[]) => Ranges['tensor'],
): Range => {
  const { operation, args, scalars } = tensorAt(given.graph, id)
  const [a, b, c] = args as readonly [NodeId, NodeId, NodeId]
  const [s, t] = scalars as readonly [NodeId, NodeId]
  switch (operation.op) {
    case 'input':
      return given.input(operation.name)
    case 'constant':
      return ranges.scalar(s)
    case 'broadcast':
    case 'cast':
      return ranges.tensor(a)
    case 'clip':
      return clipped(ranges.tensor(a), ranges.scalar(s), ranges.scalar(t))
    case 'lerp':
      return interpolated(ranges.tensor(a), ranges.tensor(b), ranges.scalar(s))
    case 'select':
      return either(
        ranges.scalar(s),
        () => ranges.tensor(a),
        () => ranges.tensor(b),
      )
    case 'where': {
      if (isCap(given, id, ranges)) return range(0, 1)
      const side = (holds: boolean) => branchOn(refinementsOf(given.graph, a, holds, ranges))
      return either(
        ranges.tensor(a),
        () => side(true)(b),
        () => side(false)(c),
      )
    }
    case 'reduce':
      return reduced(operation.kind, ranges.tensor(a), reducedCount(given, id))
    case 'opaque':
      return given.rearranging.has(operation.opaque.name) ? ranges.tensor(a) : range(...anything, false)
    case 'div':
      return quotientRange(given, id, ranges)
    default:
      return operation.op in unary
        ? unary[operation.op as keyof typeof unary](ranges.tensor(a))
        : binary[operation.op as keyof typeof binary](ranges.tensor(a), ranges.tensor(b))
  }
}

/** $c / (n + \varepsilon)$ is applied only where $0 \le c < n$: the factor lies in [0, 1], whatever $n$ is. */
const isCap = ({ graph }: Given, id: NodeId, ranges: Ranges): boolean => {
  const cap = capFactorOf(graph, id)
  if (cap === undefined) return false
  const limit = ranges.tensor(cap.limit)
  return limit.finite && limit.bounds[0] >= 0 && ranges.tensor(cap.quantity).finite
}

const quotientRange = (given: Given, id: NodeId, ranges: Ranges): Range => {
  const { graph } = given
  const mean = meanOf(graph, id)
  if (mean !== undefined) return ranges.tensor(mean.of)
  const [a, b] = tensorAt(graph, id).args.map(ranges.tensor) as [Range, Range]
  const plain = divided(a, b)
  const normalized = normalizedOf(graph, id)
  // No element is more than all together: x <= n mean(x) for x >= 0.
  if (normalized !== undefined && a.finite && a.bounds[0] >= 0 && given.sized)
    return range(...meet(plain.bounds, [0, normalized.count]), plain.finite)
  const ratio = given.quotient(id, ranges)
  return ratio === undefined ? plain : range(...meet(plain.bounds, [-ratio, ratio]), plain.finite)
}

/** How many elements a reduction takes together; any number from 1, if sizes are not to be relied on. */
const reducedCount = ({ graph, sized }: Given, id: NodeId): readonly [number, number] => {
  const { args, shape } = tensorAt(graph, id)
  const count = sizeOf(tensorAt(graph, args[0]).shape) / Math.max(1, sizeOf(shape))
  return sized ? [count, count] : [1, Number.POSITIVE_INFINITY]
}

const reduced = (kind: 'sum' | 'max' | 'min' | 'norm', x: Range, [fewest, most]: readonly [number, number]): Range => {
  const [lo, hi] = x.bounds
  const of = (value: number, count: number) => (value === 0 ? 0 : value * count)
  switch (kind) {
    case 'sum':
      return range(of(lo, lo < 0 ? most : fewest), of(hi, hi > 0 ? most : fewest), x.finite)
    case 'norm':
      return range(of(least(x.bounds), Math.sqrt(fewest)), of(magnitude(x.bounds), Math.sqrt(most)), x.finite)
    default: // of no elements it is 0
      return fewest === 0 ? range(Math.min(lo, 0), Math.max(hi, 0), x.finite) : x
  }
}

/** What it says of the operands of a condition that it holds, or does not. */
const refinementsOf = (graph: Graph, condition: NodeId, holds: boolean, ranges: Ranges): readonly Refinement[] => {
  const { operation, args } = tensorAt(graph, condition)
  const [x, y] = args as readonly [NodeId, NodeId]
  const narrow = (lo: number, hi: number): readonly Refinement[] => {
    const { bounds, finite } = ranges.tensor(x)
    return finite ? [[x, range(...meet(bounds, [lo, hi]), finite)]] : []
  }
  const limit = y === undefined ? undefined : literalOf(graph, y)
  const [above, below] = [limit === undefined ? 0 : nextUp(limit), limit ?? 0]
  switch (operation.op) {
    case 'logicalNot':
      return refinementsOf(graph, x, !holds, ranges)
    case 'isFinite':
      return holds ? [[x, { ...ranges.tensor(x), finite: true }]] : []
    case 'greater':
      return limit === undefined ? [] : holds ? narrow(above, Number.POSITIVE_INFINITY) : narrow(anything[0], limit)
    case 'greaterEqual':
      return limit === undefined ? [] : holds ? narrow(limit, anything[1]) : narrow(anything[0], below)
    case 'lessEqual':
      return limit === undefined ? [] : holds ? narrow(anything[0], limit) : narrow(above, anything[1])
    case 'less':
      return limit === undefined ? [] : holds ? narrow(anything[0], below) : narrow(limit, anything[1])
    case 'equal':
      if (limit === undefined) return []
      if (holds) return narrow(limit, limit)
      return ranges.tensor(x).bounds[0] === limit ? narrow(above, anything[1]) : []
    default:
      return []
  }
}

/** What a strict bound leaves: of numbers above 0, that they are not 0. */
const nextUp = (x: number): number => (x === 0 ? Number.MIN_VALUE : x)

/** Whether a value may be 0. */
export const mayVanish = ({ bounds, finite }: Range): boolean => !finite || contains(bounds, 0)
