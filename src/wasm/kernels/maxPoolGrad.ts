/** `MaxPoolGrad`, which the stock kernel gets wrong where the largest value of a window is not positive. */
import * as tf from '@tensorflow/tfjs'
import { required, type WasmKernel } from './kernel.js'
import { floats, zeros } from './tensors.js'

type Four = [number, number, number, number]
type Window = ReturnType<typeof tf.backend_util.computePool2DInfo>

/** Writes to `places`, for each channel, where the largest value of a window is: the first of them, or -1 where all are NaN. */
const findLargest = (
  places: Int32Array,
  largest: Float32Array,
  x: Float32Array,
  image: number,
  { inHeight, inWidth, inChannels, filterHeight, filterWidth }: Window,
  top: number,
  left: number,
): void => {
  largest.fill(-Infinity)
  places.fill(-1)
  const endRow = Math.min(inHeight, top + filterHeight)
  const endColumn = Math.min(inWidth, left + filterWidth)
  for (let row = Math.max(0, top); row < endRow; row++)
    for (let column = Math.max(0, left); column < endColumn; column++) {
      const from = ((image * inHeight + row) * inWidth + column) * inChannels
      for (let channel = 0; channel < inChannels; channel++)
        if (x[from + channel]! > largest[channel]!) {
          largest[channel] = x[from + channel]!
          places[channel] = from + channel
        }
    }
}

/**
 * Improves `MaxPoolGrad`: the gradient of each maximum goes to where it came from, $\partial X_{\arg\max} \mathrel{+}= \partial Y$.
 *
 * The stock kernel looks for something larger than 0, and loses the gradient of a window that has nothing such.
 *
 * @example
 * registerKernel({ ...getKernel('MaxPoolGrad', 'wasm'), kernelFunc: maxPoolGrad() })
 */
export const maxPoolGrad = (): WasmKernel => call => {
  const { inputs, backend, attrs } = call
  const [dy, input] = [required(inputs, 'dy'), required(inputs, 'input')]
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as tf.MaxPoolGradAttrs
  const shape = input.shape as Four
  const window = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode)
  const { padInfo, strideHeight, strideWidth, inChannels } = window
  const [batch, outRows, outColumns] = dy.shape as Four
  const out = zeros(backend, shape)
  const target = floats(backend, out)
  const source = floats(backend, dy)
  const x = floats(backend, input)
  const places = new Int32Array(inChannels)
  const largest = new Float32Array(inChannels)
  for (let image = 0, at = 0; image < batch; image++)
    for (let row = 0; row < outRows; row++)
      for (let column = 0; column < outColumns; column++, at += inChannels) {
        const top = row * strideHeight - padInfo.top
        const left = column * strideWidth - padInfo.left
        findLargest(places, largest, x, image, window, top, left)
        for (let channel = 0; channel < inChannels; channel++) {
          const place = places[channel]!
          if (place >= 0) target[place]! += source[at + channel]!
        }
      }
  return out
}
