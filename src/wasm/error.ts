/** The one error of the backend set-up, and what it says of a cause. */

/**
 * The WASM backend cannot be set up; the message says what is missing, where it was looked for, and what would be right.
 *
 * @example
 * await useWasm({ wasmPaths: '/nowhere' }) // WasmBackendError: no tfjs-backend-wasm-simd.wasm in '/nowhere/': ...
 */
export class WasmBackendError extends Error {
  override readonly name = 'WasmBackendError'
}

/** What was thrown, in its own words; TensorFlow.js rejects with objects that are no errors, too. */
export const whyOf = (cause: unknown): string => {
  const message = typeof cause === 'object' && cause !== null && 'message' in cause ? cause.message : cause
  return String(message).split('\n')[0] as string
}

/** What lets a page compile WebAssembly. */
export const POLICY_ADVICE =
  "the page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src"

/** What helps against a failed import of the backend's package; the cause says which of its parts failed, and how. */
export const importAdvice = (cause: unknown): string => {
  const why = whyOf(cause)
  // Node: "Cannot find package 'X' imported from ..."; a browser: "Failed to resolve module specifier 'X'", and its likes.
  const missing =
    /(?:Cannot find (?:package|module)|module specifier,?) ["'“]?(@[^/"'”]+\/[^/"'”]+|[^./"'”][^/"'”]*)/i.exec(why)
  if (missing !== null) return `run: npm install ${missing[1]}`
  if (/unsafe-eval|content security policy/i.test(why)) return POLICY_ADVICE
  if (/dynamically imported module|module script/i.test(why))
    return 'the browser did not get that file: serve it, and let the Content-Security-Policy have its origin in script-src'
  return 'that was thrown by the package itself'
}
