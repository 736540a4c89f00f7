/** Whether the page is what the driver asked for: isolated or not, on its backend, and with the binary that goes with it. */
import * as tf from '@tensorflow/tfjs'
import { memory } from '../../../src/wasm/heap.js'
import type { Settings } from '../protocol.js'
import { type Check, unlike } from './checks.js'

/** The memory of the threaded binary is shared. */
const isShared = (): boolean => typeof SharedArrayBuffer !== 'undefined' && memory().buffer instanceof SharedArrayBuffer

export const setUpChecks = ({ backend, isolated, threads }: Settings): readonly Check[] => [
  { name: 'the page is isolated as asked', run: () => unlike('crossOriginIsolated', crossOriginIsolated, isolated) },
  { name: `the backend is ${backend}`, run: () => unlike('the backend', tf.getBackend(), backend) },
  ...(backend === 'wasm'
    ? [
        {
          name: 'its memory is shared where there are threads',
          run: () => unlike('shared memory', isShared(), threads),
        },
      ]
    : []),
]
