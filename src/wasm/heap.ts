/** The memory of the wasm backend: where tensors lie in it, and how to take and give back a part of it. */
import * as tf from '@tensorflow/tfjs'

/** The backend's record of a tensor's bytes. */
export interface TensorBytes {
  id: number
  /** Where they lie. */
  readonly memoryOffset: number
  /** How many tensors look at them. */
  readonly refCount: number
}

/** What is used of the backend object, which tfjs does not declare. */
interface WasmBackend {
  readonly wasm: {
    readonly HEAPF32: Float32Array
    readonly HEAP32: Int32Array
    readonly asm?: { readonly memory?: WebAssembly.Memory }
    readonly wasmMemory?: WebAssembly.Memory
    _malloc(bytes: number): number
    _free(address: number): void
    _register_tensor(id: number, size: number, memoryOffset: number): void
    _dispose_data(id: number): void
  }
  readonly dataIdMap: { readonly data: WeakMap<object, TensorBytes>; get(dataId: object): TensorBytes }
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

/** Looks up what the backend knows of tensors' bytes, which costs more than all else that is done for a small leaf. */
export const bytesReader = (): ((tensor: tf.Tensor) => TensorBytes) => {
  const { dataIdMap } = backend()
  const { data } = dataIdMap
  return tensor => data.get(tensor.dataId) ?? moved(dataIdMap, tensor)
}

/** A tensor that is not on this backend has to be moved to it. */
const moved = (dataIdMap: WasmBackend['dataIdMap'], { dataId, shape, isDisposed }: tf.Tensor): TensorBytes => {
  try {
    return dataIdMap.get(dataId)
  } catch (cause) {
    if (isDisposed) throw cause
    throw new Error(
      `a tensor of shape [${shape}] went with the backend that held it, which was removed; make parameters, state and ` +
        'gradients anew on the backend that is current',
      { cause },
    )
  }
}

/** Where a tensor lies, in bytes. */
export const addressOf = (tensor: tf.Tensor): number => bytesReader()(tensor).memoryOffset

/** A new tensor, its bytes not set. */
export const allocate = (shape: readonly number[]): tf.Tensor =>
  tf.engine().makeTensorFromTensorInfo(backend().makeOutput([...shape], 'float32'))

/** A part of the heap that is no tensor: its address. To be given back. */
export const take = (bytes: number): number => {
  const address = backend().wasm._malloc(bytes) >>> 0
  if (address === 0) throw new Error(`the wasm heap has no ${bytes} bytes left`)
  return address
}

export const giveBack = (address: number): void => backend().wasm._free(address)

/**
 * Tells the backend that bytes changed in place.
 *
 * It packs the right operand of a matrix product once per id, and would go on to multiply by the old values.
 *
 * @param sizes in elements
 */
export const touch = (changed: readonly TensorBytes[], sizes: readonly number[]): void => {
  const current = backend()
  const { wasm } = current
  for (let i = 0; i < changed.length; i++) {
    const bytes = changed[i] as TensorBytes
    const old = bytes.id
    bytes.id = current.dataIdNextNumber++
    wasm._register_tensor(bytes.id, sizes[i] as number, bytes.memoryOffset)
    wasm._dispose_data(old)
  }
}
