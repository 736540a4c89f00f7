/** The heap of the wasm backend made to grow, which it does by a fifth at the least; and a new one, before it is too large. */
import * as tf from '@tensorflow/tfjs'

interface Heap {
  readonly HEAPU8: Uint8Array
  _malloc(bytes: number): number
  _free(address: number): void
}

const most = 10
let grown = 0

/** Takes memory until there is more of it, and gives it back. Elsewhere it does nothing. */
export const grow = (): void => {
  if (tf.getBackend() !== 'wasm' || grown >= most) return
  const { wasm } = tf.backend() as unknown as { readonly wasm: Heap }
  const before = wasm.HEAPU8.buffer
  const taken: number[] = []
  while (wasm.HEAPU8.buffer === before) taken.push(wasm._malloc(2 ** 21))
  for (const address of taken) wasm._free(address)
  grown += 1
}

/** Starts the backend anew where its heap has grown often. Nothing may be left on it. */
export const renew = async (): Promise<void> => {
  if (grown < most) return
  grown = 0
  const factory = tf.findBackendFactory('wasm')
  tf.removeBackend('wasm')
  tf.registerBackend('wasm', factory, 2)
  await tf.setBackend('wasm')
}
