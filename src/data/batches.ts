/**
 * Batches, assembled on the host: copying bytes there is faster than `gather` and `slice` on tensors of all images, and the
 * images stay bytes, a quarter of the memory.
 */
import { sizeOf } from '../expr/shape.js'
import type { Examples } from './examples.js'
import { writerOf } from './normalize.js'

/** Some examples of a set, ready for a tensor. */
export interface ImageBatch {
  /** Inputs, row-major: unless the set says otherwise pixels in [-1, 1]. */
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

/** Writes the inputs of one example, from `to` on. */
export type WriteExample = (index: number, out: Float32Array, to: number) => void

/**
 * A batch of some examples, each written by a function.
 *
 * @throws RangeError where an index is outside the set
 */
export const assemble = (set: Examples, indices: Uint32Array, write: WriteExample): ImageBatch => {
  const size = sizeOf(set.shape)
  const images = new Float32Array(indices.length * size)
  const labels = new Int32Array(indices.length)
  indices.forEach((index, i) => {
    if (index >= set.count) throw new RangeError(`no image ${index} in a set of ${set.count} (0..${set.count - 1})`)
    write(index, images, i * size)
    labels[i] = set.labels[index] as number
  })
  return { images, labels }
}

/**
 * The examples and labels at some indices, in their order, as inputs: normalized as the set says, else pixels scaled to
 * [-1, 1], and floats as they are.
 *
 * @param set the examples
 * @param indices each in [0, set.count)
 * @throws RangeError where an index is outside the set
 * @example
 * const { images, labels } = batch(train, Uint32Array.of(0, 1))
 * const x = tf.tensor2d(images, [2, 784])
 */
export const batch = (set: Examples, indices: Uint32Array): ImageBatch => {
  const size = sizeOf(set.shape)
  const { copy } = writerOf(set)
  return assemble(set, indices, (index, out, to) => copy(index * size, size, out, to))
}
