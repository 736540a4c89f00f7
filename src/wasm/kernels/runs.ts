/** Copies parts of tensors in runs of memory, as long as they come. */
import type * as tf from '@tensorflow/tfjs'
import { sizeOf } from './tensors.js'

/** The values of a tensor of numbers or truth values. */
export type Values = ReturnType<typeof tf.util.getTypedArrayFromDType> & (Float32Array | Int32Array | Uint8Array)

// Below so many elements, a loop is faster than the call that copies.
const SHORT = 64

/** Copies `length` elements within the memory of the backend. */
export const copyRun = (target: Values, to: number, source: Values, from: number, length: number): void => {
  if (length < SHORT) for (let i = 0; i < length; i++) target[to + i] = source[from + i]!
  else target.set(source.subarray(from, from + length), to)
}

/**
 * Visits a region of an array in runs of memory, as long as they come.
 *
 * @param shape of the array
 * @param begin first index of the region on each axis
 * @param size of the region on each axis
 * @param visit is given where a run begins in the array, where it begins among the elements of the region, and its length
 */
export const forEachRun = (
  shape: readonly number[],
  begin: readonly number[],
  size: readonly number[],
  visit: (inArray: number, inRegion: number, length: number) => void,
): void => {
  if (size.includes(0)) return
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)))
  // Trailing axes that are taken whole, and the one before them, are one run.
  const last = Math.max(
    0,
    shape.findLastIndex((n, axis) => size[axis] !== n),
  )
  const run = sizeOf(size.slice(last))
  let inRegion = 0
  const along = (axis: number, from: number): void => {
    const start = from + (begin[axis] ?? 0) * (strides[axis] ?? 1)
    if (axis === last) {
      visit(start, inRegion, run)
      inRegion += run
      return
    }
    for (let i = 0; i < size[axis]!; i++) along(axis + 1, start + i * strides[axis]!)
  }
  along(0, 0)
}
