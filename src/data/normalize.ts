/** Stored values to inputs. */
import { sizeOf } from '../expr/shape.js'
import type { Examples, Normalization, Values } from './examples.js'

const BYTES = 256

/** What bytes are scaled by unless a set says otherwise: to [-1, 1]. */
export const TO_UNIT: Normalization = { mean: [127.5], sd: [127.5] }

const AS_IS: Normalization = { mean: [0], sd: [1] }

const normalizationOf = ({ images, normalization }: Examples): Normalization =>
  normalization ?? (images instanceof Uint8Array ? TO_UNIT : AS_IS)

/** Writes inputs of stored values, and of zeros. Places are multiples of the number of channels. */
export interface Writer {
  /** The inputs of `length` stored values from `from` on, written from `to` on. */
  readonly copy: (from: number, length: number, out: Float32Array, to: number) => void
  /** The inputs of `length` stored zeros. */
  readonly zeros: (length: number, out: Float32Array, to: number) => void
}

const normalized = ({ mean, sd }: Normalization, value: number, channel: number): number =>
  (value - (mean[channel] as number)) / (sd[channel] as number)

/** Bytes by a table of 256 inputs for each channel: a division a pixel would take several times as long. */
const byteWriter = (bytes: Uint8Array, normalization: Normalization): Writer => {
  const channels = normalization.mean.length
  const table = Float32Array.from({ length: channels * BYTES }, (_, i) =>
    normalized(normalization, i % BYTES, Math.floor(i / BYTES)),
  )
  return {
    copy: (from, length, out, to) => {
      // Channel by channel: the inner loop knows its part of the table, and has no counter of channels to keep.
      for (let c = 0; c < channels; c++)
        for (let i = c; i < length; i += channels)
          out[to + i] = table[c * BYTES + (bytes[from + i] as number)] as number
    },
    zeros: (length, out, to) => {
      for (let i = 0; i < length; i++) out[to + i] = table[(i % channels) * BYTES] as number
    },
  }
}

const floatWriter = (values: Float32Array, normalization: Normalization): Writer => {
  const channels = normalization.mean.length
  return {
    copy: (from, length, out, to) => {
      for (let i = 0; i < length; i++) out[to + i] = normalized(normalization, values[from + i] as number, i % channels)
    },
    zeros: (length, out, to) => {
      for (let i = 0; i < length; i++) out[to + i] = normalized(normalization, 0, i % channels)
    },
  }
}

/**
 * A writer of the inputs of a set.
 *
 * @throws RangeError where its normalization has neither one entry nor one for each channel
 */
export const writerOf = (set: Examples): Writer => {
  const normalization = normalizationOf(set)
  const { mean, sd } = normalization
  const channels = set.shape.at(-1) ?? 1
  if (mean.length !== sd.length || (mean.length !== 1 && mean.length !== channels))
    throw new RangeError(`a normalization of ${mean.length} means and ${sd.length} deviations for ${channels} channels`)
  return set.images instanceof Uint8Array
    ? byteWriter(set.images, normalization)
    : floatWriter(set.images, normalization)
}

/**
 * Mean and standard deviation of each channel over all examples, in double precision.
 *
 * $$ \mu_c = \frac{1}{n} \sum x_c, \qquad \sigma_c = \sqrt{\frac{1}{n} \sum (x_c - \mu_c)^2} $$
 *
 * @param set at least one example; a channel that does not vary gets a deviation of 1, so that it becomes 0 and not NaN
 * @example
 * const { train, test } = data
 * const normalization = channelStatistics(train) // of the training images, for both
 * const inputs = [train, test].map(set => ({ ...set, normalization }))
 */
export const channelStatistics = (set: Examples<Values>): Normalization => {
  const channels = set.shape.at(-1) ?? 1
  const perChannel = (set.count * sizeOf(set.shape)) / channels
  const sums = new Array<number>(channels).fill(0)
  for (let i = 0; i < set.images.length; i++) (sums[i % channels] as number) += set.images[i] as number
  const mean = sums.map(sum => sum / perChannel)
  // A second pass, since a difference of large sums would cancel.
  const squares = new Array<number>(channels).fill(0)
  for (let i = 0; i < set.images.length; i++)
    (squares[i % channels] as number) += ((set.images[i] as number) - (mean[i % channels] as number)) ** 2
  return { mean, sd: squares.map(sum => Math.sqrt(sum / perChannel) || 1) }
}
