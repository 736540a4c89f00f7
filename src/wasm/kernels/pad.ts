/** `PadV2` around numbers, with what is none. */
import type * as tf from '@tensorflow/tfjs'
import { required, type WasmKernel } from './kernel.js'
import { copyRun } from './runs.js'
import { floats, sizeOf } from './tensors.js'

/** Copies the rows of `source`, of a shape, to where they stand in a larger array that begins `before` them on each axis. */
const place = (
  target: Float32Array,
  larger: readonly number[],
  source: Float32Array,
  shape: readonly number[],
  before: readonly number[],
): void => {
  const width = shape.at(-1) ?? 1
  const offset = before.at(-1) ?? 0
  for (let from = 0; from < sizeOf(shape); from += width) {
    let [row, to, stride] = [from / width, offset, larger.at(-1) ?? 1]
    for (let axis = shape.length - 2; axis >= 0; axis--) {
      const n = shape[axis]!
      to += ((row % n) + before[axis]!) * stride
      row = Math.floor(row / n)
      stride *= larger[axis]!
    }
    copyRun(target, to, source, from, width)
  }
}

/**
 * Improves `PadV2`, which writes no padding where that is NaN: what lay in the memory before is there.
 *
 * @param stock the stock kernel, which pads with numbers
 * @example
 * tf.pad(x, [[1, 2]], NaN) // on wasm
 */
export const pad =
  (stock: WasmKernel): WasmKernel =>
  call => {
    const { inputs, backend, attrs } = call
    const x = required(inputs, 'x')
    const { paddings, constantValue } = attrs as unknown as tf.PadV2Attrs
    if (!Number.isNaN(constantValue) || x.dtype !== 'float32') return stock(call)
    const shape = x.shape.map((n, axis) => n + paddings[axis]![0] + paddings[axis]![1])
    const out = backend.makeOutput(shape, 'float32')
    const target = floats(backend, out)
    target.fill(Number.NaN)
    place(
      target,
      shape,
      floats(backend, x),
      x.shape,
      paddings.map(([before]) => before),
    )
    return out
  }
