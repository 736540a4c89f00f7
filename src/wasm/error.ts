/** The one error of the backend set-up. */

/**
 * The WASM backend cannot be set up; the message says what is missing, where it was looked for, and what would be right.
 *
 * @example
 * await useWasm({ wasmPaths: '/nowhere' }) // WasmBackendError: no tfjs-backend-wasm-simd.wasm in '/nowhere/': ...
 */
export class WasmBackendError extends Error {
  override readonly name = 'WasmBackendError'
}
