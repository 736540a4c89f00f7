/** Whether the page is what the driver asked for: isolated or not, and with the binary that goes with it. */
import * as tf from '@tensorflow/tfjs'
import { memory } from '../../../src/wasm/heap.js'
import type { Settings } from '../protocol.js'
import { type Check, unlike } from './checks.js'

/** TensorFlow.js takes its threaded binary, whose memory is shared, where the page is isolated. */
const isShared = (): boolean => typeof SharedArrayBuffer !== 'undefined' && memory().buffer instanceof SharedArrayBuffer

export const setUpChecks = ({ isolated }: Settings): readonly Check[] => [
  { name: 'the page is isolated as asked', run: () => unlike('crossOriginIsolated', crossOriginIsolated, isolated) },
  { name: 'the backend is wasm', run: () => unlike('the backend', tf.getBackend(), 'wasm') },
  { name: 'its memory is shared where threads may run', run: () => unlike('shared memory', isShared(), isolated) },
]
