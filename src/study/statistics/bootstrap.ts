/** Bootstrap confidence intervals of a mean of few values. */
import { errorFunction, mean, quantileSorted } from 'simple-statistics'
import { stream } from '../../data/random.js'
import { FEWEST_PAIRS, studentBound } from './gap.js'

const RESAMPLES = 10_000
const PURPOSE = 302

const normalBelow = (z: number): number => (1 + errorFunction(z / Math.SQRT2)) / 2

/**
 * A confidence interval of the mean: quantiles of the means of resamples, expanded for few values.
 *
 * $$ \left[ q_{\epsilon'},\, q_{1 - \epsilon'} \right], \qquad
 *    \epsilon' = \Phi\!\left( -\sqrt{n / (n - 1)}\; t_{1 - \epsilon / 2,\, n - 1} \right) $$
 *
 * Plain percentiles are too narrow for few values, since resamples have a variance of $(n - 1) / n$ times the sample's, and
 * no tails as Student's t. Measured over samples of eight normal values, plain ones hold the mean in 89 % of them, these in 93 %.
 *
 * @param values at least two; with fewer than `FEWEST_PAIRS` there is no interval
 * @param error probability that the interval misses, in (0, 1). Default 0.05
 * @returns the same for the same values: the 10,000 resamples have a fixed seed
 * @example
 * bootstrapInterval([0.012, 0.004, 0.009, 0.011, 0.007])
 * @see Hesterberg, What teachers should know about the bootstrap, 2015, section 3.2 (expanded percentiles)
 */
export const bootstrapInterval = (
  values: readonly number[],
  error = 0.05,
): readonly [low: number, high: number] | undefined => {
  const n = values.length
  if (n < FEWEST_PAIRS) return undefined
  const random = stream(PURPOSE, n)
  const means = new Float64Array(RESAMPLES)
  // About the mean, so that equal values give an interval without width, whatever sums round to.
  const centre = mean([...values])
  const about = values.map(value => value - centre)
  for (let i = 0; i < RESAMPLES; i++) {
    let total = 0
    // The high bits pick a value; of 32 they favour none by more than one in a hundred million.
    for (let draw = 0; draw < n; draw++) total += about[Math.floor(((random.next() >>> 0) / 2 ** 32) * n)] as number
    means[i] = total / n
  }
  const sorted = Array.from(means.sort())
  const tail = normalBelow(-Math.sqrt(n / (n - 1)) * studentBound(error, n - 1))
  return [centre + quantileSorted(sorted, tail), centre + quantileSorted(sorted, 1 - tail)]
}
