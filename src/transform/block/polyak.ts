/** A step size from how far the loss is above its least value. */

import { type Expr, expr } from '../../expr/expr.js'
import { scalar } from '../../expr/scalar.js'
import { map } from '../../expr/tree.js'
import { type OptionsOf, oneOf, options, real } from '../../schema/index.js'
import { scalarFrom } from '../context.js'
import { type GradientTransform, type Stateless, stateless } from '../types.js'
import { globalNorm } from '../whole.js'

/** What a loss below $f^\star$ does: `'sps'` steps uphill, `'sps+'` stands still. */
export type PolyakVariant = 'sps' | 'sps+'

export const polyakOptions = options({
  /** $f^\star$, the least value of the loss. */
  fMin: real('(-inf, inf)', 0),
  /** $\eta_{\max}$, the largest factor. */
  maxLearningRate: real('(0, inf)', 1),
  /** $\varepsilon$, added to the squared norm. */
  eps: real('[0, inf)', 0),
  /** What a loss below $f^\star$ does: with `'sps'` it steps uphill, with `'sps+'` it stands still. */
  variant: oneOf('sps', 'sps+'),
})

export interface PolyakOptions extends OptionsOf<typeof polyakOptions> {}

/**
 * Scales all leaves by Polyak's step size, from the context's `loss` $f$:
 * $$ u = g \min\!\left(\frac{f - f^\star}{\lVert g \rVert^2_{\text{all}} + \varepsilon},\ \eta_{\max}\right), $$
 * or $(f - f^\star)_+$ with `'sps+'`; and 0 where the denominator is at most 2.2e-16.
 *
 * @throws HyperparameterError
 * @throws ReferenceError when traced, if the context has no `loss`
 * @example
 * const optimizer = compile(chain(scaleByPolyak(), scale(-1)))
 * const state = optimizer.init(params)
 * const [updates] = optimizer.update(grads, state, params, { loss: 0.3 })
 *
 * Source: Loizou et al., arXiv 2002.10542; `'sps+'`: Garrigos et al., arXiv 2307.14528.
 */
export const scaleByPolyak = (given: PolyakOptions = {}): GradientTransform<Stateless> => {
  const { fMin, maxLearningRate, eps, variant } = polyakOptions.read('scaleByPolyak', given)
  const least = variant === 'sps' ? Number.NEGATIVE_INFINITY : 0
  return stateless((updates, _, context) => {
    const gap = scalarFrom(context, 'loss', 'scaleByPolyak').sub(scalar(fMin)).maximum(least)
    const squares = globalNorm(updates).square().add(eps)
    const step = squares.lessEqual(Number.EPSILON).where(0, expr(gap).div(squares).minimum(maxLearningRate))
    return map((g: Expr) => g.mul(step))(updates)
  })
}
