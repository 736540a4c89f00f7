/** The noisy quadratic: a loss whose every step can be worked out by hand. */
import * as tf from '@tensorflow/tfjs'
import { fromEntries, get, type Tree } from '../../expr/tree.js'
import { admit } from '../../schema/hyperparameter.js'
import { normals, purpose, stream } from '../random.js'
import type { Problem } from './problem.js'

/** Options of `noisyQuadratic`. */
export interface NoisyQuadraticOptions {
  /** Parameters in all, an integer >= 1; default 100. */
  readonly dimension?: number
  /** The largest curvature, which is 1, over the smallest: >= 1, default 1000. Those between are evenly spaced in logarithm. */
  readonly condition?: number
  /** Standard deviation of a gradient of one example where the curvature is 1: >= 0, default 1. */
  readonly noise?: number
  /** Leaves that the parameters are spread over, from the steepest to the flattest: an integer in [1, dimension], default 4. */
  readonly leaves?: number
}

interface Band {
  readonly name: string
  readonly start: number
  readonly curvatures: Float32Array
}

const bandsOf = (dimension: number, condition: number, leaves: number): readonly Band[] => {
  const curvature = (i: number) => condition ** -(dimension === 1 ? 0 : i / (dimension - 1))
  const edge = (leaf: number) => Math.round((leaf * dimension) / leaves)
  return Array.from({ length: leaves }, (_, leaf) => ({
    name: `band${leaf + 1}`,
    start: edge(leaf),
    curvatures: Float32Array.from({ length: edge(leaf + 1) - edge(leaf) }, (_, i) => curvature(edge(leaf) + i)),
  }))
}

const total = (terms: readonly tf.Tensor[]): tf.Scalar => tf.addN([...terms]) as tf.Scalar

/**
 * A diagonal quadratic of which the gradients are noisy, most where it is steepest.
 *
 * $$ L(\theta; \xi) = \sum_i \tfrac12 h_i \theta_i^2 + \sigma \sqrt{h_i}\, \xi_i \theta_i, \qquad \xi_i \sim N(0, 1/B), \qquad
 *    \nabla L = h \theta + \sigma \sqrt{h}\, \xi, \qquad \text{risk} = \sum_i \tfrac12 h_i \theta_i^2 $$
 *
 * Parameters start from $N(0, 1)$ each. The minimum is 0, at 0.
 *
 * @param options see `NoisyQuadraticOptions`
 * @throws HyperparameterError that names the option, its value and what is admissible
 * @example
 * const problem = noisyQuadratic({ dimension: 10, condition: 100 })
 * const params = problem.init(0)
 * const risk = tf.tidy(() => problem.risk(params).dataSync()[0])
 * @see Zhang et al., Which algorithmic choices matter at which batch sizes?, arXiv 1907.04164
 */
export const noisyQuadratic = ({
  dimension = 100,
  condition = 1000,
  noise = 1,
  leaves = 4,
}: NoisyQuadraticOptions = {}): Problem => {
  admit('dimension', dimension, 'integer in [1, inf)')
  admit('condition', condition, '[1, inf)')
  admit('noise', noise, '[0, inf)')
  admit('leaves', leaves, `integer in [1, ${dimension}]`)
  const bands = bandsOf(dimension, condition, leaves)

  const byBand = (values: Float32Array): Tree<tf.Tensor> =>
    fromEntries(
      bands.map(({ name, start, curvatures }) => [name, tf.tensor1d(values.slice(start, start + curvatures.length))]),
    )

  const risk = (params: Tree<tf.Tensor>): tf.Scalar =>
    total(
      bands.map(({ name, curvatures }) =>
        tf.sum(tf.mul(tf.tensor1d(curvatures.map(h => h / 2)), tf.square(get(name)(params)))),
      ),
    )

  return {
    name: `noisy quadratic ${dimension}`,
    init: seed => byBand(normals(stream(purpose.quadratic, seed, 0), dimension)),
    batch: ({ seed, epoch, step }, size) => {
      const scale = 1 / Math.sqrt(admit('size', size, 'integer in [1, inf)'))
      return byBand(normals(stream(purpose.quadratic, seed, 1, epoch, step), dimension).map(z => z * scale))
    },
    loss: (params, batch) =>
      tf.add(
        risk(params),
        total(
          bands.map(({ name, curvatures }) => {
            const spread = tf.tensor1d(curvatures.map(h => noise * Math.sqrt(h)))
            return tf.sum(tf.mul(tf.mul(spread, get(name)(batch)), get(name)(params)))
          }),
        ),
      ),
    risk,
  }
}
