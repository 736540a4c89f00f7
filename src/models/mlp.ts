/** The multilayer perceptron of the NeuroPlastic authors' training protocol. */
import * as tf from '@tensorflow/tfjs'
import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32'
import { fromEntries, get } from '../expr/tree.js'
import { admit, HyperparameterError, within } from '../transform/hyperparameter.js'
import { dropoutMask } from './dropout.js'
import type { Model } from './model.js'
import { purpose, stream } from './random.js'

/** The widths and the dropout of an `mlp`. */
export interface MlpOptions {
  /** Values per example, units of each hidden layer, classes: at least two integers >= 1. Default `[784, 256, 256, 10]`. */
  readonly sizes?: readonly number[]
  /** Probability to drop a hidden unit in training, in [0, 1). Default 0.1. */
  readonly dropout?: number
}

interface Layer {
  readonly name: string
  readonly fanIn: number
  readonly fanOut: number
}

/** One value of U(-bound, bound) per element, in float32. */
const uniform = (shape: readonly number[], bound: number, keys: readonly number[]): tf.Tensor => {
  const random = stream(...keys)
  const values = Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    () => (2 * uniformFloat32(random) - 1) * bound,
  )
  return tf.tensor(values, [...shape], 'float32')
}

const initLayer = (
  { name, fanIn, fanOut }: Layer,
  index: number,
  seed: number,
): readonly (readonly [string, tf.Tensor])[] => {
  const bound = 1 / Math.sqrt(fanIn)
  return [
    [`${name}/kernel`, uniform([fanIn, fanOut], bound, [purpose.init, seed, index, 0])],
    [`${name}/bias`, uniform([fanOut], bound, [purpose.init, seed, index, 1])],
  ]
}

/**
 * A multilayer perceptron: dense layers, ReLU and dropout after each hidden one, logits at the end.
 *
 * $$ h_0 = x, \quad h_l = m_l \odot \max(0, h_{l-1} W_l + b_l), \quad \text{logits} = h_{L-1} W_L + b_L,
 *    \quad W_l, b_l \sim U(-1/\sqrt{n_{l-1}}, 1/\sqrt{n_{l-1}}) $$
 *
 * Leaves are `dense1/kernel` `[in, out]`, `dense1/bias` `[out]`, `dense2/kernel` and so on. The default has 269,322
 * parameters.
 *
 * @param options see `MlpOptions`
 * @throws HyperparameterError that names the option, its value and what is admissible
 * @example
 * const model = mlp({ sizes: [784, 256, 256, 10], dropout: 0.1 })
 * const params = model.init(0)
 * const logits = tf.tidy(() => model.apply(params, images))
 * @see arXiv 2604.26297, the authors' training protocol
 */
export const mlp = ({ sizes = [784, 256, 256, 10], dropout = 0.1 }: MlpOptions = {}): Model => {
  if (sizes.length < 2 || !sizes.every(n => within(n, 'integer in [1, inf)')))
    throw new HyperparameterError('sizes', `[${sizes}]`, 'two or more integers >= 1: inputs, hidden units, classes')
  admit('dropout', dropout, '[0, 1)')

  const layers = sizes
    .slice(1)
    .map((fanOut, i): Layer => ({ name: `dense${i + 1}`, fanIn: sizes[i] as number, fanOut }))
  const hidden = layers.slice(0, -1)

  return {
    name: `mlp ${sizes.join('-')}`,
    inputs: sizes[0] as number,
    classes: sizes.at(-1) as number,
    init: seed => fromEntries(layers.flatMap((layer, i) => initLayer(layer, i, seed))),
    dropoutMasks: (at, count) =>
      dropout === 0
        ? []
        : hidden.map(({ fanOut }, i) => tf.tensor2d(dropoutMask(dropout, count * fanOut, i, at), [count, fanOut])),
    apply: (params, x, masks = []) =>
      layers.reduce<tf.Tensor2D>((h, { name }, i) => {
        const [kernel, bias] = [get(`${name}/kernel`)(params) as tf.Tensor2D, get(`${name}/bias`)(params)]
        const y = tf.add<tf.Tensor2D>(tf.matMul(h, kernel), bias)
        if (i === hidden.length) return y
        const mask = masks[i]
        return mask === undefined ? tf.relu(y) : tf.mul(tf.relu(y), mask)
      }, x),
  }
}
