/** Tensors written and read where they lie: on the wasm backend the device's memory is the host's, and a copy is only garbage. */
import * as tf from '@tensorflow/tfjs'
import { sizeOf } from '../expr/shape.js'
import { addressOf, allocate, views } from './heap.js'

const isWasm = (): boolean => tf.getBackend() === 'wasm'

/** The values of a tensor in the backend's memory: void as soon as anything is allocated or disposed. */
const viewOf = (x: tf.Tensor): Float32Array => new Float32Array(views().floats.buffer, addressOf(x), x.size)

/**
 * A float32 tensor whose values a function writes, on the wasm backend right into its memory.
 *
 * @param shape its shape
 * @param write sets every value, row-major; it must not allocate tensors. What it throws is thrown on, and nothing is left
 * @returns a fresh tensor, which the caller owns
 * @example
 * written([2, 784], values => values.fill(1))
 */
export const written = (shape: readonly number[], write: (values: Float32Array) => void): tf.Tensor => {
  if (!isWasm()) {
    const values = new Float32Array(sizeOf(shape))
    write(values)
    return tf.tensor(values, [...shape])
  }
  const x = allocate(shape)
  try {
    write(viewOf(x))
    return x
  } catch (error) {
    x.dispose()
    throw error
  }
}

/**
 * A reader of float32 tensors: on the wasm backend of their own memory, on any other of copies, which are fetched first.
 *
 * @param tensors those that will be read; they stay the caller's
 * @returns the values of one of them, void once anything is allocated or disposed: to be used up before anything is awaited
 * @example
 * const valuesOf = await readerOf([x])
 * valuesOf(x)[0]
 */
export const readerOf = async (tensors: readonly tf.Tensor[]): Promise<(x: tf.Tensor) => ArrayLike<number>> => {
  if (isWasm()) return viewOf
  const copies = new Map(await Promise.all(tensors.map(async x => [x, await x.data()] as const)))
  return x => copies.get(x) as ArrayLike<number>
}
