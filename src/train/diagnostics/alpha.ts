/** Statistics of alpha, added up leaf by leaf. */
import type { Bounds } from './types.js'

const BINS = 64

/**
 * Collects values of alpha, and tells their statistics.
 *
 * @param bounds what alpha is clipped to, `lo <= hi`
 * @param near the part of the range, in [0, 0.5], that counts as near a bound; default 0.05
 * @returns `add`, with how many parameters each value stands for, and `statistics`, once there is a value
 * @example
 * const tally = alphaTally([0.2, 2])
 * tally.add([0.2, 1], 1)
 * tally.statistics().alphaFractionNearMin // 0.5
 */
export const alphaTally = ([low, high]: Bounds, near = 0.05) => {
  const margin = near * (high - low)
  // float32 rounds a bound to either side of it: half a unit in the last place must not decide what is near.
  const [floor, ceiling] = [Math.fround(low + margin), Math.fround(high - margin)]
  const width = (high - low) / BINS
  const histogram = new Float64Array(BINS)
  const scale = width > 0 ? 1 / width : 0
  let count = 0
  let sum = 0
  let squares = 0
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  let nearLow = 0
  let nearHigh = 0

  const add = (values: ArrayLike<number>, weight: number): void => {
    // Local, since a variable that a closure shares is in memory; and numbers from the start, since V8 boxes what may not be one.
    let total = 0
    let ofSquares = 0
    let least = Number.POSITIVE_INFINITY
    let greatest = Number.NEGATIVE_INFINITY
    let low5 = 0
    let high5 = 0
    for (let i = 0; i < values.length; i++) {
      const alpha = values[i] as number
      // About 1, which alpha is centred on, so that the variance does not cancel.
      const centred = alpha - 1
      total += centred
      ofSquares += centred * centred
      if (alpha < least) least = alpha
      if (alpha > greatest) greatest = alpha
      if (alpha <= floor) low5++
      if (alpha >= ceiling) high5++
      const place = (alpha - low) * scale
      const bin = place >= BINS ? BINS - 1 : place > 0 ? place | 0 : 0
      histogram[bin] = (histogram[bin] as number) + weight
    }
    count += weight * values.length
    sum += weight * total
    squares += weight * ofSquares
    min = Math.min(min, least)
    max = Math.max(max, greatest)
    nearLow += weight * low5
    nearHigh += weight * high5
  }

  const median = (): number => {
    let below = 0
    let bin = -1
    while (bin < BINS - 1 && below < count / 2) below += histogram[++bin] as number
    return low + (bin + 0.5) * width
  }

  return {
    add,
    statistics: () => ({
      alphaMean: 1 + sum / count,
      alphaStd: Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2)),
      alphaMedian: median(),
      alphaMin: min,
      alphaMax: max,
      alphaFractionNearMin: nearLow / count,
      alphaFractionNearMax: nearHigh / count,
      alphaHistogram: Array.from(histogram),
      alphaBounds: [low, high] as const,
    }),
  }
}
