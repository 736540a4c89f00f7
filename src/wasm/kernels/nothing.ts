/** Reductions of nothing, for which the stock kernels return what was in memory. */
import type * as tf from '@tensorflow/tfjs'
import { required, type WasmKernel } from './kernel.js'
import { reductionOf } from './reduction.js'
import { zeros } from './tensors.js'

/**
 * Improves a reduction: of no elements it is `value`, as on the `cpu` backend.
 *
 * @param value the greatest and the least of nothing are NaN, all and any of nothing false, the product 1
 * @example
 * tf.max(tf.zeros([0, 2]), 0) // [NaN, NaN] on wasm
 */
export const ofNothing =
  (value: number) =>
  (stock: WasmKernel): WasmKernel =>
  call => {
    const { inputs, backend, attrs } = call
    const x = required(inputs, 'x')
    if (!x.shape.includes(0)) return stock(call)
    const axis = attrs?.reductionIndices ?? attrs?.axis
    const out = backend.makeOutput(reductionOf({ ...call, attrs: { ...attrs, axis } }).outShape, x.dtype)
    backend.typedArrayFromHeap(out).fill(value)
    return out
  }

/**
 * Improves `TopK`: the largest none are nothing, where the stock kernel divides by 0.
 *
 * @param stock the stock kernel
 * @example
 * tf.topk([1, 2], 0) // nothing, on wasm
 */
export const topk =
  (stock: WasmKernel): WasmKernel<tf.TensorInfo | tf.TensorInfo[]> =>
  call => {
    if (call.attrs?.k !== 0) return stock(call)
    const x = required(call.inputs, 'x')
    const shape = [...x.shape.slice(0, -1), 0]
    return [zeros(call.backend, shape, x.dtype), zeros(call.backend, shape, 'int32')]
  }
