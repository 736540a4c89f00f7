/** Loops over floats in the memory of the backend, four at a time. Emitted once for a memory. */
import type * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { type Bytes, type EmittedFunction, encodeModule } from '../emit/encode.js'
import { f32, get, i32, loop, set, tee, v128 } from '../emit/instructions.js'
import { memory } from '../heap.js'
import { addressOf, floats, sizeOf } from './tensors.js'

const instances = new WeakMap<WebAssembly.Memory, Map<string, WebAssembly.Exports>>()

/** A module of functions over the memory of the backend, made when it is first asked for. */
export const overMemory = (key: string, functions: () => readonly EmittedFunction[]): WebAssembly.Exports => {
  const heap = memory()
  const known = instances.get(heap) ?? new Map<string, WebAssembly.Exports>()
  instances.set(heap, known)
  const found = known.get(key)
  if (found !== undefined) return found
  const shared = typeof SharedArrayBuffer !== 'undefined' && heap.buffer instanceof SharedArrayBuffer
  const module = new WebAssembly.Module(encodeModule(functions(), { maximum: 65536, shared }))
  const { exports } = new WebAssembly.Instance(module, { env: { memory: heap } })
  known.set(key, exports)
  return exports
}

const forward = (pointer: number): Bytes => [...get(pointer), ...i32.const(16), ...i32.add, ...set(pointer)]
const again = (count: number): Bytes => [...get(count), ...i32.const(1), ...i32.sub, ...tee(count)]
const splat = (local: number): Bytes => [...get(local), ...v128.splat]

// Unlike those of the stock kernels, these two instructions hand on a NaN from either side.
const clamp: EmittedFunction = {
  name: 'clamp',
  params: ['i32', 'i32', 'i32', 'f32', 'f32'],
  results: [],
  locals: [],
  code: loop([
    ...[...get(1), ...get(0), ...v128.load(0), ...splat(3), ...v128.max, ...splat(4), ...v128.min, ...v128.store(0)],
    ...[...forward(0), ...forward(1), ...again(2)],
  ]),
}

// What is not finite times 0 is NaN, and so is the sum from there on.
const vanishing: EmittedFunction = {
  name: 'vanishing',
  params: ['i32', 'i32'],
  results: ['f32'],
  locals: ['v128'],
  code: [
    ...loop([
      ...[...get(0), ...v128.load(0), ...f32.const(0), ...v128.splat, ...v128.mul, ...get(2), ...v128.add, ...set(2)],
      ...[...forward(0), ...again(1)],
    ]),
    ...[0, 1, 2, 3].flatMap(lane => [...get(2), ...v128.lane(lane), ...(lane > 0 ? f32.add : [])]),
  ],
}

type Loops = {
  readonly clamp: (from: number, to: number, vectors: number, low: number, high: number) => void
  readonly vanishing: (from: number, vectors: number) => number
}

// The cast names what was emitted just above.
const loops = (): Loops => overMemory('floats', () => [clamp, vanishing]) as unknown as Loops

/** Writes $\min(\max(x, l), h)$ to a float32 tensor of the same size, which may be `x` itself; a NaN stays. */
export const clampInto = (
  backend: BackendWasm,
  target: tf.TensorInfo,
  x: tf.TensorInfo,
  low: number,
  high: number,
): tf.TensorInfo => {
  const size = sizeOf(x.shape)
  if (size > 3) loops().clamp(addressOf(backend, x), addressOf(backend, target), size >> 2, low, high)
  const [to, from] = [floats(backend, target), floats(backend, x)]
  for (let i = size & ~3; i < size; i++) to[i] = Math.min(Math.max(from[i]!, low), high)
  return target
}

/** Whether all values of a float32 tensor are finite. */
export const allFinite = (backend: BackendWasm, x: tf.TensorInfo): boolean => {
  const size = sizeOf(x.shape)
  const rest = floats(backend, x).subarray(size & ~3)
  return (size < 4 || loops().vanishing(addressOf(backend, x), size >> 2) === 0) && rest.every(Number.isFinite)
}
