/** A page that looks for the binaries in the wrong place: it is told so, and may try again. */
import * as tf from '@tensorflow/tfjs'
import { useWasm, type WasmOptions } from '../../../src/wasm/index.js'
import { paths } from '../protocol.js'
import { offer, unlike } from './checks.js'

const refusal = async (options?: WasmOptions): Promise<string> => {
  try {
    await useWasm(options)
    return 'nothing was thrown'
  } catch (error) {
    return String(error)
  }
}

/** What a refusal should be like, and is not. */
const refused = async (pattern: RegExp, options?: WasmOptions): Promise<string | undefined> => {
  const before = tf.getBackend()
  const message = await refusal(options)
  return pattern.test(message) ? unlike('the backend', tf.getBackend(), before) : `not ${pattern}: ${message}`
}

offer(({ isolated }) => {
  const file = `tfjs-backend-wasm-${isolated ? 'threaded-' : ''}simd\\.wasm`
  return [
    {
      name: 'a browser has to be told where the binaries are',
      run: () => refused(new RegExp(`^WasmBackendError: a browser cannot find ${file} by itself; .*wasmPaths`)),
    },
    {
      name: 'the wrong place is refused with where it was looked for and what to do',
      run: () =>
        refused(
          new RegExp(
            `^WasmBackendError: cannot load ${file} from '/nowhere/${file}' \\(the server answered 404.*\\); copy `,
          ),
          { wasmPaths: '/nowhere/' },
        ),
    },
    {
      name: 'a page is no WebAssembly module',
      run: () =>
        refused(new RegExp(`^WasmBackendError: '.*' is not the WebAssembly module ${file} `), {
          wasmPaths: {
            'tfjs-backend-wasm-simd.wasm': location.pathname,
            'tfjs-backend-wasm-threaded-simd.wasm': location.pathname,
          },
        }),
    },
    {
      name: 'the right place serves afterwards',
      run: async () => {
        await useWasm({ wasmPaths: paths.wasm })
        return unlike('the backend', tf.getBackend(), 'wasm')
      },
    },
  ]
})
