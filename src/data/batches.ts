/**
 * Batches, assembled on the host: copying bytes there is faster than `gather` and `slice` on tensors of all images, and the
 * images stay bytes, a quarter of the memory.
 */
import { sizeOf } from '../expr/shape.js'
import type { Examples } from './examples.js'
import { writerOf } from './normalize.js'

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

/** Writes the inputs of the examples at some indices, in their order. @throws RangeError where an index is outside the set */
export type WriteBatch = (set: Examples, indices: Uint32Array, out: Float32Array) => void

/** A writer of batches from one of examples. */
export const oneByOne =
  (writerFor: (set: Examples) => WriteExample): WriteBatch =>
  (set, indices, out) => {
    const size = sizeOf(set.shape)
    const write = writerFor(set)
    indices.forEach((index, i) => {
      if (index >= set.count) throw new RangeError(`no image ${index} in a set of ${set.count} (0..${set.count - 1})`)
      write(index, out, i * size)
    })
  }

/**
 * Writes the examples at some indices, in their order, as inputs: normalized as the set says, else pixels scaled to [-1, 1], and
 * floats as they are.
 *
 * @throws RangeError where an index is outside the set
 * @example
 * const images = new Float32Array(2 * 784)
 * writeBatch(train, Uint32Array.of(0, 1), images)
 */
export const writeBatch: WriteBatch = oneByOne(set => {
  const size = sizeOf(set.shape)
  const { copy } = writerOf(set)
  return (index, out, to) => copy(index * size, size, out, to)
})

/** The labels at some indices of the set, in their order. */
export const labelsAt = ({ labels }: Examples, indices: Uint32Array): Int32Array =>
  new Int32Array(indices.map(index => labels[index] as number))
