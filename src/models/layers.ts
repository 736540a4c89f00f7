/** The usual layers: affine maps, activations, pooling, dropout. Images are `[batch, height, width, channels]`. */
import * as tf from '@tensorflow/tfjs'
import { get } from '../expr/tree.js'
import { written } from '../wasm/direct.js'
import { writeDropoutMask } from './dropout.js'
import { type Fill, uniformFanIn } from './fill.js'
import { type Layer, pointwise } from './layer.js'

/** $\max(0, x)$. */
export const relu: Layer = pointwise(x => tf.relu(x))

/** $\tanh x$. */
export const tanh: Layer = pointwise(x => tf.tanh(x))

/** The values of each example in a row: `[batch, ...shape]` to `[batch, size]`. */
export const flatten: Layer = pointwise(x => tf.reshape(x, [x.shape[0] as number, -1]))

/** The largest value of each 2 x 2 pixels. */
export const maxPool: Layer = pointwise(x => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'))

/** The mean of each 2 x 2 pixels. */
export const averagePool: Layer = pointwise(x => tf.avgPool(x as tf.Tensor4D, 2, 2, 'valid'))

/** The mean over all pixels: `[batch, height, width, channels]` to `[batch, channels]`. */
export const globalAveragePool: Layer = pointwise(x => tf.mean(x, [1, 2]))

/**
 * Inverted dropout, in training: $y = m \odot x$ with the mask of the moment. See `dropoutMask`.
 *
 * @param rate probability to drop, in [0, 1); at 0 nothing is drawn
 * @param index which of a model's masks this is, from 0
 */
export const dropout = (rate: number, index: number): Layer =>
  pointwise((x, at) =>
    at === undefined || rate === 0
      ? x
      : tf.mul(
          x,
          written(x.shape, mask => writeDropoutMask(rate, index, at, mask)),
        ),
  )

/**
 * An affine map: $y = x W + b$, with leaves `kernel` `[inputs, outputs]` and `bias` `[outputs]`.
 *
 * $$ W, b \sim U(-1/\sqrt{\text{inputs}}, 1/\sqrt{\text{inputs}}) $$
 *
 * @example
 * dense('dense1', 784, 256)
 */
export const dense = (name: string, inputs: number, outputs: number): Layer => {
  const [kernel, bias] = [`${name}/kernel`, `${name}/bias`]
  const fill = uniformFanIn(inputs)
  return {
    params: [
      [
        { name: kernel, shape: [inputs, outputs], fill },
        { name: bias, shape: [outputs], fill },
      ],
    ],
    stats: [],
    apply: ({ params }, x) => ({
      y: tf.add(tf.matMul(x as tf.Tensor2D, get(kernel)(params) as tf.Tensor2D), get(bias)(params)),
      stats: {},
    }),
  }
}

/** Geometry of a convolution: square filters, the same stride along both axes. */
export interface ConvOptions {
  /** Side of the filter in pixels. */
  readonly size: number
  /** Channels in. */
  readonly inputs: number
  /** Channels out. */
  readonly outputs: number
  /** Pixels of zeros on each side. */
  readonly padding: number
  /** Pixels from one place of the filter to the next. Default 1. */
  readonly stride?: number
}

const convolve = (x: tf.Tensor, kernel: tf.Tensor, { stride = 1, padding }: ConvOptions): tf.Tensor =>
  tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, stride, padding)

/**
 * A convolution without bias, for a normalization to follow, with one leaf `kernel` `[size, size, inputs, outputs]`.
 *
 * $$ y_{p,q,o} = \sum_{r,c,i} x_{ps + r - \pi,\, qs + c - \pi,\, i}\, W_{r,c,i,o} $$
 *
 * @param fill how the kernel begins
 * @example
 * convWithoutBias('conv1', { size: 3, inputs: 3, outputs: 64, padding: 1 }, heFanOut(9 * 64))
 */
export const convWithoutBias = (name: string, options: ConvOptions, fill: Fill): Layer => {
  const { size, inputs, outputs } = options
  const kernel = `${name}/kernel`
  return {
    params: [[{ name: kernel, shape: [size, size, inputs, outputs], fill }]],
    stats: [],
    apply: ({ params }, x) => ({ y: convolve(x, get(kernel)(params), options), stats: {} }),
  }
}

/**
 * A convolution with a bias per channel: leaves `kernel` `[size, size, inputs, outputs]` and `bias` `[outputs]`, which begin as
 * those of `dense`, with $\text{size}^2 \cdot \text{inputs}$ values to an output.
 *
 * @example
 * conv('conv1', { size: 3, inputs: 3, outputs: 32, padding: 1 })
 */
export const conv = (name: string, options: ConvOptions): Layer => {
  const { size, inputs, outputs } = options
  const [kernel, bias] = [`${name}/kernel`, `${name}/bias`]
  const fill = uniformFanIn(size * size * inputs)
  return {
    params: [
      [
        { name: kernel, shape: [size, size, inputs, outputs], fill },
        { name: bias, shape: [outputs], fill },
      ],
    ],
    stats: [],
    apply: ({ params }, x) => ({
      y: tf.add(convolve(x, get(kernel)(params), options), get(bias)(params)),
      stats: {},
    }),
  }
}
