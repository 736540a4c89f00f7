/** What each operation of the algebra makes of ranges, for tensors element by element and for host numbers alike. */
import type { BinaryOperation, UnaryOperation } from '../../expr/expr.js'
import type { ScalarOperation } from '../../expr/scalar.js'
import {
  anything,
  between,
  contains,
  decided,
  hull,
  least,
  magnitude,
  negative,
  over,
  plus,
  type Range,
  range,
  times,
} from './interval.js'

const truth = (holds: boolean | undefined): Range =>
  holds === undefined ? range(0, 1) : holds ? range(1, 1) : range(0, 0)

const not = (holds: boolean | undefined): boolean | undefined => (holds === undefined ? undefined : !holds)

const monotone =
  (f: (x: number) => number) =>
  ({ bounds: [lo, hi], finite }: Range): Range =>
    range(f(lo), f(hi), finite)

export const negated = ({ bounds, finite }: Range): Range => ({ bounds: negative(bounds), finite })
export const sum = (a: Range, b: Range): Range => range(...plus(a.bounds, b.bounds), a.finite && b.finite)
export const multiplied = (a: Range, b: Range): Range => range(...times(a.bounds, b.bounds), a.finite && b.finite)

/** A divisor that may be 0 leaves only the sign: the quotient may be infinite, or 0 / 0. */
export const divided = (a: Range, b: Range): Range =>
  contains(b.bounds, 0)
    ? range(a.bounds[0] >= 0 && b.bounds[0] >= 0 ? 0 : anything[0], anything[1], false)
    : range(...over(a.bounds, b.bounds), a.finite && b.finite)

const square = ({ bounds, finite }: Range): Range => range(least(bounds) ** 2, magnitude(bounds) ** 2, finite)

// Monotone in each argument, so that the corners decide.
const power = (a: Range, b: Range): Range => {
  const finite = a.finite && b.finite
  const [exponent, last] = b.bounds
  if (exponent === 2 && last === 2) return square(a)
  if (a.bounds[0] < 0 || (a.bounds[0] === 0 && exponent < 0)) return range(...anything, false)
  // 1 to the infinite is 1 here: an infinite end is approached, not attained.
  const at = (x: number, y: number): number => (x === 1 || y === 0 ? 1 : x ** y)
  const corners = a.bounds.flatMap(x => b.bounds.map(y => at(x, y)))
  return range(Math.min(...corners), Math.max(...corners), finite)
}

const compare =
  (always: (a: Range['bounds'], b: Range['bounds']) => boolean, never: typeof always) =>
  (a: Range, b: Range): Range =>
    truth(
      !a.finite || !b.finite
        ? undefined
        : always(a.bounds, b.bounds)
          ? true
          : never(a.bounds, b.bounds)
            ? false
            : undefined,
    )

const less = compare(
  (a, b) => a[1] < b[0],
  (a, b) => a[0] >= b[1],
)
const lessEqual = compare(
  (a, b) => a[1] <= b[0],
  (a, b) => a[0] > b[1],
)
const equal = compare(
  (a, b) => a[0] === a[1] && b[0] === b[1] && a[0] === b[0],
  (a, b) => a[1] < b[0] || b[1] < a[0],
)
const greater = (a: Range, b: Range) => less(b, a)
const greaterEqual = (a: Range, b: Range) => lessEqual(b, a)

const extreme =
  (pick: (x: number, y: number) => number) =>
  (a: Range, b: Range): Range =>
    range(pick(a.bounds[0], b.bounds[0]), pick(a.bounds[1], b.bounds[1]), a.finite && b.finite)

const and = (a: Range, b: Range): Range => {
  const [x, y] = [decided(a), decided(b)]
  return truth(x === false || y === false ? false : x === true && y === true ? true : undefined)
}
const or = (a: Range, b: Range): Range => {
  const [x, y] = [decided(a), decided(b)]
  return truth(x === true || y === true ? true : x === false && y === false ? false : undefined)
}

/** Of one operand, element by element. */
export const unary: Readonly<Record<UnaryOperation | 'cos' | 'floor', (x: Range) => Range>> = {
  abs: ({ bounds, finite }) => range(least(bounds), magnitude(bounds), finite),
  neg: negated,
  square,
  sqrt: ({ bounds: [lo, hi], finite }) =>
    range(Math.sqrt(Math.max(0, lo)), Math.sqrt(Math.max(0, hi)), finite && lo >= 0),
  exp: monotone(Math.exp),
  log: ({ bounds: [lo, hi], finite }) => range(Math.log(Math.max(0, lo)), Math.log(Math.max(0, hi)), finite && lo > 0),
  sigmoid: monotone(x => 1 / (1 + Math.exp(-x))),
  tanh: monotone(Math.tanh),
  sign: monotone(Math.sign),
  isNaN: ({ finite }) => truth(finite ? false : undefined),
  isFinite: ({ finite }) => truth(finite ? true : undefined),
  logicalNot: x => truth(not(decided(x))),
  cos: ({ bounds: [lo, hi], finite }) => (lo === hi ? range(Math.cos(lo), Math.cos(lo), finite) : range(-1, 1, finite)),
  floor: monotone(Math.floor),
}

/** Of two operands, element by element. */
export const binary: Readonly<Record<BinaryOperation | 'mod', (a: Range, b: Range) => Range>> = {
  add: sum,
  sub: (a, b) => sum(a, negated(b)),
  mul: multiplied,
  div: divided,
  pow: power,
  minimum: extreme(Math.min),
  maximum: extreme(Math.max),
  less,
  lessEqual,
  greater,
  greaterEqual,
  equal,
  notEqual: (a, b) => truth(not(decided(equal(a, b)))),
  logicalAnd: and,
  logicalOr: or,
  mod: (a, b) => (b.bounds[0] > 0 ? range(0, b.bounds[1], a.finite && b.finite) : range(...anything, false)),
}

/** Of host numbers. */
export const scalarArithmetic = (op: ScalarOperation, args: readonly Range[]): Range => {
  const [a, b] = args as readonly [Range, Range]
  return op in binary ? binary[op as keyof typeof binary](a, b) : unary[op as keyof typeof unary](a)
}

/** One of two, by a condition. */
export const either = (condition: Range, a: () => Range, b: () => Range): Range => {
  const holds = decided(condition)
  if (holds !== undefined) return holds ? a() : b()
  const [x, y] = [a(), b()]
  return { bounds: hull(x.bounds, y.bounds), finite: x.finite && y.finite }
}

/** The nearer end outside [lo, hi]: `min(max(x, lo), hi)`. */
export const clipped = (x: Range, lo: Range, hi: Range): Range => binary.minimum(binary.maximum(x, lo), hi)

/** $(1 - t)\,a + t\,b$, for a number $t$. */
export const interpolated = (a: Range, b: Range, t: Range): Range =>
  range(...between(a.bounds, b.bounds, t.bounds), a.finite && b.finite && t.finite)
