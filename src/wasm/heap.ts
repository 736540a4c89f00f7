/** The memory of the wasm backend: where tensors lie in it, and how to take and give back a part of it. */
import * as tf from '@tensorflow/tfjs'

interface TensorData {
  id: number
  readonly memoryOffset: number
  readonly refCount: number
}

/** What is used of the backend object, which tfjs does not declare. */
interface WasmBackend {
  readonly wasm: {
    readonly HEAPF32: Float32Array
    readonly HEAP32: Int32Array
    readonly asm?: { readonly memory?: WebAssembly.Memory }
    readonly wasmMemory?: WebAssembly.Memory
    readonly tfjs: {
      registerTensor(id: number, size: number, memoryOffset: number): void
      disposeData(id: number): void
    }
  }
  readonly dataIdMap: { get(dataId: object): TensorData }
  dataIdNextNumber: number
  makeOutput(shape: readonly number[], dtype: 'float32'): tf.TensorInfo
  disposeData(dataId: object): boolean
}

/** The backend, which must be the current one. */
const backend = (): WasmBackend => tf.backend() as unknown as WasmBackend

/** The memory that tensors of the wasm backend lie in: exported by the SIMD build, imported by the threaded one. */
export const memory = (): WebAssembly.Memory => {
  const { asm, wasmMemory } = backend().wasm
  const found = asm?.memory ?? wasmMemory
  if (found === undefined) throw new Error('the wasm backend does not show its memory')
  return found
}

/** Views of the memory as it is now; an allocation may grow it, and these views with it become void. */
export const views = (): { readonly floats: Float32Array; readonly words: Int32Array } => {
  const { HEAPF32, HEAP32 } = backend().wasm
  return { floats: HEAPF32, words: HEAP32 }
}

/** Where a tensor lies, in bytes. */
export const addressOf = (tensor: tf.Tensor): number => backend().dataIdMap.get(tensor.dataId).memoryOffset

/** Whether nobody but this tensor looks at its bytes. */
export const isSoleOwner = (tensor: tf.Tensor): boolean => backend().dataIdMap.get(tensor.dataId).refCount === 1

/** A new tensor, its bytes not set. */
export const allocate = (shape: readonly number[]): tf.Tensor =>
  tf.engine().makeTensorFromTensorInfo(backend().makeOutput([...shape], 'float32'))

/**
 * Tells the backend that a tensor's bytes changed in place.
 *
 * It packs the right operand of a matrix product once per id, and would go on to multiply by the old values.
 */
export const touch = (tensor: tf.Tensor): void => {
  const { wasm, dataIdMap } = backend()
  const data = dataIdMap.get(tensor.dataId)
  const old = data.id
  data.id = backend().dataIdNextNumber++
  wasm.tfjs.registerTensor(data.id, tensor.size, data.memoryOffset)
  wasm.tfjs.disposeData(old)
}
