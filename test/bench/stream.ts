/** The bound that no optimizer step passes: a SIMD loop that only reads and writes the same arrays. */
import * as tf from '@tensorflow/tfjs'
import { encodeModule } from '../../src/wasm/emit/encode.js'
import { get, i32, loop, set, tee, v128 } from '../../src/wasm/emit/instructions.js'
import { addressOf, memory } from '../../src/wasm/heap.js'

/**
 * Reads `reads` vectors of `n` float32 and writes the first `writes` of them back.
 *
 * @returns what runs it once
 */
export const stream = (n: number, reads: number, writes: number): (() => void) => {
  const tensors = Array.from({ length: reads }, () => tf.ones([n]))
  // Parameters: an address for each vector, then the bytes of one.
  const bytes = reads
  const index = reads + 1
  const sum = reads + 2
  const at = (i: number) => [...get(i), ...get(index), ...i32.add]
  const total = tensors.flatMap((_, i) => [...at(i), ...v128.load(0), ...(i === 0 ? [] : v128.add)])
  const body = [
    ...total,
    ...set(sum),
    ...tensors.slice(0, writes).flatMap((_, i) => [...at(i), ...get(sum), ...v128.store(0)]),
    ...[...get(index), ...i32.const(16), ...i32.add, ...tee(index), ...get(bytes), ...i32.ltU],
  ]
  const module = encodeModule(
    [
      {
        name: 'run',
        params: tensors.map(() => 'i32' as const).concat('i32'),
        results: [],
        locals: ['i32', 'v128'],
        code: loop(body),
      },
    ],
    { maximum: 65536, shared: false },
  )
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module), { env: { memory: memory() } })
  const run = exports.run as (...args: number[]) => void
  return () => run(...tensors.map(addressOf), 4 * n - ((4 * n) % 16))
}
