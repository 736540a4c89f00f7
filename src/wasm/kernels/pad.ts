/** `PadV2` around numbers, with what is none. */
import type * as tf from '@tensorflow/tfjs'
import { required, type WasmKernel } from './kernel.js'
import { copyRun, forEachRun } from './runs.js'
import { floats } from './tensors.js'

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
    const [target, source] = [floats(backend, out), floats(backend, x)]
    target.fill(Number.NaN)
    const before = paddings.map(([n]) => n)
    forEachRun(shape, before, x.shape, (to, from, length) => copyRun(target, to, source, from, length))
    return out
  }
