/** One call that sets up and selects the WASM SIMD backend of TensorFlow.js. */
import * as tf from '@tensorflow/tfjs'
import { WasmBackendError } from './error.js'
import { installTrainingKernels, restoreStockKernels } from './kernels/registry.js'
import { locateBinary, type WasmPaths } from './locate.js'
import { hasSimd } from './platform.js'
import { quiet } from './quiet.js'

/** Options of `useWasm`. */
export interface WasmOptions {
  /**
   * Where the `.wasm` files of `@tensorflow/tfjs-backend-wasm` are: a folder (path or URL; in Node also a file URL), or a
   * map by file name. By default Node finds the installed package; a browser has to be told. Read only by the call that
   * starts the backend: once it runs, it needs no files.
   */
  readonly wasmPaths?: WasmPaths
  /** Whether Plastax's kernels for training stand in for the slow ones of TensorFlow.js; default true. */
  readonly trainingKernels?: boolean
}

const BACKEND = 'wasm'
const SIMD = 'tfjs-backend-wasm-simd.wasm'
const THREADED_SIMD = 'tfjs-backend-wasm-threaded-simd.wasm'
// `setWasmPaths` insists on an entry for each name, even those that it will never load.
const NAMES = [SIMD, THREADED_SIMD, 'tfjs-backend-wasm.wasm']

const loadPackage = (): Promise<typeof import('@tensorflow/tfjs-backend-wasm')> =>
  import('@tensorflow/tfjs-backend-wasm').catch(cause => {
    throw new WasmBackendError(
      'package @tensorflow/tfjs-backend-wasm is not there; run: npm install @tensorflow/tfjs-backend-wasm',
      { cause },
    )
  })

/**
 * Makes the backend before TensorFlow.js hears of it: `setBackend` alone would drop the previous backend first, warn on the
 * console where the new one fails, and leave none selected.
 */
const start = async (paths: WasmPaths | undefined): Promise<void> => {
  const { setWasmPaths } = await loadPackage()
  const factory = tf.findBackendFactory(BACKEND)
  const file = (await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')) ? THREADED_SIMD : SIMD
  const found = await locateBinary(file, paths)
  const backend = await Promise.resolve()
    .then(() => setWasmPaths(Object.fromEntries(NAMES.map(name => [name, found]))))
    .then(factory)
    .catch(cause => {
      const why = cause instanceof Error ? cause.message : String(cause?.message ?? cause)
      throw new WasmBackendError(`the WASM backend did not start from '${found}' (${why})`, { cause })
    })
  // The instance serves once; whoever removes the backend and wants it back gets a new one.
  const ready = [backend]
  tf.removeBackend(BACKEND)
  tf.registerBackend(BACKEND, () => ready.pop() ?? factory(), 2)
}

const setUp = async ({ wasmPaths, trainingKernels = true }: WasmOptions): Promise<void> => {
  quiet()
  if (!hasSimd())
    throw new WasmBackendError(
      'this engine runs no WebAssembly SIMD; use Node >= 16.4, Chrome >= 91, Firefox >= 89 or Safari >= 16.4, ' +
        "or another backend: tf.setBackend('cpu')",
    )
  if (!(BACKEND in tf.engine().registry)) await start(wasmPaths)
  if (!(await tf.setBackend(BACKEND))) throw new WasmBackendError('TensorFlow.js refused the WASM backend')
  if (trainingKernels) installTrainingKernels()
  else restoreStockKernels()
}

// Calls are served one after another, so that two at once start one backend and the last options win.
let last: Promise<void> = Promise.resolve()

/**
 * Sets up and selects the WASM SIMD backend of TensorFlow.js, in Node and in a browser, without a word on the console.
 * Safe to call again, at once or after another backend was selected. Where it fails, the backend selected before stays.
 *
 * @param options where the binaries are (Node finds them), and whether Plastax's training kernels are used (default true)
 * @throws WasmBackendError that names what is missing: SIMD, a file (and where it was looked for), the package
 * @example
 * await useWasm()
 * tf.getBackend() // 'wasm'
 * @example
 * await useWasm({ wasmPaths: '/assets/wasm/' }) // in a browser
 */
export const useWasm = (options: WasmOptions = {}): Promise<void> => {
  const mine = last.then(() => setUp(options))
  last = mine.catch(() => undefined)
  return mine
}
