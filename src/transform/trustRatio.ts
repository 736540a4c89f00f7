/** Steps in proportion to the parameters. */

import type { Expr } from '../expr/expr.js'
import { zipWith } from '../expr/tree.js'
import { admitEnds } from '../schema/hyperparameter.js'
import { type OptionsOf, oneOf, options, real } from '../schema/index.js'
import { normable } from './normable.js'
import { type GradientTransform, type Stateless, stateless } from './types.js'

const trustRatioOptions = options({
  /** Least ratio. */
  min: real('[0, inf)', 0),
  /** Greatest ratio, at least `min`; default infinity. */
  max: real('[0, inf]', Number.POSITIVE_INFINITY),
  /** $n$, the least that either norm counts. */
  minNorm: real('[0, inf)', 0),
  /** $c$, a factor of the ratio. */
  trustCoefficient: real('(0, inf)', 1),
  /** $\varepsilon$, added to the update's norm, where optax has 0. */
  eps: real('[0, inf)', 1e-12),
  /** What the ratio is where a norm is 0: 1 (as in optax), or what its formula says, so that zeros stay zeros. */
  zeroNorm: oneOf('one', 'formula'),
})

export interface TrustRatioOptions extends OptionsOf<typeof trustRatioOptions> {}

/**
 * Scales each leaf by the ratio of its parameters' norm to its update's:
 * $$ u = g \cdot \mathrm{clip}\!\left(c\, \frac{\max(\lVert p \rVert, n)}{\max(\lVert g \rVert, n) + \varepsilon},\ min,\ max\right), $$
 * and $u = g$ where a norm is 0.
 *
 * @throws HyperparameterError
 * @example
 * const lamb = chain(scaleByAdam({ eps: 1e-6 }), scaleByTrustRatio(), scaleByLearningRate(1e-3))
 *
 * Source: You et al., LARS, arXiv 1708.03888; LAMB, arXiv 1904.00962.
 */
export const scaleByTrustRatio = (given: TrustRatioOptions = {}): GradientTransform<Stateless> => {
  const { min, max, minNorm, trustCoefficient, eps, zeroNorm } = trustRatioOptions.read('scaleByTrustRatio', given)
  admitEnds(['min', min], ['max', max])
  const one = zeroNorm === 'one'
  const normOf = (x: Expr): Expr => (minNorm === 0 ? x.norm() : x.norm().maximum(minNorm))
  return stateless((updates, params) =>
    zipWith([updates, params], (given, p) => {
      const g = normable(given)
      const [ofParams, ofUpdate] = [normOf(p), normOf(g)]
      const ratio = ofParams.mul(trustCoefficient).div(ofUpdate.add(eps)).clipByValue(min, max)
      return g.mul(one ? ofParams.minimum(ofUpdate).equal(0).where(1, ratio) : ratio)
    }),
  )
}
