/** What the engine underneath can do, and Node's own modules for those who are in Node. */

// From https://github.com/GoogleChromeLabs/wasm-feature-detect: the smallest module with a SIMD instruction.
const SIMD_MODULE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
])

/** Whether the engine runs WebAssembly with 128-bit SIMD instructions. */
export const hasSimd = (): boolean => typeof WebAssembly === 'object' && WebAssembly.validate(SIMD_MODULE)

/** What the engine throws where it may not compile WebAssembly, as under a strict Content-Security-Policy; it may validate. */
export const whyNoModules = (): unknown => {
  try {
    new WebAssembly.Module(SIMD_MODULE)
    return undefined
  } catch (cause) {
    return cause
  }
}

/** Whether this is Node, or an engine that offers Node's modules (Bun, Deno). */
export const inNode = (): boolean => typeof process === 'object' && process.versions?.node !== undefined

type Builtins = {
  readonly module: typeof import('node:module')
  readonly fs: typeof import('node:fs/promises')
  readonly url: typeof import('node:url')
}

const builtins = { module: 'node:module', fs: 'node:fs/promises', url: 'node:url' } as const

/**
 * One of Node's own modules, loaded when it is asked for. The specifier is no literal, so that a bundler for browsers
 * neither resolves nor warns of a module that a browser never loads.
 *
 * @param name a key of the modules that the set-up needs
 * @example
 * const { readFile } = await builtin('fs')
 */
export const builtin = <K extends keyof Builtins>(name: K): Promise<Builtins[K]> =>
  import(/* @vite-ignore */ /* webpackIgnore: true */ builtins[name])
