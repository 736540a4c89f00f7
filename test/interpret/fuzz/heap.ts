/** The heap of the wasm backend made to grow, which it does by a fifth at the least; and a new one, before it is too large. */
import * as tf from '@tensorflow/tfjs'

interface Heap {
  readonly HEAPU8: Uint8Array
  _malloc(bytes: number): number
  _free(address: number): void
}

// A growth is by a fifth, and a backend takes as long to start as some ten programs.
const most = 10
const apart = 200
let grown = 0
let programs = 0

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

/** Before each program: now and then, where the heap has grown often, starts the backend anew. Nothing may be left on it. */
export const renew = async (): Promise<void> => {
  programs += 1
  if (grown < most || programs < apart) return
  grown = 0
  programs = 0
  const factory = tf.findBackendFactory('wasm')
  tf.removeBackend('wasm')
  tf.registerBackend('wasm', factory, 2)
  await tf.setBackend('wasm')
}
