/** `Conv2DBackpropInput` for training: the input gradient of a convolution, and `conv2dTranspose`. */
import type * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { convolutionOf } from './convolution.js'
import type { Axis } from './geometry.js'
import type { WasmKernel } from './kernel.js'
import { inputGradient, type Phase } from './phases.js'
import { floats } from './tensors.js'

/** Taps of a filter [rows, columns, in, out] in reverse, as a filter [rows, columns, out, in]. */
const reversed = (
  backend: BackendWasm,
  filter: tf.TensorInfo,
  [rows, columns]: readonly [Axis, Axis],
  r: Phase,
  c: Phase,
): tf.TensorInfo => {
  const [, , inChannels, outChannels] = filter.shape as [number, number, number, number]
  const out = backend.makeOutput([r.taps, c.taps, outChannels, inChannels], 'float32')
  const [target, source] = [floats(backend, out), floats(backend, filter)]
  let to = 0
  for (let i = r.taps - 1; i >= 0; i--)
    for (let j = c.taps - 1; j >= 0; j--) {
      const tap = (r.tap + i * rows.stride) * columns.taps + c.tap + j * columns.stride
      const start = tap * inChannels * outChannels
      for (let k = 0; k < outChannels; k++)
        for (let at = start + k, n = 0; n < inChannels; n++, at += outChannels) target[to++] = source[at]!
    }
  return out
}

/**
 * Improves `Conv2DBackpropInput`: $\partial X_{p s + r - \pi} \mathrel{+}= \partial Y_p\, W_r^T$ on both axes.
 *
 * The stock kernel goes through it element by element. Here it is a forward convolution with the filter in reverse, for each
 * phase of the stride; see `phases.ts`. Channels first, which no other convolution of the backend knows, is left to stock.
 *
 * @param stock the stock kernel
 * @example
 * registerKernel({ ...getKernel('Conv2DBackpropInput', 'wasm'), kernelFunc: conv2dBackpropInput(stock) })
 */
export const conv2dBackpropInput =
  (stock: WasmKernel): WasmKernel =>
  call => {
    const { inputs, backend, attrs = {} } = call
    const { dy, filter } = inputs
    const channelsFirst = attrs.dataFormat === 'NCHW'
    if (dy === undefined || filter === undefined || channelsFirst) return stock(call)
    const convolution = convolutionOf(attrs.inputShape as number[], filter.shape, dy.shape, attrs)
    const axes = [convolution.rows, convolution.columns] as const
    return inputGradient(backend, dy, convolution, {
      kernelName: 'Conv2D',
      group: 1,
      filter: (r, c) => reversed(backend, filter, axes, r, c),
    })
  }
