/** Statistics of a few seeds: spread, and gaps between paired runs. */
import { bisect, mean, sampleStandardDeviation } from 'simple-statistics'

/** Mean and sample standard deviation; a single value has no deviation. */
export interface Spread {
  readonly mean: number
  readonly sd?: number
}

/** The spread of a sample of at least one value. */
export const spread = (values: readonly number[]): Spread => ({
  mean: mean([...values]),
  ...(values.length > 1 && { sd: sampleStandardDeviation([...values]) }),
})

// P(|T| <= sqrt(nu) tan(angle)): a finite sum in the cosine, for odd and for even degrees of freedom.
const coverage = (angle: number, freedom: number): number => {
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)]
  const odd = freedom % 2
  let term = odd === 1 ? cos : 1
  let sum = freedom === 1 ? 0 : term
  for (let k = 2 + odd; k < freedom; k += 2) {
    term *= (cos * cos * (k - 1)) / k
    sum += term
  }
  return odd === 1 ? (2 / Math.PI) * (angle + sin * sum) : sin * sum
}

/**
 * How many standard errors a mean may be off, with Student's t distribution: the `t` with `P(|T| > t) = error`.
 *
 * @param error probability in both tails together, in (0, 1)
 * @param freedom degrees of freedom, an integer >= 1
 * @example
 * studentBound(0.05, 9) // 2.262
 * @see Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4
 */
export const studentBound = (error: number, freedom: number): number =>
  Math.sqrt(freedom) * Math.tan(bisect(angle => coverage(angle, freedom) - (1 - error), 0, Math.PI / 2, 200, 1e-15))

/** Fewer pairs than this get no interval: one odd seed would decide. */
export const FEWEST_PAIRS = 5

/** Paired differences, counted. */
export interface GapCounts {
  /** Number of pairs, at least one. */
  readonly pairs: number
  /** Mean of the differences, first less second. */
  readonly mean: number
  /** Pairs in which the first is ahead, and in which neither is. */
  readonly wins: number
  readonly ties: number
}

/** How one variant differs from another on the seeds that both finished. */
export interface PairedGap extends GapCounts {
  /** Two-sided confidence interval of the mean; absent with fewer than `FEWEST_PAIRS` pairs. */
  readonly interval?: readonly [low: number, high: number]
}

/** Counts differences, at least one. */
export const countGaps = (gaps: readonly number[]): GapCounts => ({
  pairs: gaps.length,
  mean: mean([...gaps]),
  wins: gaps.filter(gap => gap > 0).length,
  ties: gaps.filter(gap => gap === 0).length,
})

/**
 * The gap between paired values, with a t-interval.
 *
 * $$ d_i = a_i - b_i, \qquad \bar d \pm t_{1 - \epsilon / 2,\, n - 1}\, s_d / \sqrt{n} $$
 *
 * @param pairs values of the same seed; at least one
 * @param error probability that the interval misses, in (0, 1). Default 0.05
 * @example
 * pairedGap([[0.84, 0.83], [0.85, 0.83]]).mean // 0.015
 */
export const pairedGap = (pairs: readonly (readonly [number, number])[], error = 0.05): PairedGap => {
  const gaps = pairs.map(([a, b]) => a - b)
  const counts = countGaps(gaps)
  if (gaps.length < FEWEST_PAIRS) return counts
  const { mean, sd = 0 } = spread(gaps)
  const half = (studentBound(error, gaps.length - 1) * sd) / Math.sqrt(gaps.length)
  return { ...counts, interval: [mean - half, mean + half] }
}
