/** What the backend cannot hold, refused by name. */
import type { WasmKernel } from './kernel.js'

const refused = (needs: string, names: readonly string[]): readonly (readonly [string, WasmKernel])[] =>
  names.map(name => [
    name,
    () => {
      throw new Error(
        `${name} needs ${needs}, which the wasm backend does not have; compute it on another one: tf.setBackend('cpu')`,
      )
    },
  ])

/** Kernels of the `cpu` backend that there is no wasm for, each with an error that says what to do instead. */
export const refusals: Readonly<Record<string, WasmKernel>> = Object.fromEntries([
  ...refused('complex numbers', ['Complex', 'ComplexAbs', 'FFT', 'IFFT', 'Imag', 'Real']),
  ...refused('ragged tensors', ['RaggedGather', 'RaggedRange', 'RaggedTensorToTensor']),
  ...refused('text', ['StaticRegexReplace']),
  ...refused('a canvas', ['Draw']),
])
