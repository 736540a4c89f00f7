/** That `useWasm` refuses, and how. */
import * as tf from '@tensorflow/tfjs'
import { useWasm, type WasmOptions } from '../../../src/wasm/index.js'
import { unlike } from './checks.js'

const refusal = async (options?: WasmOptions): Promise<string> => {
  try {
    await useWasm(options)
    return 'nothing was thrown'
  } catch (error) {
    return String(error)
  }
}

/** What a refusal should be like, and is not. */
export const refused = async (pattern: RegExp, options?: WasmOptions): Promise<string | undefined> => {
  const before = tf.getBackend()
  const message = await refusal(options)
  return pattern.test(message) ? unlike('the backend', tf.getBackend(), before) : `not ${pattern}: ${message}`
}
