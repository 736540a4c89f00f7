/** The geometry of a two-dimensional convolution, as the kernels of its gradients see it. */
import { type Axis, axesOf, type WindowAttrs } from './geometry.js'

/** A convolution of a batch of images, channels last. */
export interface Convolution {
  readonly batch: number
  readonly inChannels: number
  readonly outChannels: number
  readonly rows: Axis
  readonly columns: Axis
}

/**
 * Reads the geometry from the attributes that the gradient kernels of TensorFlow.js get.
 *
 * The size of the output is that of its gradient: the attributes lack the rounding mode with which it was computed.
 *
 * @param inputShape of the input of the convolution: [batch, rows, columns, channels]
 * @param filterShape of its filter: [rows, columns, channels in, channels out, or, if depthwise, multiples]
 * @param dyShape of the gradient of its output
 * @param attrs strides, padding, dilations
 * @throws where the filter is dilated: TensorFlow.js defines no gradient then
 */
export const convolutionOf = (
  inputShape: readonly number[],
  filterShape: readonly number[],
  dyShape: readonly number[],
  attrs: Readonly<Record<string, unknown>>,
): Convolution => {
  // The attributes of all gradients of convolutions have these in common.
  const windows = attrs as unknown as WindowAttrs
  if ([windows.dilations ?? 1].flat().some(dilation => dilation !== 1))
    throw new Error(`the gradients of dilated convolutions are not defined; got dilations ${windows.dilations}`)
  const [rows, columns] = axesOf(inputShape.slice(1, -1), filterShape, windows, dyShape.slice(1))
  return { batch: inputShape[0]!, inChannels: inputShape[3]!, outChannels: dyShape[3]!, rows: rows!, columns: columns! }
}
