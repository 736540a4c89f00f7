/** Starting the WASM backend: before TensorFlow.js hears of it, within a time limit, and as often as it is asked for. */
import * as tf from '@tensorflow/tfjs'
import { importAdvice, WasmBackendError, whyOf } from './error.js'
import { locateBinary, type WasmPaths } from './locate.js'

type Factory = ReturnType<typeof tf.findBackendFactory>

/** How the backend is started. */
export interface StartOptions {
  readonly paths: WasmPaths | undefined
  readonly threads: boolean
}

export const BACKEND = 'wasm'
const SIMD = 'tfjs-backend-wasm-simd.wasm'
const THREADED_SIMD = 'tfjs-backend-wasm-threaded-simd.wasm'
// `setWasmPaths` insists on an entry for each name, even those that it will never load.
const NAMES = [SIMD, THREADED_SIMD, 'tfjs-backend-wasm.wasm']
const THREADS_FLAG = 'WASM_HAS_MULTITHREAD_SUPPORT'
// A start takes less than a second, once the binary is there, and it is before the clock runs.
const PATIENCE = 20_000

// The package registers its factory once, when it is imported, and TensorFlow.js forgets it with the backend: so the last one
// seen is kept. Ours only hand out what was made already, and stand for another.
let last: Factory | undefined
const behind = new WeakMap<Factory, Factory>()

const factory = (): Factory => {
  // TensorFlow.js does not say in its types that there may be none.
  const registered = tf.findBackendFactory(BACKEND) as Factory | null
  if (registered !== null) last = behind.get(registered) ?? registered
  if (last === undefined)
    throw new WasmBackendError(
      'the WASM backend was removed before useWasm() was first called, and TensorFlow.js has forgotten how to make it; ' +
        "call tf.removeBackend('wasm') after useWasm() only",
    )
  return last
}

const loadPackage = (): Promise<typeof import('@tensorflow/tfjs-backend-wasm')> =>
  import('@tensorflow/tfjs-backend-wasm').catch(cause => {
    throw new WasmBackendError(
      `package @tensorflow/tfjs-backend-wasm cannot be loaded (${whyOf(cause)}); ${importAdvice(cause)}`,
      { cause },
    )
  })

/** Waits for what may never settle. */
const inTime = async <T>(promise: Promise<T>, late: string): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new WasmBackendError(late)), PATIENCE)
  })
  try {
    return await Promise.race([promise, limit])
  } finally {
    clearTimeout(timer)
  }
}

const lateBecause = (found: string, threads: boolean): string =>
  `the WASM backend did not start from '${found}' within ${PATIENCE / 1000} s; ` +
  (threads
    ? 'its threads are workers that run the text of a function of the package, which a minified build breaks and a ' +
      "Content-Security-Policy without 'worker-src blob:' forbids: leave threads out, useWasm({ threads: false })"
    : "the browser's console may say what holds it up")

/** Whether the build with threads is to be loaded. */
const wantsThreads = async (threads: boolean): Promise<boolean> => {
  const possible = Boolean(await tf.env().getAsync(THREADS_FLAG))
  if (threads && !possible)
    throw new WasmBackendError(
      'threads need a browser, and a page that is served cross-origin isolated (Cross-Origin-Opener-Policy: same-origin, ' +
        'Cross-Origin-Embedder-Policy: require-corp); leave them out: useWasm({ threads: false })',
    )
  return threads
}

/** Calls the factory while the flag by which it picks the binary says what was asked for. */
const make = async (from: Factory, threads: boolean, found: string): Promise<ReturnType<Factory>> => {
  const before = tf.env().get(THREADS_FLAG)
  tf.env().set(THREADS_FLAG, threads)
  try {
    return await inTime(Promise.resolve().then(from), lateBecause(found, threads))
  } catch (cause) {
    if (cause instanceof WasmBackendError) throw cause
    throw new WasmBackendError(`the WASM backend did not start from '${found}' (${whyOf(cause)})`, { cause })
  } finally {
    tf.env().set(THREADS_FLAG, before)
  }
}

/**
 * Makes the backend before TensorFlow.js hears of it: `setBackend` alone would drop the previous backend first, warn on the
 * console where the new one fails, and leave none selected.
 *
 * @throws WasmBackendError that names what is missing, or what took too long
 */
export const start = async (options: StartOptions): Promise<void> => {
  const { setWasmPaths } = await loadPackage()
  const from = factory()
  const threads = await wantsThreads(options.threads)
  const found = await locateBinary(threads ? THREADED_SIMD : SIMD, options.paths)
  const prepared: Factory = () => {
    setWasmPaths(Object.fromEntries(NAMES.map(name => [name, found])))
    return from()
  }
  // The instance serves once; whoever removes the backend and wants it back gets a new one.
  const ready = [await make(prepared, threads, found)]
  const next: Factory = () => ready.pop() ?? from()
  behind.set(next, from)
  if (tf.findBackendFactory(BACKEND) !== null) tf.removeBackend(BACKEND)
  tf.registerBackend(BACKEND, next, 2)
}
