/** Tensors below the engine: temporaries, views, shapes. Whoever makes one here disposes it here. */
import type * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { wasmKernel } from './kernel.js'

/** Bytes of a float32. */
export const FLOAT_BYTES = 4

/** Number of elements of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1)

/** The same data under another shape of the same size. */
export const reshaped = (x: tf.TensorInfo, shape: number[]): tf.TensorInfo => ({ ...x, shape })

/** Uses a temporary tensor and disposes it, also where its use throws. */
export const usingTemporary = <R>(backend: BackendWasm, x: tf.TensorInfo, use: (x: tf.TensorInfo) => R): R => {
  try {
    return use(x)
  } finally {
    backend.disposeData(x.dataId)
  }
}

/** A copy of a stack of matrices [batch, rows, columns], each transposed. */
export const transposed = (backend: BackendWasm, x: tf.TensorInfo): tf.TensorInfo =>
  wasmKernel('Transpose')({ inputs: { x }, backend, attrs: { perm: [0, 2, 1] } })

/** Where a tensor of numbers lies in the memory of the backend, in bytes. */
export const addressOf = (backend: BackendWasm, x: tf.TensorInfo): number => {
  const { memoryOffset } = backend.dataIdMap.get(x.dataId)
  // Only strings have none, and kernels on float32 tensors never see those.
  return memoryOffset as number
}

/**
 * Uses part of a float32 tensor as a tensor of its own, without a copy.
 *
 * The view has an identity of its own in the backend. That matters for the right operand of a product: the backend packs it
 * once for each identity, whatever its shape, and would multiply by the old packing after a reshape or a write in place.
 *
 * @param shape of the view
 * @param start its first element, counted in elements of `x`
 */
export const usingView = <R>(
  backend: BackendWasm,
  x: tf.TensorInfo,
  shape: number[],
  start: number,
  use: (view: tf.TensorInfo) => R,
): R => {
  const view = backend.makeOutput(shape, x.dtype, addressOf(backend, x) + start * FLOAT_BYTES)
  try {
    return use(view)
  } finally {
    // Not `disposeData`: the memory is that of `x`.
    backend.wasm.tfjs.disposeData(backend.dataIdMap.get(view.dataId).id)
    backend.dataIdMap.delete(view.dataId)
  }
}

/** The values of a float32 tensor, in place. The next allocation may grow the memory, and then detaches this array. */
export const floats = (backend: BackendWasm, x: tf.TensorInfo): Float32Array =>
  // The backend types all of its arrays as one union; a float32 tensor has a Float32Array.
  backend.typedArrayFromHeap(x) as Float32Array

/** Copies a float32 tensor into another, from its element `start` on. */
export const copyInto = (backend: BackendWasm, target: tf.TensorInfo, start: number, x: tf.TensorInfo): void =>
  floats(backend, target).set(floats(backend, x), start)

/** A new tensor of zeros. */
export const zeros = (backend: BackendWasm, shape: number[], dtype: tf.DataType = 'float32'): tf.TensorInfo => {
  const x = backend.makeOutput(shape, dtype)
  backend.typedArrayFromHeap(x).fill(0)
  return x
}

/** Uses a temporary tensor of zeros and disposes it, also where its use throws. */
export const usingZeros = <R>(backend: BackendWasm, shape: number[], use: (x: tf.TensorInfo) => R): R =>
  usingTemporary(backend, zeros(backend, shape), use)

/** Uses a tensor as float32: itself, or a temporary copy where it holds integers or truth values. */
export const usingFloats = <R>(backend: BackendWasm, x: tf.TensorInfo, use: (x: tf.TensorInfo) => R): R =>
  x.dtype === 'float32'
    ? use(x)
    : usingTemporary(backend, wasmKernel('Cast')({ inputs: { x }, backend, attrs: { dtype: 'float32' } }), use)
