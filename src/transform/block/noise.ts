/** Noise added to gradients. */

import * as tf from '@tensorflow/tfjs'
import { type Expr, opaque } from '../../expr/expr.js'
import { scalar } from '../../expr/scalar.js'
import { type Shape, sizeOf } from '../../expr/shape.js'
import { map } from '../../expr/tree.js'
import { seed } from '../../schema/field.js'
import { type OptionsOf, options, real } from '../../schema/index.js'
import { gaussians } from '../random.js'
import type { Counted } from '../scale.js'
import type { GradientTransform } from '../types.js'

export const noiseOptions = options({
  /** $\eta$, the variance at the first step. */
  eta: real('[0, inf)', 0.01),
  /** $\gamma$, how fast the variance falls. */
  gamma: real('[0, inf)', 0.55),
  /** The seed of the noise; default 0. */
  seed: seed(),
})

export interface NoiseOptions extends OptionsOf<typeof noiseOptions> {}

type Place = {
  readonly seed: number
  readonly leaf: string
  readonly shape: Shape
}

const run = (_: readonly unknown[], [step]: readonly number[], { seed, leaf, shape }: Place) =>
  tf.tensor(gaussians(sizeOf(shape), `noise/${seed}/${leaf}/${step}`), [...shape], 'float32')

/**
 * Adds noise whose variance falls: $u_t = g_t + \sigma_t\, n_t$, $n_t \sim N(0, 1)$, $\sigma_t^2 = \eta / (1 + t)^\gamma$, with $t$
 * counted from 0.
 *
 * The noise is a function of seed, leaf and step, so runs repeat and resume. An opaque node: it runs through tfjs.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(chain(addNoise({ eta: 0.01, seed: 7 }), scaleByLearningRate(0.1)))
 *
 * Source: Neelakantan et al., arXiv 1511.06807.
 */
export const addNoise = (given: NoiseOptions = {}): GradientTransform<Counted> => {
  const { eta, gamma, seed } = noiseOptions.read('addNoise', given)
  return {
    init: () => ({ count: scalar(0) }),
    update: (updates, { count }) => {
      const next = count.add(1)
      const deviation = scalar(eta).div(next.pow(gamma)).sqrt()
      const noise = ({ shape }: Expr, leaf: string): Expr =>
        opaque({ name: 'noise', version: 1, attributes: { seed, leaf, shape }, run }, shape, [], [count])
      return [map((g: Expr, leaf) => g.add(noise(g, leaf).mul(deviation)))(updates), { count: next }]
    },
  }
}
