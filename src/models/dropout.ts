/** Inverted dropout, decided on the host. */

import type { TrainingMoment } from './model.js'
import { purpose, stream } from './random.js'

const DECISIONS_PER_UNIT = 2 ** 16

/** Writes `dropoutMask` over all of an array. */
export const writeDropoutMask = (rate: number, layer: number, at: TrainingMoment, mask: Float32Array): void => {
  const { seed, epoch, step } = at
  const random = stream(purpose.dropout, seed, epoch, step, layer)
  const threshold = Math.round(rate * DECISIONS_PER_UNIT)
  const kept = 1 / (1 - rate)
  // Arithmetic in place of a branch, which the processor could not predict: `x < threshold` is the sign of the difference.
  for (let i = 0; i < mask.length; i += 2) {
    const bits = random.next()
    mask[i] = (1 + (((bits & 0xffff) - threshold) >> 31)) * kept
    mask[i + 1] = (1 + (((bits >>> 16) - threshold) >> 31)) * kept
  }
}

/**
 * A mask of inverted dropout: each value is 0 with probability `rate`, else what keeps the mean.
 *
 * $$ m_i = \begin{cases} 0 & \text{with probability } r \\ 1 / (1 - r) & \text{else} \end{cases} $$
 *
 * Each 32 random bits decide two values, for speed, so `rate` is met to within $2^{-17}$. Made on the host, so that it is
 * the same on each backend.
 *
 * @param rate probability to drop, in [0, 1)
 * @param size number of values, an integer >= 0
 * @param layer which of a model's masks this is, from 0
 * @param at the seed, epoch and step that it belongs to
 * @example
 * dropoutMask(0.1, 128 * 256, 0, { seed: 0, epoch: 1, step: 1 }) // a Float32Array of 0 and 1.111...
 * @see Srivastava et al., Dropout, JMLR 2014
 */
export const dropoutMask = (rate: number, size: number, layer: number, at: TrainingMoment): Float32Array => {
  const mask = new Float32Array(size)
  writeDropoutMask(rate, layer, at, mask)
  return mask
}
