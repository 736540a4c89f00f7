/** `plastax/wasm`: the WASM SIMD backend of TensorFlow.js, set up in one call and fit for training. */
import { fuse } from '../interpret/fused/index.js'
import { setFuse } from '../interpret/fuser.js'
import { selectWasm, type WasmOptions } from './useWasm.js'

export { WasmBackendError } from './error.js'
export type { TrainingKernel } from './kernels/kernel.js'
export { trainingKernels } from './kernels/table.js'
export type { WasmPaths } from './locate.js'
export { quiet } from './quiet.js'
export type { WasmOptions }

/**
 * Sets up and selects the WASM SIMD backend of TensorFlow.js, in Node and in a browser, without a word on the console. What
 * `compile` makes runs there in fused loops.
 * Safe to call again, at once or after another backend was selected, and after `tf.removeBackend('wasm')`, which gives the
 * backend's memory back with all tensors in it. Where it fails, the backend selected before stays.
 *
 * @param options where the binaries are (Node finds them), whether Plastax's training kernels are used (default true), and
 * whether there are threads (default false)
 * @throws WasmBackendError that names what is missing: SIMD, a file (and where it was looked for), the package, the page's
 * leave to compile WebAssembly; or what did not start in time
 * @example
 * await useWasm()
 * tf.getBackend() // 'wasm'
 * @example
 * await useWasm({ wasmPaths: '/assets/wasm/' }) // in a browser
 */
export const useWasm = (options: WasmOptions = {}): Promise<void> => {
  // Here, where the backend is: a page on another does without the code of the loops.
  setFuse(fuse)
  return selectWasm(options)
}
