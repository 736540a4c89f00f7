/**
 * Batches, assembled on the host: copying bytes there is faster than `gather` and `slice` on tensors of all images, and the
 * images stay bytes, a quarter of the memory.
 */
import { type ImageSet, PIXELS } from './imageSet.js'

/** Some images of a set, ready for a tensor. */
export interface ImageBatch {
  /** Pixels in [-1, 1], row-major, 784 for each image. */
  readonly images: Float32Array
  /** A class for each image. */
  readonly labels: Int32Array
}

const UNIT = Float32Array.from({ length: 256 }, (_, byte) => byte / 127.5 - 1)

/**
 * Pixels scaled to [-1, 1].
 *
 * $$ x = p / 127.5 - 1 $$
 *
 * @param pixels bytes from 0 to 255
 * @example
 * pixelsToUnit(Uint8Array.of(0, 255)) // Float32Array [-1, 1]
 * @see the authors' ToTensor and Normalize(0.5, 0.5), arXiv 2604.26297
 */
export const pixelsToUnit = (pixels: Uint8Array): Float32Array =>
  Float32Array.from(pixels, byte => UNIT[byte] as number)

/**
 * The images and labels at some indices, in their order, pixels scaled to [-1, 1].
 *
 * @param set the images
 * @param indices each in [0, set.count)
 * @throws RangeError where an index is outside the set
 * @example
 * const { images, labels } = batch(train, Uint32Array.of(0, 1))
 * const x = tf.tensor2d(images, [2, 784])
 */
export const batch = (set: ImageSet, indices: Uint32Array): ImageBatch => {
  const images = new Float32Array(indices.length * PIXELS)
  const labels = new Int32Array(indices.length)
  indices.forEach((index, i) => {
    if (index >= set.count) throw new RangeError(`no image ${index} in a set of ${set.count} (0..${set.count - 1})`)
    const from = index * PIXELS
    const to = i * PIXELS
    for (let p = 0; p < PIXELS; p++) images[to + p] = UNIT[set.images[from + p] as number] as number
    labels[i] = set.labels[index] as number
  })
  return { images, labels }
}
