/** `Tile`, in runs of memory. */

import type * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { required, type WasmKernel } from './kernel.js'
import { copyRun } from './runs.js'
import { reshaped, sizeOf, usingTemporary } from './tensors.js'

/** Repeats each block of `block` elements `times` times, as a new tensor of one axis. */
const repeated = (backend: BackendWasm, x: tf.TensorInfo, block: number, times: number): tf.TensorInfo => {
  const size = sizeOf(x.shape)
  const out = backend.makeOutput([size * times], x.dtype)
  const [target, source] = [backend.typedArrayFromHeap(out), backend.typedArrayFromHeap(x)]
  for (let from = 0, to = 0; from < size; from += block) {
    const [start, end] = [to, to + block * times]
    if (block === 1) target.fill(source[from]!, start, end)
    else {
      copyRun(target, start, source, from, block)
      // What is there already is copied, twice as much each time.
      for (let done = block; start + done < end; done *= 2)
        target.copyWithin(start + done, start, start + Math.min(done, block * times - done))
    }
    to = end
  }
  return out
}

/**
 * Improves `Tile`, which is also `broadcastTo`, and part of the gradient of batch normalization.
 *
 * The last axis is repeated first: each axis after that repeats longer runs.
 *
 * @param stock the stock kernel, which is left with strings, and with what is empty or not repeated
 * @example
 * registerKernel({ ...getKernel('Tile', 'wasm'), kernelFunc: tile(stock) })
 */
export const tile =
  (stock: WasmKernel): WasmKernel =>
  call => {
    const { inputs, backend, attrs } = call
    const x = required(inputs, 'x')
    const { reps } = attrs as unknown as tf.TileAttrs
    const shape = x.shape.map((n, axis) => n * reps[axis]!)
    const axes = x.shape.map((_, axis) => axis).filter(axis => reps[axis] !== 1)
    const last = axes.at(-1)
    if (x.dtype === 'string' || shape.includes(0) || last === undefined) return stock(call)
    const repeat = (input: tf.TensorInfo, axis: number): tf.TensorInfo =>
      repeated(backend, input, x.shape[axis]! * sizeOf(shape.slice(axis + 1)), reps[axis]!)
    const all = axes
      .slice(0, -1)
      .reduceRight((done, axis) => usingTemporary(backend, done, input => repeat(input, axis)), repeat(x, last))
    return reshaped(all, shape)
  }
