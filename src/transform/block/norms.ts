/** Steps measured by the norm of a leaf, or of all of them. */

import type { Expr } from '../../expr/expr.js'
import { map, zipWith } from '../../expr/tree.js'
import { admit, type Hyperparameter } from '../../schema/hyperparameter.js'
import { eps, type OptionsOf, options, real } from '../../schema/index.js'
import { allNormable, normable } from '../normable.js'
import { type GradientTransform, leafwise, type Stateless, stateless } from '../types.js'
import { globalNorm } from '../whole.js'

/** $\sqrt{\mathrm{mean}(x^2)}$, of which no square overflows; 0 where there are no elements. */
const rootMeanSquare = (x: Expr): Expr => x.norm().div(Math.sqrt(Math.max(1, x.size)))

const paramBlockOptions = options({
  /** $c$, the least factor, so that a leaf of zeros moves. */
  minScale: real('(0, inf)', 1e-3),
})

export interface ParamBlockOptions extends OptionsOf<typeof paramBlockOptions> {}

const scaleByParams = (who: string, size: (p: Expr) => Expr, given: ParamBlockOptions) => {
  const { minScale } = paramBlockOptions.read(who, given)
  return stateless((updates, params) => zipWith([updates, params], (g, p) => g.mul(size(p).maximum(minScale))))
}

/**
 * Scales each leaf by the norm of its parameters: $u = g \max(\lVert p \rVert, c)$.
 *
 * @throws HyperparameterError
 * @example
 * const relative = chain(normalizeByUpdateNorm(), scaleByParamBlockNorm(), scaleByLearningRate(0.01))
 *
 * Source: Bernstein et al., arXiv 2002.03432.
 */
export const scaleByParamBlockNorm = (given: ParamBlockOptions = {}): GradientTransform<Stateless> =>
  scaleByParams('scaleByParamBlockNorm', p => p.norm(), given)

/**
 * Scales each leaf by the root mean square of its parameters: $u = g \max(\sqrt{\mathrm{mean}(p^2)}, c)$.
 *
 * @throws HyperparameterError
 * @example
 * const relative = chain(scaleByFactoredRms(), scaleByParamBlockRms(), scaleByLearningRate(0.01))
 *
 * Source: Shazeer and Stern, arXiv 1804.04235.
 */
export const scaleByParamBlockRms = (given: ParamBlockOptions = {}): GradientTransform<Stateless> =>
  scaleByParams('scaleByParamBlockRms', rootMeanSquare, given)

/**
 * Scales each leaf so that its root mean square is at most `threshold`:
 * $$ u = \frac{g}{\max(1,\ \sqrt{\mathrm{mean}(g^2)} / d)}. $$
 *
 * @param threshold $d > 0$
 * @throws HyperparameterError
 * @example
 * const clipped = chain(scaleByFactoredRms(), clipByBlockRms(1))
 *
 * Source: Shazeer and Stern, arXiv 1804.04235.
 */
export const clipByBlockRms = (threshold: Hyperparameter): GradientTransform<Stateless> => {
  admit('threshold', threshold, '(0, inf)')
  return leafwise(g => {
    const x = normable(g)
    return x.div(rootMeanSquare(x).div(threshold).maximum(1))
  })
}

const updateNormOptions = options({
  /** $c$, the norm that updates get; negative steps downhill. */
  scaleFactor: real('(-inf, inf)', 1),
  /** $\varepsilon$, added to the norm. */
  eps: eps(1e-6),
})

export interface UpdateNormOptions extends OptionsOf<typeof updateNormOptions> {}

/**
 * Gives all leaves together the same norm at each step: $u = c\, g / (\lVert g \rVert_{\text{all}} + \varepsilon)$.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(normalizeByUpdateNorm({ scaleFactor: -0.1 }))
 *
 * Source: normalized gradient descent, Nesterov 1984; Cortés 2006.
 */
export const normalizeByUpdateNorm = (given: UpdateNormOptions = {}): GradientTransform<Stateless> => {
  const { scaleFactor, eps } = updateNormOptions.read('normalizeByUpdateNorm', given)
  return stateless(updates => {
    const tree = allNormable(updates)
    const norm = globalNorm(tree).add(eps)
    return map((g: Expr) => g.div(norm).mul(scaleFactor))(tree)
  })
}
