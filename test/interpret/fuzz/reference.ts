/** What a program means, by loops over plain arrays: nothing of the library's own, and no TensorFlow.js. */
import * as E from './element.js'
import {
  type Decoded,
  type Gene,
  type Instruction,
  isBinary,
  isOpaque,
  isReduction,
  isUnary,
  numberOp,
  type Reduction,
  type Shape,
  sizeOf,
} from './program.js'

export interface Leaf {
  readonly shape: Shape
  readonly values: readonly number[]
}

/** A tensor of which is known what each element may be. */
export interface Value {
  readonly shape: Shape
  readonly bool: boolean
  readonly elements: readonly E.Element[]
}

export const known = ({ shape, values }: Leaf): Value => ({ shape, bool: false, elements: values.map(E.point) })
const single = (x: number): Value => ({ shape: [], bool: false, elements: [E.point(x)] })

/** For each element of a shape, in order, the place of the operand's element that broadcasts to it. */
const places = (from: Shape, to: Shape): readonly number[] => {
  const aligned = [...to.map(() => 1).slice(from.length), ...from]
  const strides = aligned.map((n, i) => (n === 1 ? 0 : sizeOf(aligned.slice(i + 1))))
  return Array.from({ length: sizeOf(to) }, (_, index) => {
    let rest = index
    let place = 0
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const n = to[axis] as number
      place += (rest % n) * (strides[axis] as number)
      rest = Math.floor(rest / n)
    }
    return place
  })
}

const spread = (x: Value, to: Shape): readonly E.Element[] =>
  places(x.shape, to).map(place => x.elements[place] as E.Element)

const number = (x: Value): Value => ({ ...x, bool: false })
const condition = (x: Value): Value =>
  x.bool ? x : { ...x, bool: true, elements: x.elements.map(e => E.notEqual(e, E.point(0))) }

const conditions: ReadonlySet<string> = new Set(['logicalAnd', 'logicalOr'])
const comparisons: Readonly<Record<string, (a: E.Element, b: E.Element) => E.Element>> = {
  greater: (a, b) => E.less(b, a),
  greaterEqual: (a, b) => E.lessEqual(b, a),
  less: E.less,
  lessEqual: E.lessEqual,
  equal: E.equal,
  notEqual: E.notEqual,
  logicalAnd: E.logicalAnd,
  logicalOr: E.logicalOr,
}
const arithmetic: Readonly<Record<string, (a: E.Element, b: E.Element) => E.Element>> = {
  add: E.add,
  sub: E.sub,
  mul: E.mul,
  div: E.div,
  pow: E.pow,
  minimum: E.minimum,
  maximum: E.maximum,
}

const binary = (op: string, a: Value, b: Value, shape: Shape): Value => {
  const convert = conditions.has(op) ? condition : number
  const f = arithmetic[op] ?? (comparisons[op] as (a: E.Element, b: E.Element) => E.Element)
  const [x, y] = [spread(convert(a), shape), spread(convert(b), shape)]
  // What is divided by one number is multiplied by its inverse, in a loop.
  const inexact = op === 'div' && sizeOf(b.shape) === 1 && sizeOf(shape) !== 1
  return {
    shape,
    bool: op in comparisons,
    elements: x.map((e, i) => {
      const result = f(e, y[i] as E.Element)
      return inexact ? E.wider(result, 2 ** -21) : result
    }),
  }
}

/** Sums in any order: of doubles, of floats, of lanes of either. */
const sum = (elements: readonly E.Element[]): E.Element => {
  if (elements.length === 1) return elements[0] as E.Element
  if (elements.some(({ nan }) => nan === 2)) return { lo: 0, hi: 0, nan: 2 }
  const size = elements.reduce((all, { lo, hi }) => {
    const most = Math.max(Math.abs(lo), Math.abs(hi))
    return Number.isFinite(most) ? all + most : all
  }, 0)
  if (size > 3.4e38) return E.unknown // a part of it may overflow
  const total = elements.reduce<{ lo: number; hi: number }>(
    (all, { lo, hi }) => ({ lo: all.lo + lo, hi: all.hi + hi }),
    {
      lo: 0,
      hi: 0,
    },
  )
  const nan = elements.some(e => e.nan === 1) ? 1 : 0
  const opposed =
    elements.some(e => e.hi === Number.POSITIVE_INFINITY) && elements.some(e => e.lo === Number.NEGATIVE_INFINITY)
  if (opposed) return nan === 0 && elements.every(E.isPoint) ? { lo: 0, hi: 0, nan: 2 } : E.unknown
  if (elements.length === 0) return E.point(0)
  const error = elements.length * 2 ** -23 * size + (size === 0 ? 0 : 6e-45)
  return { lo: Math.fround(total.lo - error), hi: Math.fround(total.hi + error), nan }
}

const norm = (elements: readonly E.Element[]): E.Element => {
  const sizes = elements.map(E.abs)
  if (sizes.length === 0) return E.point(0)
  if (sizes.length === 1) return sizes[0] as E.Element
  if (sizes.some(({ nan }) => nan === 2)) return { lo: 0, hi: 0, nan: 2 }
  const of = (end: 'lo' | 'hi') => Math.sqrt(sizes.reduce((all, e) => all + e[end] ** 2, 0))
  const found = { lo: of('lo'), hi: of('hi'), nan: sizes.some(e => e.nan === 1) ? 1 : 0 } as const
  return found.hi === 0 ? found : E.wider(found, (elements.length + 8) * 2 ** -23)
}

const reducers: Readonly<Record<Exclude<Reduction, 'mean'>, (elements: readonly E.Element[]) => E.Element>> = {
  sum,
  norm,
  max: elements => (elements.length === 0 ? E.point(0) : elements.reduce(E.maximum)),
  min: elements => (elements.length === 0 ? E.point(0) : elements.reduce(E.minimum)),
}

const reduce = (kind: Exclude<Reduction, 'mean'>, x: Value, shape: Shape): Value => {
  const groups: E.Element[][] = Array.from({ length: sizeOf(shape) }, () => [])
  // Of the result's shape, each element of the operand reads its group.
  const group = shape.length === 0 ? x.elements.map(() => 0) : places(shape, x.shape)
  for (const [i, element] of x.elements.entries()) (groups[group[i] as number] as E.Element[]).push(element)
  return { shape, bool: false, elements: groups.map(reducers[kind]) }
}

const mean = (x: Value, shape: Shape): Value => {
  const n = Math.max(1, sizeOf(x.shape) / Math.max(1, sizeOf(shape)))
  const total = reduce('sum', x, shape)
  return n === 1 ? total : binary('div', total, single(n), shape)
}

export interface Numbers {
  readonly t: number
  readonly count: number
}

const numberOf = ({ scalar, k }: Gene, { t, count }: Numbers): number =>
  ({ k, t, 't + k': t + k, 'k * t': t * k, count })[scalar]

const opaque = ({ gene, shape }: Instruction, [a, b]: readonly Value[], numbers: Numbers): Value => {
  const x = number(a as Value)
  const elements = (): readonly E.Element[] => {
    switch (gene.kind) {
      case 'reverse':
        return x.elements.toReversed()
      case 'scaled':
        return x.elements.map(e => E.mul(e, E.point(numberOf(gene, numbers))))
      case 'both':
        return x.elements.map((e, i) => E.add(e, (b as Value).elements[i] as E.Element))
      case 'first':
        return [x.elements[0] ?? E.point(0)]
      case 'grow':
      case 'fail':
        return x.elements.map(E.neg)
      default:
        return x.elements
    }
  }
  return { shape, bool: false, elements: elements() }
}

const lerp = (a: Value, b: Value, t: number, literal: boolean, shape: Shape): Value => {
  const whole = (x: Value) => x.shape.join() === shape.join()
  if (!literal && t === 0 && whole(a)) return number(a)
  if (!literal && t === 1 && whole(b)) return number(b)
  const part = (x: Value, by: number) => binary('mul', x, single(by), shape)
  return binary('add', part(a, 1 - t), part(b, t), shape)
}

const chosen = (test: E.Element, a: Value, b: Value): Value => ({
  ...number(a),
  elements: a.elements.map((e, i) => E.where(test, e, b.elements[i] as E.Element)),
})

const meaningOf = (
  instruction: Instruction,
  at: (place: number) => Value,
  shapes: readonly Shape[],
  numbers: Numbers,
): Value => {
  const { gene, args, shape } = instruction
  const { kind } = gene
  const values = args.map(at)
  const [a, b, c] = values as [Value, Value, Value]
  const n = numberOf(gene, numbers)
  if (isOpaque(kind)) return opaque(instruction, values, numbers)
  if (isBinary(kind)) return binary(kind, a, b, shape)
  if (kind === 'mean') return mean(number(a), shape)
  if (isReduction(kind)) return reduce(kind, number(a), shape)
  if (isUnary(kind)) {
    if (kind === 'logicalNot') return { ...condition(a), elements: condition(a).elements.map(E.logicalNot) }
    const f = E.unary[kind] as (x: E.Element) => E.Element
    return { shape, bool: kind === 'isNaN' || kind === 'isFinite', elements: a.elements.map(f) }
  }
  switch (kind) {
    case 'where': {
      const [test, yes, no] = [condition(a), b, c].map(x => spread(x, shape)) as [E.Element[], E.Element[], E.Element[]]
      return {
        shape,
        bool: false,
        elements: test.map((e, i) => E.where(e, yes[i] as E.Element, no[i] as E.Element)),
      }
    }
    case 'clip': {
      const bound = (x: number) => E.point(Math.fround(x))
      return {
        shape,
        bool: false,
        elements: a.elements.map(e => E.minimum(E.maximum(e, bound(n)), bound(gene.l))),
      }
    }
    case 'lerp':
      return gene.scalar === 'k'
        ? lerp(a, b, Math.max(0.1, Math.min(0.9, gene.k)), true, shape)
        : lerp(a, b, n, false, shape)
    case 'branch':
      return chosen(E.point(n > 0.5 ? 1 : 0), a, b)
    case 'branchOn':
      return chosen(c === undefined ? E.point(n > 0.5 ? 1 : 0) : (condition(c).elements[0] as E.Element), a, b)
    case 'number':
      return binary(numberOp(gene), a, single(n), shape)
    case 'spread': {
      const to = shapes[gene.y % shapes.length] as Shape
      return { ...number(a), shape: to, elements: spread(a, to) }
    }
  }
  throw new Error(`${kind} has no meaning`)
}

export interface Inputs {
  readonly params: readonly Leaf[]
  /** `undefined` where a leaf has none. */
  readonly gradients: readonly (Leaf | undefined)[]
  readonly state: readonly Leaf[]
  readonly numbers: Numbers
}

export interface Results {
  readonly updates: readonly Value[]
  readonly params: readonly Value[]
  readonly state: readonly Value[]
  readonly observed: ReadonlyMap<string, Value>
}

/** What one step may give. */
export const evaluate = (decoded: Decoded, { params, gradients, state, numbers }: Inputs): Results => {
  const { program, instructions, updates, next } = decoded
  const pool: Value[] = [...params.map((p, i) => known(gradients[i] ?? p)), ...params.map(known), ...state.map(known)]
  const at = (place: number): Value => pool[place] as Value
  const observed = new Map<string, Value>()
  for (const [i, instruction] of instructions.entries()) {
    const value = meaningOf(instruction, at, program.shapes, numbers)
    pool.push(instruction.gene.observed ? number(value) : value)
    if (instruction.gene.observed) observed.set(`v${i}`, value)
  }
  const shaped = updates.map((place, i) => {
    const shape = program.shapes[i] as Shape
    return { shape, bool: false, elements: spread(at(place), shape) }
  })
  return {
    updates: shaped,
    params: shaped.map((u, i) =>
      gradients[i] === undefined ? known(params[i] as Leaf) : binary('add', known(params[i] as Leaf), u, u.shape),
    ),
    state: next.map(at),
    observed,
  }
}

/** What states begin with. */
export const initial = ({ program }: Decoded, params: readonly Leaf[]): readonly Value[] =>
  program.states.map(({ leaf, from, k }) => {
    const p = known(params[leaf % params.length] as Leaf)
    const begins: Readonly<Record<typeof from, () => Value>> = {
      fill: () => ({ ...p, elements: p.elements.map(() => E.point(k)) }),
      param: () => p,
      condition: () => binary('greater', p, single(k), p.shape),
      sum: () => reduce('sum', p, []),
      one: () => single(k),
    }
    return begins[from]()
  })
