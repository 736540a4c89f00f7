/** Selecting a backend for a test file. */
import * as tf from '@tensorflow/tfjs'
import { useWasm } from '../../src/wasm/index.js'

export const backends = ['cpu', 'wasm'] as const

export const useBackend = async (name: (typeof backends)[number]): Promise<void> => {
  if (name === 'wasm') await useWasm()
  else await tf.setBackend(name)
}
