/** The multilayer perceptron of the NeuroPlastic authors' training protocol. */

import { HyperparameterError, within } from '../schema/hyperparameter.js'
import { type OptionsOf, options, plain, value } from '../schema/index.js'
import { modelOf, sequence } from './layer.js'
import { dense, dropout as drop, relu } from './layers.js'
import type { Model } from './model.js'

const mlpOptions = options({
  /** Values per example, units of each hidden layer, classes: at least two integers >= 1. Default `[784, 256, 256, 10]`. */
  sizes: value<readonly number[]>(),
  /** Probability to drop a hidden unit in training; default 0.1. */
  dropout: plain('[0, 1)', 0.1),
})

/** The widths and the dropout of an `mlp`. */
export interface MlpOptions extends OptionsOf<typeof mlpOptions> {}

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
 * const variables = model.init(0)
 * const { logits } = tf.tidy(() => model.apply(variables, images))
 * @see arXiv 2604.26297, the authors' training protocol
 */
export const mlp = (given: MlpOptions = {}): Model => {
  const { sizes = [784, 256, 256, 10], dropout } = mlpOptions.read('mlp', given)
  if (sizes.length < 2 || !sizes.every(n => within(n, 'integer in [1, inf)')))
    throw new HyperparameterError('sizes', `[${sizes}]`, 'two or more integers >= 1: inputs, hidden units, classes')

  const affine = sizes.slice(1).map((outputs, i) => dense(`dense${i + 1}`, sizes[i] as number, outputs))
  const hidden = affine.slice(0, -1).flatMap((layer, i) => [layer, relu, drop(dropout, i)])
  return modelOf(
    { name: `mlp ${sizes.join('-')}`, inputShape: sizes.slice(0, 1), classes: sizes.at(-1) as number },
    sequence([...hidden, ...affine.slice(-1)]),
  )
}
