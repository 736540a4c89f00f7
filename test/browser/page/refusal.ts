/** A page that looks for the binaries in the wrong place: it is told so, and may try again. */
import * as tf from '@tensorflow/tfjs'
import { useWasm } from '../../../src/wasm/index.js'
import { paths } from '../protocol.js'
import { offer, unlike } from './checks.js'
import { refused } from './refused.js'

offer(({ isolated }) => {
  const file = 'tfjs-backend-wasm-simd\\.wasm'
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
    // An isolated page might have threads, and is not asked to here.
    ...(isolated
      ? []
      : [
          {
            name: 'threads are refused where the page is not isolated',
            run: () => refused(/threads need .* cross-origin isolated .*threads: false/, { threads: true }),
          },
        ]),
    {
      name: 'the right place serves afterwards',
      run: async () => {
        await useWasm({ wasmPaths: paths.wasm })
        return unlike('the backend', tf.getBackend(), 'wasm')
      },
    },
    {
      name: 'a backend that was removed is made again',
      run: async () => {
        tf.removeBackend('wasm')
        await useWasm({ wasmPaths: paths.wasm })
        return unlike('a sum', tf.ones([5]).sum().dataSync()[0], 5)
      },
    },
  ]
})
