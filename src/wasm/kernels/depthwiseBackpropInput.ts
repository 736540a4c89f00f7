/** `DepthwiseConv2dNativeBackpropInput`, which the stock backend lacks. */
import type * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { convolutionOf } from './convolution.js'
import type { Axis } from './geometry.js'
import { required, type WasmKernel } from './kernel.js'
import { inputGradient, type Phase } from './phases.js'
import { floats } from './tensors.js'

/** Taps of a filter [rows, columns, channels, multiples] in reverse, as a filter [rows, columns, channels * multiples, 1]. */
const reversed = (
  backend: BackendWasm,
  filter: tf.TensorInfo,
  [rows, columns]: readonly [Axis, Axis],
  r: Phase,
  c: Phase,
): tf.TensorInfo => {
  const [, , channels, multiples] = filter.shape as [number, number, number, number]
  const size = channels * multiples
  const out = backend.makeOutput([r.taps, c.taps, size, 1], 'float32')
  const [target, source] = [floats(backend, out), floats(backend, filter)]
  let to = 0
  for (let i = r.taps - 1; i >= 0; i--)
    for (let j = c.taps - 1; j >= 0; j--, to += size) {
      const tap = (r.tap + i * rows.stride) * columns.taps + c.tap + j * columns.stride
      target.set(source.subarray(tap * size, (tap + 1) * size), to)
    }
  return out
}

/**
 * Supplies `DepthwiseConv2dNativeBackpropInput`: each channel of the input gets the gradients of its own filters.
 *
 * A depthwise convolution of the output's gradient with the filters in reverse, for each phase of the stride; then the sum
 * over the multiples of a channel.
 *
 * @example
 * tf.grad(x => tf.depthwiseConv2d(x, filter, 2, 'same').sum())(x) // on wasm
 */
export const depthwiseBackpropInput: WasmKernel = ({ inputs, backend, attrs = {} }) => {
  const [dy, filter] = [required(inputs, 'dy'), required(inputs, 'filter')]
  const convolution = convolutionOf(attrs.inputShape as number[], filter.shape, dy.shape, attrs)
  const axes = [convolution.rows, convolution.columns] as const
  return inputGradient(backend, dy, convolution, {
    kernelName: 'DepthwiseConv2dNative',
    group: filter.shape[3] ?? 1,
    filter: (r, c) => reversed(backend, filter, axes, r, c),
  })
}
