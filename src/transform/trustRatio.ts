/** Steps in proportion to the parameters. */
import type { Expr } from '../expr/expr.js'
import { zipWith } from '../expr/tree.js'
import { admit, admitEnds, choose, type Hyperparameter } from './hyperparameter.js'
import { normable } from './normable.js'
import { type GradientTransform, type Stateless, stateless } from './types.js'

export interface TrustRatioOptions {
  /** Least ratio, at least 0; default 0. */
  readonly min?: Hyperparameter
  /** Greatest ratio, at least min; default infinity. */
  readonly max?: Hyperparameter
  /** $n \ge 0$, the least that either norm counts; default 0. */
  readonly minNorm?: Hyperparameter
  /** $c > 0$, a factor of the ratio; default 1. */
  readonly trustCoefficient?: Hyperparameter
  /** $\varepsilon \ge 0$, added to the update's norm; default 1e-12, where optax has 0. */
  readonly eps?: Hyperparameter
  /** What the ratio is where a norm is 0: 1 (default, as in optax), or what its formula says, so that zeros stay zeros. */
  readonly zeroNorm?: 'one' | 'formula'
}

/**
 * Scales each leaf by the ratio of its parameters' norm to its update's:
 * $$ u = g \cdot \mathrm{clip}\!\left(c\, \frac{\max(\lVert p \rVert, n)}{\max(\lVert g \rVert, n) + \varepsilon},\ min,\ max\right), $$
 * and $u = g$ where a norm is 0.
 *
 * @param options.min at least 0, default 0
 * @param options.max at least min, default infinity
 * @param options.minNorm $n \ge 0$, default 0
 * @param options.trustCoefficient $c > 0$, default 1
 * @param options.eps $\varepsilon \ge 0$, default 1e-12
 * @param options.zeroNorm default `'one'`
 * @throws HyperparameterError
 * @example
 * const lamb = chain(scaleByAdam({ eps: 1e-6 }), scaleByTrustRatio(), scaleByLearningRate(1e-3))
 *
 * Source: You et al., LARS, arXiv 1708.03888; LAMB, arXiv 1904.00962.
 */
export const scaleByTrustRatio = ({
  min = 0,
  max = Number.POSITIVE_INFINITY,
  minNorm = 0,
  trustCoefficient = 1,
  eps = 1e-12,
  zeroNorm = 'one',
}: TrustRatioOptions = {}): GradientTransform<Stateless> => {
  admit('min', min, '[0, inf)')
  admitEnds(['min', min], ['max', max])
  admit('minNorm', minNorm, '[0, inf)')
  admit('trustCoefficient', trustCoefficient, '(0, inf)')
  admit('eps', eps, '[0, inf)')
  const one = choose('zeroNorm', zeroNorm, { one: true, formula: false })
  const normOf = (x: Expr): Expr => (minNorm === 0 ? x.norm() : x.norm().maximum(minNorm))
  return stateless((updates, params) =>
    zipWith([updates, params], (given, p) => {
      const g = normable(given)
      const [ofParams, ofUpdate] = [normOf(p), normOf(g)]
      const ratio = ofParams.mul(trustCoefficient).div(ofUpdate.add(eps)).clipByValue(min, max)
      return g.mul(one ? ofParams.minimum(ofUpdate).greater(0).where(ratio, 1) : ratio)
    }),
  )
}
