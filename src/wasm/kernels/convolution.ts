/** The geometry of a two-dimensional convolution, as the kernels of its gradients see it. */
import * as tf from '@tensorflow/tfjs'

/** One spatial axis: position `i` of the input meets position `o` of the output at the tap `i - o * stride + before`. */
export interface Axis {
  readonly input: number
  readonly output: number
  readonly taps: number
  readonly stride: number
  /** Padding before the first input position. */
  readonly before: number
}

/** A convolution of a batch of images, channels last. */
export interface Convolution {
  readonly batch: number
  readonly inChannels: number
  readonly outChannels: number
  readonly rows: Axis
  readonly columns: Axis
}

type Four = [number, number, number, number]

/**
 * Reads the geometry from the attributes that the gradient kernels of TensorFlow.js get.
 *
 * The size of the output is that of its gradient: the attributes lack the rounding mode with which it was computed.
 *
 * @param inputShape of the input of the convolution: [batch, rows, columns, channels]
 * @param filterShape of its filter: [rows, columns, channels in, channels out, or, if depthwise, multiples]
 * @param dyShape of the gradient of its output
 * @param attrs strides, padding, dilations
 * @param depthwise whether each channel has filters of its own
 * @throws where the filter is dilated: TensorFlow.js defines no gradient then
 */
export const convolutionOf = (
  inputShape: readonly number[],
  filterShape: readonly number[],
  dyShape: readonly number[],
  attrs: Readonly<Record<string, unknown>>,
  depthwise: boolean,
): Convolution => {
  const { strides, pad, dilations = 1, dimRoundingMode } = attrs as unknown as tf.DepthwiseConv2dNativeAttrs
  if ([dilations].flat().some(dilation => dilation !== 1))
    throw new Error(`the gradients of dilated convolutions are not defined; got dilations ${dilations}`)
  const [input, filter] = [inputShape as Four, filterShape as Four]
  const info = tf.backend_util.computeConv2DInfo(input, filter, strides, 1, pad, dimRoundingMode, depthwise)
  const [, outRows, outColumns] = dyShape as Four
  return {
    batch: info.batchSize,
    inChannels: info.inChannels,
    outChannels: info.outChannels,
    rows: {
      input: info.inHeight,
      output: outRows,
      taps: info.filterHeight,
      stride: info.strideHeight,
      before: info.padInfo.top,
    },
    columns: {
      input: info.inWidth,
      output: outColumns,
      taps: info.filterWidth,
      stride: info.strideWidth,
      before: info.padInfo.left,
    },
  }
}
