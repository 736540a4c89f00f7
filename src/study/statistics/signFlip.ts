/** The sign-flip test: a permutation test of paired differences. */
import { sum } from 'simple-statistics'
import { stream } from '../../data/random.js'

/** Up to this many pairs every pattern of signs is counted: 65,536 of them. */
export const EXACT_UP_TO = 16
const PATTERNS = 100_000
const PURPOSE = 301

/** What a sign-flip test gives. */
export interface SignFlipTest {
  /** Two-sided: the part of the patterns of signs whose mean is at least as far from 0 as the one observed. */
  readonly p: number
  /** The smallest p that so many pairs can give, whatever their gaps. */
  readonly smallest: number
  /** Whether all patterns were counted, or a seeded sample of them. */
  readonly exact: boolean
}

/**
 * The smallest two-sided p of a sign-flip test.
 *
 * $$ p_{\min} = 2 / 2^n $$
 *
 * @param pairs an integer >= 1
 * @example
 * smallestP(3) // 0.25: three seeds cannot tell
 */
export const smallestP = (pairs: number): number =>
  Math.max(2 ** (1 - pairs), pairs > EXACT_UP_TO ? 1 / (PATTERNS + 1) : 0)

/** Patterns of signs, the first one `+`, whose sum is at least as far from 0 as `bound`. */
const countExtreme = (gaps: readonly number[], bound: number): number => {
  const from = (index: number, total: number): number => {
    const gap = gaps[index]
    if (gap === undefined) return Math.abs(total) >= bound ? 1 : 0
    return from(index + 1, total + gap) + from(index + 1, total - gap)
  }
  return from(1, gaps[0] as number)
}

const sampleExtreme = (gaps: readonly number[], bound: number): number => {
  const random = stream(PURPOSE, gaps.length)
  let extreme = 0
  for (let pattern = 0; pattern < PATTERNS; pattern++) {
    let total = 0
    for (const gap of gaps) total += random.next() < 0 ? -gap : gap
    if (Math.abs(total) >= bound) extreme++
  }
  return extreme
}

/**
 * Tests whether paired differences are as likely to be positive as negative. Without an effect the sign of each difference
 * is a coin; so all patterns of signs are equally likely, and no distribution need be assumed.
 *
 * $$ p = 2^{-n} \, \# \{ s \in \{-1, 1\}^n : |\textstyle\sum_i s_i d_i| \ge |\sum_i d_i| \} $$
 *
 * Above 16 pairs it takes 100,000 patterns from a fixed seed, and counts the observed one among them.
 *
 * @param gaps the differences, at least one
 * @example
 * signFlipTest([0.01, 0.02, 0.01]).p // 0.25
 * @see Fisher, The Design of Experiments, 1935, section 21
 */
export const signFlipTest = (gaps: readonly number[]): SignFlipTest => {
  const smallest = smallestP(gaps.length)
  // Rounding must not decide between patterns whose sums are equal.
  const bound = Math.abs(sum([...gaps])) - 1e-9 * sum(gaps.map(Math.abs))
  return gaps.length <= EXACT_UP_TO
    ? { p: countExtreme(gaps, bound) / 2 ** (gaps.length - 1), smallest, exact: true }
    : { p: (sampleExtreme(gaps, bound) + 1) / (PATTERNS + 1), smallest, exact: false }
}
