/** `Slice`, `SplitV` and `Unpack`, without the copy of the whole input that the stock kernels make for each part. */
import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { required, type WasmKernel } from './kernel.js'
import { copyRun, forEachRun } from './runs.js'
import { reshaped } from './tensors.js'

const region = (
  backend: BackendWasm,
  x: tf.TensorInfo,
  begin: readonly number[],
  size: readonly number[],
): tf.TensorInfo => {
  const out = backend.makeOutput([...size], x.dtype)
  const [target, source] = [backend.typedArrayFromHeap(out), backend.typedArrayFromHeap(x)]
  forEachRun(x.shape, begin, size, (from, to, length) => copyRun(target, to, source, from, length))
  return out
}

/** Parts of given sizes, one after another on an axis. */
const parts = (backend: BackendWasm, x: tf.TensorInfo, axis: number, sizes: readonly number[]): tf.TensorInfo[] => {
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0))
  return sizes.map((size, i) =>
    region(
      backend,
      x,
      x.shape.map((_, k) => (k === axis ? starts[i]! : 0)),
      x.shape.map((n, k) => (k === axis ? size : n)),
    ),
  )
}

/**
 * Improves `Slice`. The stock kernel copies all of its input before it takes a part of it.
 *
 * @param stock the stock kernel, which is left with strings
 * @example
 * registerKernel({ ...getKernel('Slice', 'wasm'), kernelFunc: slice(stock) })
 */
export const slice =
  (stock: WasmKernel): WasmKernel =>
  call => {
    const { inputs, backend, attrs } = call
    const x = required(inputs, 'x')
    if (x.dtype === 'string') return stock(call)
    const { begin, size } = attrs as unknown as tf.SliceAttrs
    // Of the tensor, `parseSliceParams` reads only the shape.
    const [from, sizes] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size)
    tf.slice_util.assertParamsValid(x as tf.Tensor, from!, sizes!)
    return region(backend, x, from!, sizes!)
  }

/**
 * Improves `SplitV`, by which LSTM and GRU part their gates.
 *
 * @param stock the stock kernel, which is left with strings
 * @example
 * registerKernel({ ...getKernel('SplitV', 'wasm'), kernelFunc: split(stock) })
 */
export const split =
  (stock: WasmKernel): WasmKernel<tf.TensorInfo | tf.TensorInfo[]> =>
  call => {
    const x = required(call.inputs, 'x')
    if (x.dtype === 'string') return stock(call)
    const { numOrSizeSplits, axis } = call.attrs as unknown as tf.SplitVAttrs
    const at = tf.util.parseAxisParam(axis, x.shape)[0]!
    return parts(call.backend, x, at, tf.backend_util.prepareSplitSize(x, numOrSizeSplits, at))
  }

/**
 * Improves `Unpack`, by which recurrent layers take their input step by step.
 *
 * @param stock the stock kernel, which is left with strings
 * @example
 * registerKernel({ ...getKernel('Unpack', 'wasm'), kernelFunc: unpack(stock) })
 */
export const unpack =
  (stock: WasmKernel): WasmKernel<tf.TensorInfo | tf.TensorInfo[]> =>
  call => {
    const x = required(call.inputs, 'value')
    if (x.dtype === 'string') return stock(call)
    const axis = tf.util.parseAxisParam((call.attrs as unknown as tf.UnpackAttrs).axis, x.shape)[0]!
    const ones = Array.from({ length: x.shape[axis]! }, () => 1)
    const shape = x.shape.filter((_, k) => k !== axis)
    return parts(call.backend, x, axis, ones).map(part => reshaped(part, shape))
  }
