/** A page that asks for threads, which cannot start there: it is told so in time, and does without. */
import * as tf from '@tensorflow/tfjs'
import { useWasm } from '../../../src/wasm/index.js'
import { paths } from '../protocol.js'
import { offer, unlike } from './checks.js'
import { refused } from './refused.js'

offer(() => [
  {
    name: 'threads that do not start are told in time, with the cause and the way out',
    run: () =>
      refused(
        /did not start from '.*threaded-simd.wasm' within 20 s; its threads .* 'worker-src blob:' .*threads: false/,
        {
          wasmPaths: paths.wasm,
          threads: true,
        },
      ),
  },
  {
    name: 'the default starts',
    run: async () => {
      await useWasm({ wasmPaths: paths.wasm })
      return unlike('the backend', tf.getBackend(), 'wasm') ?? unlike('a sum', tf.ones([5]).sum().dataSync()[0], 5)
    },
  },
])
