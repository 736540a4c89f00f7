/** Interval arithmetic: a value of points lies in the range of their intervals, whatever the operation. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scalarOperations } from '../../../src/expr/scalar.js'
import { binary, divided, interpolated, unary } from '../../../src/interpret/interval/arithmetic.js'
import { between, contains, point, type Range, range } from '../../../src/interpret/interval/interval.js'

const value = fc.oneof(
  fc.constantFrom(0, 1, -1, 0.5, 2, 1e-8, -3),
  fc.double({ min: -50, max: 50, noNaN: true }).map(x => (Math.abs(x) < 1e-9 ? 0 : x)),
)
/** A point, and a range that it lies in. */
const pointed = fc
  .tuple(value, value, value)
  .map(([x, a, b]) => ({ x, within: range(Math.min(x, a, b), Math.max(x, a, b)) }))
const halfOpen = pointed.map(({ x, within: { bounds } }) => ({ x, within: range(bounds[0], Number.POSITIVE_INFINITY) }))
const operand = fc.oneof(
  pointed,
  halfOpen,
  value.map(x => ({ x, within: point(x) })),
)

/** Rounding may push a value past an end by a few units in the last place. */
const holds = (result: Range, x: number): boolean => {
  const slack = 1e-12 * Math.max(50, Math.abs(x))
  const overflow = !Number.isNaN(x) && !Number.isFinite(x) && contains(result.bounds, x)
  return (
    !result.finite ||
    overflow ||
    (Number.isFinite(x) && contains([result.bounds[0] - slack, result.bounds[1] + slack], x))
  )
}

const exact = {
  ...scalarOperations,
  square: (x: number) => x * x,
  sign: Math.sign,
  sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  isNaN: (x: number) => Number(Number.isNaN(x)),
  isFinite: (x: number) => Number(Number.isFinite(x)),
  notEqual: (a: number, b: number) => Number(a !== b),
} as const

test.each(Object.entries(unary))('%s of one', (op, of) => {
  const f: (x: number) => number = exact[op as keyof typeof unary]
  fc.assert(fc.property(operand, ({ x, within }) => holds(of(within), f(x))))
})

test.each(Object.entries(binary))('%s of two', (op, of) => {
  const f: (a: number, b: number) => number = exact[op as keyof typeof binary]
  fc.assert(fc.property(operand, operand, (a, b) => holds(of(a.within, b.within), f(a.x, b.x))))
})

test('a lerp, its coefficient in [0, 1] or not', () => {
  fc.assert(
    fc.property(operand, operand, operand, (a, b, t) =>
      holds(interpolated(a.within, b.within, t.within), (1 - t.x) * a.x + t.x * b.x),
    ),
  )
})

describe('sharpness', () => {
  test('between the same bounds a lerp is exactly the hull, and extrapolates by (s - 1) times the width', () => {
    expect(between([0.2, 2], [0.2, 2], [0, 1])).toEqual([0.2, 2])
    expect(between([0.2, 2], [0.2, 2], [0.3, 0.3])).toEqual([0.2, 2])
    expect(between([0.2, 2], [0.2, 2], [2, 2])).toEqual([-1.6, 3.8])
    expect(between([0.2, 2], [0.2, 2], [0, 2])).toEqual([-1.6, 3.8])
  })

  test('a division by what may be 0 is no number; one by what is positive is', () => {
    expect(divided(range(0, Number.POSITIVE_INFINITY), range(0, 1)).finite).toBe(false)
    expect(divided(range(0, 3), range(1e-8, Number.POSITIVE_INFINITY))).toEqual(range(0, 3e8))
  })
})
