/** Intervals of real numbers: what is known of a value before it is computed. */

/** All numbers from `lo` to `hi`; an end may be infinite. */
export type Interval = readonly [lo: number, hi: number]

/**
 * What is known of a number: the interval it lies in, and whether it is a number at all. Where `finite` is false the value
 * may also be NaN or infinite, which no later bound repairs: clipping a NaN gives a NaN.
 */
export interface Range {
  readonly bounds: Interval
  readonly finite: boolean
}

export const anything: Interval = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]

/** A range of finite numbers. An overflow while computing an end is no end: it is moved to the right side. */
export const range = (lo: number, hi: number, finite = true): Range => ({
  bounds: [
    Number.isNaN(lo) ? anything[0] : Math.min(lo, Number.MAX_VALUE),
    Number.isNaN(hi) ? anything[1] : Math.max(hi, -Number.MAX_VALUE),
  ],
  finite: finite && !Number.isNaN(lo) && !Number.isNaN(hi),
})

export const point = (value: number): Range => range(value, value, Number.isFinite(value))

/** The largest magnitude. */
export const magnitude = ([lo, hi]: Interval): number => Math.max(Math.abs(lo), Math.abs(hi))
/** The smallest magnitude. */
export const least = ([lo, hi]: Interval): number => (lo <= 0 && hi >= 0 ? 0 : Math.min(Math.abs(lo), Math.abs(hi)))
export const contains = ([lo, hi]: Interval, x: number): boolean => lo <= x && x <= hi
export const isBounded = ([lo, hi]: Interval): boolean => Number.isFinite(lo) && Number.isFinite(hi)
/** Whether a value is finite and has a bound on either side. */
export const isTame = ({ bounds, finite }: Range): boolean => finite && isBounded(bounds)

/** The smallest interval with both. */
export const hull = (a: Interval, b: Interval): Interval => [Math.min(a[0], b[0]), Math.max(a[1], b[1])]
/** What lies in both, where both hold; never empty: rounding may part two bounds that meet. */
export const meet = (a: Interval, b: Interval): Interval => {
  const [lo, hi] = [Math.max(a[0], b[0]), Math.min(a[1], b[1])]
  return lo <= hi ? [lo, hi] : a
}

// An infinite end is approached, not attained: 0 times it is 0.
const product = (x: number, y: number): number => (x === 0 || y === 0 ? 0 : x * y)
const spanned = (values: readonly number[]): Interval => [Math.min(...values), Math.max(...values)]

export const negative = ([lo, hi]: Interval): Interval => [0 - hi, 0 - lo]
export const plus = (a: Interval, b: Interval): Interval => [a[0] + b[0], a[1] + b[1]]
export const times = (a: Interval, b: Interval): Interval =>
  spanned([product(a[0], b[0]), product(a[0], b[1]), product(a[1], b[0]), product(a[1], b[1])])

const quotient = (x: number, y: number): number => (Number.isFinite(y) ? x / y : 0)

/** A quotient whose divisor is never 0. */
export const over = (a: Interval, b: Interval): Interval =>
  spanned([quotient(a[0], b[0]), quotient(a[0], b[1]), quotient(a[1], b[0]), quotient(a[1], b[1])])

/**
 * $(1 - t)\,a + t\,b$. Linear in $t$, so the ends of $t$ decide; and for $t$ in $[0, 1]$ it stays in the hull of both.
 * Outside it extrapolates: for one and the same interval and $t = s > 1$ that is $[lo - (s-1)(hi - lo),\ hi + (s-1)(hi - lo)]$.
 */
export const between = (a: Interval, b: Interval, t: Interval): Interval => {
  const at = (x: number): Interval => plus(times([1 - x, 1 - x], a), times([x, x], b))
  const whole = hull(a, b)
  if (!isBounded(t)) return t[0] >= 0 && t[1] <= 1 ? whole : anything
  const linear = hull(at(t[0]), at(t[1]))
  return t[0] >= 0 && t[1] <= 1 ? meet(whole, linear) : linear
}

/** Whether a condition holds always, never, or may do either (`undefined`). */
export const decided = ({ bounds, finite }: Range): boolean | undefined =>
  !finite || (contains(bounds, 0) && (bounds[0] !== 0 || bounds[1] !== 0))
    ? undefined
    : bounds[0] !== 0 || bounds[1] !== 0
