/** The convolutions forward: padding, NaN, and what is empty, which the stock kernels get wrong. */
import type * as tf from '@tensorflow/tfjs'
import { activated, activationOf } from './activation.js'
import { axesOf, explicit, type WindowAttrs } from './geometry.js'
import { required, type WasmKernel, wasmKernel } from './kernel.js'
import { reshaped, usingTemporary, zeros } from './tensors.js'

type Call = Parameters<WasmKernel>[0]

/** Adds the bias to a temporary result and ends in the activation, as the fused kernels do. */
const finished = (call: Call, result: tf.TensorInfo): tf.TensorInfo => {
  const { backend, inputs } = call
  const b = inputs.bias
  const sum = b ? usingTemporary(backend, result, a => wasmKernel('Add')({ inputs: { a, b }, backend })) : result
  return activationOf(call)!(call, sum)
}

/**
 * Improves a convolution, with or without bias and activation.
 *
 * XNNPACK, which the stock kernels leave it to, takes padding for an unsigned number: where the stride is wider than the
 * filter, `same` padding would be negative, and the result zeros or what happens to be elsewhere in memory. A number as
 * padding gives an output of the wrong size, or one that is written beyond its end. So padding is worked out here and
 * passed on as explicit. Where each channel is just multiplied by a number, XNNPACK makes -infinity of NaN; a product of
 * tensors is the same. What is empty it refuses, which the stock kernel does not notice.
 *
 * @param depthwise whether each channel has filters of its own
 * @example
 * registerKernel({ ...getKernel('Conv2D', 'wasm'), kernelFunc: convolve(false)(stock) })
 */
export const convolve =
  (depthwise: boolean) =>
  (stock: WasmKernel): WasmKernel =>
  call => {
    const { inputs, backend, attrs = {} } = call
    const [x, filter] = [required(inputs, 'x'), required(inputs, 'filter')]
    const { bias } = inputs
    // The stock kernel says what is wrong.
    if (attrs.dataFormat === 'NCHW' || (bias && bias.shape.length !== 1) || !activationOf(call)) return stock(call)
    // The attributes of all four kernels have these in common.
    const axes = axesOf(x.shape.slice(1, -1), filter.shape, attrs as unknown as WindowAttrs)
    const [, , from, to] = filter.shape as [number, number, number, number]
    const shape = [x.shape[0]!, ...axes.map(({ output }) => output), depthwise ? from * to : to]
    if (shape.includes(0) || filter.shape.includes(0)) return finished(call, zeros(backend, shape))
    const scales = axes.every(({ taps, stride, before, after }) => taps === 1 && stride === 1 && before + after === 0)
    if (scales && to === 1 && (depthwise || from === 1))
      return finished(call, wasmKernel('Multiply')({ inputs: { a: x, b: reshaped(filter, [from]) }, backend }))
    return activated(stock, { ...call, attrs: { ...attrs, pad: explicit(axes) } })
  }
