/** Noise added to gradients. */
import * as tf from '@tensorflow/tfjs'
import { type Expr, opaque } from '../../expr/expr.js'
import { scalar } from '../../expr/scalar.js'
import { type Shape, sizeOf } from '../../expr/shape.js'
import { map } from '../../expr/tree.js'
import { admit, admitEach, type Hyperparameter } from '../hyperparameter.js'
import { gaussians } from '../random.js'
import type { Counted } from '../scale.js'
import type { GradientTransform } from '../types.js'

export interface NoiseOptions {
  /** $\eta \ge 0$, the variance at the first step; default 0.01. */
  readonly eta?: Hyperparameter
  /** $\gamma \ge 0$, how fast the variance falls; default 0.55. */
  readonly gamma?: Hyperparameter
  /** A whole number from 0; default 0. */
  readonly seed?: number
}

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
 * @param options.eta $\eta \ge 0$, default 0.01
 * @param options.gamma $\gamma \ge 0$, default 0.55
 * @param options.seed a whole number from 0, default 0
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(chain(addNoise({ eta: 0.01, seed: 7 }), scaleByLearningRate(0.1)))
 *
 * Source: Neelakantan et al., arXiv 1511.06807.
 */
export const addNoise = ({ eta = 0.01, gamma = 0.55, seed = 0 }: NoiseOptions = {}): GradientTransform<Counted> => {
  admitEach('[0, inf)', { eta, gamma })
  admit('seed', seed, `integer in [0, ${Number.MAX_SAFE_INTEGER}]`)
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
