/** Finds the binary of the WASM backend and makes sure that it is one, before TensorFlow.js commits itself to it. */
import { WasmBackendError } from './error.js'
import { builtin, inNode } from './platform.js'

/** Where the binaries are: a folder (path, URL or file URL), or a map from file name to its place. */
export type WasmPaths = string | URL | Readonly<Record<string, string>>

const PACKAGE = '@tensorflow/tfjs-backend-wasm'
const ADVICE = `copy the .wasm files of node_modules/${PACKAGE}/dist there, or name the folder that has them in 'wasmPaths'`

const isMap = (paths: WasmPaths): paths is Readonly<Record<string, string>> =>
  typeof paths === 'object' && !(paths instanceof URL)

const place = (paths: WasmPaths, file: string): string => {
  if (!isMap(paths)) return String(paths).replace(/\/?$/, '/') + file
  const path = Object.hasOwn(paths, file) ? paths[file] : undefined
  if (path === undefined)
    throw new WasmBackendError(
      `'wasmPaths' has no entry for ${file}; it names ${Object.keys(paths).join(', ') || 'nothing'}`,
    )
  return path
}

const resolveInPackage = async (file: string): Promise<string> => {
  const { createRequire } = await builtin('module')
  try {
    return createRequire(import.meta.url).resolve(`${PACKAGE}/dist/${file}`)
  } catch (cause) {
    throw new WasmBackendError(`no ${file}: package ${PACKAGE} is not installed; run: npm install ${PACKAGE}`, {
      cause,
    })
  }
}

const readFromDisk = async (file: string, place: string): Promise<[path: string, bytes: Uint8Array<ArrayBuffer>]> => {
  const [{ readFile }, { fileURLToPath }] = await Promise.all([builtin('fs'), builtin('url')])
  try {
    const path = place.startsWith('file:') ? fileURLToPath(place) : place
    return [path, new Uint8Array(await readFile(path))]
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new WasmBackendError(`cannot read ${file} at '${place}' (${why}); ${ADVICE}`, { cause })
  }
}

const readFromWeb = async (file: string, url: string): Promise<[url: string, bytes: Uint8Array<ArrayBuffer>]> => {
  try {
    const response = await fetch(url, { credentials: 'same-origin' })
    if (!response.ok) throw new Error(`the server answered ${response.status} ${response.statusText}`.trim())
    return [url, new Uint8Array(await response.arrayBuffer())]
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new WasmBackendError(`cannot load ${file} from '${url}' (${why}); ${ADVICE}`, { cause })
  }
}

/**
 * The path or URL of a binary of the WASM backend. It is read and validated here because TensorFlow.js, given a bad one,
 * prints to the console and then refuses every later path. A browser takes its second copy from the HTTP cache.
 *
 * @param file name of the binary
 * @param paths where to look; by default the installed package, which only Node can find
 * @throws WasmBackendError where there is no such file, or where it is no WebAssembly module (a page of HTML, say)
 * @example
 * await locateBinary('tfjs-backend-wasm-simd.wasm', '/assets/') // '/assets/tfjs-backend-wasm-simd.wasm'
 */
export const locateBinary = async (file: string, paths: WasmPaths | undefined): Promise<string> => {
  if (paths === undefined && !inNode())
    throw new WasmBackendError(
      `a browser cannot find ${file} by itself; serve the .wasm files of node_modules/${PACKAGE}/dist ` +
        `and name their folder: useWasm({ wasmPaths: '/assets/wasm/' })`,
    )
  const wanted = paths === undefined ? await resolveInPackage(file) : place(paths, file)
  const [found, bytes] = await (inNode() ? readFromDisk : readFromWeb)(file, wanted)
  if (!WebAssembly.validate(bytes))
    throw new WasmBackendError(`'${found}' is not the WebAssembly module ${file} (${bytes.length} bytes); ${ADVICE}`)
  return found
}
