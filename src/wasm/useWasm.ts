/** One call that sets up and selects the WASM SIMD backend of TensorFlow.js. */

import * as tf from '@tensorflow/tfjs'
import { flag, type OptionsOf, options, value } from '../schema/index.js'
import { POLICY_ADVICE, WasmBackendError, whyOf } from './error.js'
import { installTrainingKernels, restoreStockKernels } from './kernels/registry.js'
import type { WasmPaths } from './locate.js'
import { hasSimd, whyNoModules } from './platform.js'
import { quiet } from './quiet.js'
import { BACKEND, start } from './start.js'

const wasmOptions = options({
  /**
   * Where the `.wasm` files of `@tensorflow/tfjs-backend-wasm` are: a folder (path or URL; in Node also a file URL), or a
   * map by file name. By default Node finds the installed package; a browser has to be told. Read only by the call that
   * starts the backend: once it runs, it needs no files.
   */
  wasmPaths: value<WasmPaths>(),
  /** Whether Plastax's kernels for training stand in for the slow ones of TensorFlow.js. */
  trainingKernels: flag(true),
  /**
   * Whether the backend computes in several threads, which takes a page that is cross-origin isolated. Such a page gets the
   * build without threads otherwise: with them, a minified build of the page never starts. Read only by the call that starts
   * the backend.
   */
  threads: flag(false),
})

/** Options of `useWasm`. */
export interface WasmOptions extends OptionsOf<typeof wasmOptions> {}

const setUp = async (given: WasmOptions): Promise<void> => {
  const { wasmPaths, trainingKernels, threads } = wasmOptions.read('useWasm', given)
  quiet()
  if (!hasSimd())
    throw new WasmBackendError(
      'this engine runs no WebAssembly SIMD; use Node >= 16.4, Chrome >= 91, Firefox >= 89 or Safari >= 16.4, ' +
        "or another backend: tf.setBackend('cpu')",
    )
  const refused = whyNoModules()
  if (refused !== undefined) throw new WasmBackendError(`${POLICY_ADVICE} (${whyOf(refused)})`, { cause: refused })
  if (!(BACKEND in tf.engine().registry)) await start({ paths: wasmPaths, threads })
  if (!(await tf.setBackend(BACKEND))) throw new WasmBackendError('TensorFlow.js refused the WASM backend')
  if (trainingKernels) installTrainingKernels()
  else restoreStockKernels()
}

// Calls are served one after another, so that two at once start one backend and the last options win.
let last: Promise<void> = Promise.resolve()

/** Sets up and selects the backend: see `useWasm` of this room's index, which brings the fused interpreter as well. */
export const selectWasm = (options: WasmOptions = {}): Promise<void> => {
  const mine = last.then(() => setUp(options))
  last = mine.catch(() => undefined)
  return mine
}
