/** The usual augmentation of CIFAR: pad, crop, flip. */
import { sizeOf } from '../expr/shape.js'
import { oneByOne, type WriteBatch, writeBatch } from './batches.js'
import { writerOf } from './normalize.js'
import { hash, purpose } from './random.js'

/** What may happen to an image each time it is trained with. */
export interface Augmentation {
  /** Pixels of black on each side, from which a window of the image's own size is cut: an integer in [0, 127]; 0 cuts nothing. */
  readonly pad: number
  /** Whether half of the images are mirrored, left for right. */
  readonly flip: boolean
}

/** Images as they are. */
export const noAugmentation: Augmentation = { pad: 0, flip: false }

/** What ResNets on CIFAR-10 are trained with. @see He et al., Deep residual learning, arXiv 1512.03385, section 4.2 */
export const cifarAugmentation: Augmentation = { pad: 4, flip: true }

/** Which pass over the images it is; another epoch cuts other windows. */
export interface AugmentationMoment {
  /** An integer. */
  readonly seed: number
  /** An integer >= 0. */
  readonly epoch: number
}

/** Where the window lies, relative to the image: `[-pad, pad]` down and right; then whether it is mirrored. */
export interface Crop {
  readonly down: number
  readonly right: number
  readonly mirrored: boolean
}

/**
 * What happens to an image in an epoch. Seed, epoch and index decide it, not the batch that the image is in or its size.
 *
 * @param index of the image in its set
 * @example
 * cropOf(cifarAugmentation, { seed: 0, epoch: 1 }, 17) // such as { down: -3, right: 1, mirrored: true }
 */
export const cropOf = ({ pad, flip }: Augmentation, { seed, epoch }: AugmentationMoment, index: number): Crop => {
  const side = 2 * pad + 1
  // One draw for all three, a place among 2 (2 pad + 1)^2: off from equally likely by less than 2^-15 for any pad.
  const place = Math.floor((hash(purpose.augmentation, seed, epoch, index) / 2 ** 32) * 2 * side * side)
  const window = place >> 1
  return {
    down: Math.floor(window / side) - pad,
    right: (window % side) - pad,
    mirrored: flip && (place & 1) === 1,
  }
}

/** Mirrors a row of pixels where it stands. */
const mirror = (out: Float32Array, start: number, width: number, channels: number): void => {
  for (let left = 0, right = width - 1; left < right; left++, right--)
    for (let c = 0; c < channels; c++) {
      const [a, b] = [start + left * channels + c, start + right * channels + c]
      const swap = out[a] as number
      out[a] = out[b] as number
      out[b] = swap
    }
}

/**
 * A writer of batches with their images cut and mirrored; where the augmentation does nothing, `writeBatch`. What is cut from
 * outside an image is black (0) before normalization.
 *
 * @param augmentation such as `cifarAugmentation`
 * @param at seed and epoch
 * @throws RangeError where `pad` is out of range; when writing where examples are no images, or an index is outside the set
 * @example
 * const images = new Float32Array(2 * 32 * 32 * 3)
 * augmentedWriter(cifarAugmentation, { seed: 0, epoch: 1 })(train, Uint32Array.of(0, 1), images)
 */
export const augmentedWriter = ({ pad, flip }: Augmentation, at: AugmentationMoment): WriteBatch => {
  if (!(Number.isInteger(pad) && pad >= 0 && pad <= 127))
    throw new RangeError(`pad must be an integer in [0, 127]; got ${pad}`)
  if (pad === 0 && !flip) return writeBatch
  return oneByOne(set => {
    const [height, width, channels, ...more] = set.shape
    if (height === undefined || width === undefined || channels === undefined || more.length > 0)
      throw new RangeError(`examples of shape [${set.shape}] are no images: they need height, width and channels`)
    const [size, row] = [sizeOf(set.shape), width * channels]
    const { copy, zeros } = writerOf(set)
    return (index, out, to) => {
      const { down, right, mirrored } = cropOf({ pad, flip }, at, index)
      const before = Math.min(width, Math.max(0, -right))
      const inside = Math.max(0, width - Math.abs(right))
      for (let y = 0; y < height; y++) {
        const [source, target] = [y + down, to + y * row]
        if (source < 0 || source >= height || inside === 0) zeros(row, out, target)
        else {
          const from = index * size + source * row + Math.max(0, right) * channels
          zeros(before * channels, out, target)
          copy(from, inside * channels, out, target + before * channels)
          zeros(row - (before + inside) * channels, out, target + (before + inside) * channels)
        }
        if (mirrored) mirror(out, target, width, channels)
      }
    }
  })
}
