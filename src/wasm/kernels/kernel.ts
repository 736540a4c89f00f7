/** What a training kernel is: a function from the stock kernel to a better one of the same meaning, or one that stock lacks. */
import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'

/** A kernel of the WASM backend, with one output unless said otherwise. */
export type WasmKernel<R = tf.TensorInfo> = (call: {
  readonly inputs: Readonly<Record<string, tf.TensorInfo | undefined>>
  readonly backend: BackendWasm
  readonly attrs?: Readonly<Record<string, unknown>>
}) => R

/** What every row of the table of training kernels says. */
interface Named {
  /** Name of the kernel as TensorFlow.js registers it, such as `BatchMatMul`. */
  readonly kernelName: string
}

/**
 * A kernel that the stock backend has. `improve` gets the stock kernel and returns the one to be registered in its place,
 * which may call the stock one for the cases that it does well.
 */
export interface ImprovedKernel extends Named {
  readonly improve: (stock: WasmKernel) => WasmKernel<tf.TensorInfo | tf.TensorInfo[]>
}

/** A kernel that the stock backend lacks. */
export interface MissingKernel extends Named {
  readonly supply: WasmKernel
}

/** A row of the table of training kernels. */
export type TrainingKernel = ImprovedKernel | MissingKernel

/**
 * The function of a registered kernel. The registry types all backends as `{}`; a kernel of the WASM backend only ever
 * meets that backend, which this cast says once.
 */
export const asWasmKernel = (config: tf.KernelConfig): WasmKernel => config.kernelFunc as unknown as WasmKernel

/**
 * Another kernel of the WASM backend, for a training kernel to call; looked up at each call, as it may be replaced.
 *
 * @param name as TensorFlow.js registers it
 * @example
 * const transposed = wasmKernel('Transpose')({ inputs: { x }, backend, attrs: { perm: [0, 2, 1] } })
 */
export const wasmKernel = (name: string): WasmKernel => asWasmKernel(tf.getKernel(name, 'wasm'))

/** An input that a kernel cannot do without; the operations of TensorFlow.js always give it. */
export const required = (inputs: Parameters<WasmKernel>[0]['inputs'], name: string): tf.TensorInfo => {
  const x = inputs[name]
  if (x === undefined) throw new Error(`this kernel takes an input '${name}'`)
  return x
}
