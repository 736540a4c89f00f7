/** What the plasticity coefficient does: statistics of alpha at one step. */
import type * as tf from '@tensorflow/tfjs'
import { get, type Tree } from '../expr/tree.js'

/** The interval that a coefficient is clipped to. */
export type Bounds = readonly [low: number, high: number]

/** Statistics of alpha over all parameters, each of them counting once. */
export interface AlphaStatistics {
  readonly mean: number
  /** Standard deviation over the parameters (of the population, not of a sample). */
  readonly sd: number
  readonly min: number
  readonly max: number
  /** Fraction of parameters with alpha at most 5 % of the range above the lower bound; 1 at the latest below it. */
  readonly nearLow: number
  /** Fraction of parameters with alpha at most 5 % of the range under the upper bound, or above it. */
  readonly nearHigh: number
}

/** The values of alpha for one leaf, and how many parameters each of them stands for. */
export interface AlphaLeaf {
  readonly values: ArrayLike<number>
  /** Parameters per value: 1, or the size of the leaf where alpha is one value for all of it. */
  readonly weight: number
}

const NEAR = 0.05

/**
 * Statistics of alpha over leaves.
 *
 * $$ \mathrm{nearLow} = P(\alpha \le lo + 0.05\,(hi - lo)), \quad \mathrm{nearHigh} = P(\alpha \ge hi - 0.05\,(hi - lo)) $$
 *
 * @param leaves values and their weights; at least one value in all
 * @param bounds what alpha is clipped to, `lo <= hi`
 * @example
 * alphaStatistics([{ values: [0.2, 1], weight: 1 }], [0.2, 2]).nearLow // 0.5
 */
export const alphaStatistics = (leaves: readonly AlphaLeaf[], [low, high]: Bounds): AlphaStatistics => {
  const margin = NEAR * (high - low)
  // float32 rounds a bound to either side of it: half a unit in the last place must not decide what is near.
  const [floor, ceiling] = [Math.fround(low + margin), Math.fround(high - margin)]
  let count = 0
  let sum = 0
  let squares = 0
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  let nearLow = 0
  let nearHigh = 0
  for (const { values, weight } of leaves) {
    count += weight * values.length
    for (let i = 0; i < values.length; i++) {
      const alpha = values[i] as number
      sum += weight * alpha
      // About 1, which alpha is centred on, so that the variance does not cancel.
      squares += weight * (alpha - 1) ** 2
      min = Math.min(min, alpha)
      max = Math.max(max, alpha)
      if (alpha <= floor) nearLow += weight
      if (alpha >= ceiling) nearHigh += weight
    }
  }
  const mean = sum / count
  const variance = Math.max(0, squares / count - (mean - 1) ** 2)
  return { mean, sd: Math.sqrt(variance), min, max, nearLow: nearLow / count, nearHigh: nearHigh / count }
}

/**
 * Reads alpha back, leaf by leaf, and disposes the readings, which it takes over, on failure too.
 *
 * @param readings what `compile(t, { observe: ['alpha'] })` gave for the label
 * @param params the parameters that alpha belongs to; they stay the caller's
 * @param bounds what alpha is clipped to
 * @throws RangeError for a reading of no parameter
 * @example
 * const { readings, params } = observing.step(training, grads, context)
 * const { mean } = await readAlpha(readings.alpha, params, [0.2, 2])
 */
export const readAlpha = async (
  readings: Tree<tf.Tensor>,
  params: Tree<tf.Tensor>,
  bounds: Bounds,
): Promise<AlphaStatistics> => {
  try {
    const leaves = Object.entries(readings).map(async ([name, reading]): Promise<AlphaLeaf> => {
      const values = await reading.data()
      return { values, weight: get(name)(params).size / values.length }
    })
    return alphaStatistics(await Promise.all(leaves), bounds)
  } finally {
    for (const reading of Object.values(readings)) reading.dispose()
  }
}
