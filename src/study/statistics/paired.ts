/** All that is said of the gap between two variants over the seeds that they share. */
import { bootstrapInterval } from './bootstrap.js'
import { countGaps, type GapCounts, spread } from './gap.js'
import { type SignFlipTest, signFlipTest } from './signFlip.js'

/** A gap over paired seeds, with what chance may have to do with it. */
export interface PairedStatistics extends GapCounts, SignFlipTest {
  /** Bootstrap interval of the mean, 95 %, for this gap alone; absent with fewer than `FEWEST_PAIRS` pairs. */
  readonly interval?: readonly [low: number, high: number]
  /** Cohen's d_z, the mean over the standard deviation of the gaps; absent where they do not differ, and where the interval is. */
  readonly effect?: number
}

/**
 * The statistics of paired gaps.
 *
 * $$ d_z = \bar d / s_d $$
 *
 * @param gaps differences on the same seed, positive where the first is better; at least one
 * @example
 * pairedStatistics([0.02, 0.01, 0.03]).smallest // 0.25
 */
export const pairedStatistics = (gaps: readonly number[]): PairedStatistics => {
  const interval = bootstrapInterval(gaps)
  const counts = countGaps(gaps)
  const { sd = 0 } = spread(gaps)
  return {
    ...counts,
    ...signFlipTest(gaps),
    ...(interval && { interval }),
    // Below this the gaps differ by rounding alone.
    ...(interval && sd > 1e-12 * Math.abs(counts.mean) && { effect: counts.mean / sd }),
  }
}
