/** The convolutions forward: with `same` padding where the stride is wider than the filter. */
import * as tf from '@tensorflow/tfjs'
import { required, type WasmKernel } from './kernel.js'

type Four = [number, number, number, number]

/**
 * Improves a convolution: `same` padding is computed here, and passed on as explicit padding.
 *
 * XNNPACK, which the stock kernels leave it to, takes the padding for an unsigned number. Where the stride is wider than the
 * filter it would be negative; the result is then zeros, or what happens to be elsewhere in memory.
 *
 * @param depthwise whether each channel has filters of its own
 * @example
 * registerKernel({ ...getKernel('Conv2D', 'wasm'), kernelFunc: samePadding(false)(stock) })
 */
export const samePadding =
  (depthwise: boolean) =>
  (stock: WasmKernel): WasmKernel =>
  call => {
    const { inputs, attrs = {} } = call
    // The attributes of all four kernels have these in common.
    const { pad, strides, dilations, dimRoundingMode } = attrs as unknown as tf.DepthwiseConv2dNativeAttrs
    if (pad !== 'same' || attrs.dataFormat === 'NCHW') return stock(call)
    const [x, filter] = [required(inputs, 'x').shape as Four, required(inputs, 'filter').shape as Four]
    const { padInfo } = tf.backend_util.computeConv2DInfo(
      x,
      filter,
      strides,
      dilations ?? 1,
      pad,
      dimRoundingMode,
      depthwise,
    )
    const { top, bottom, left, right } = padInfo
    return stock({
      ...call,
      attrs: {
        ...attrs,
        pad: [
          [0, 0],
          [top, bottom],
          [left, right],
          [0, 0],
        ],
      },
    })
  }
