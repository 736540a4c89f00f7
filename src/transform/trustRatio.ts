/** Steps in proportion to the parameters. */
import { zipWith } from '../expr/tree.js'
import { admit, admitEnds, type Hyperparameter } from './hyperparameter.js'
import { type GradientTransform, type Stateless, stateless } from './types.js'

/**
 * Scales each leaf by the ratio of its parameters' norm to its update's:
 * $$ u = g \cdot \mathrm{clip}\!\left(\frac{\lVert p \rVert}{\lVert g \rVert + 10^{-12}},\ min,\ max\right). $$
 *
 * @param options.min at least 0, default 0
 * @param options.max at least min, default infinity
 * @throws HyperparameterError
 *
 * @example
 * chain(scaleByAdam(), scaleByTrustRatio({ max: 10 }), scaleByLearningRate(1e-3)) // LAMB
 *
 * Source: You et al., LARS, arXiv 1708.03888.
 */
export const scaleByTrustRatio = ({
  min = 0,
  max = Number.POSITIVE_INFINITY,
}: {
  readonly min?: Hyperparameter
  readonly max?: Hyperparameter
} = {}): GradientTransform<Stateless> => {
  admit('min', min, '[0, inf)')
  admitEnds(['min', min], ['max', max])
  return stateless((updates, params) =>
    zipWith([updates, params], (g, p) => g.mul(p.norm().div(g.norm().add(1e-12)).clipByValue(min, max))),
  )
}
