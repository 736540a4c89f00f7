/** A step size from how far the loss is above its least value. */
import { type Expr, expr } from '../../expr/expr.js'
import { scalar } from '../../expr/scalar.js'
import { map } from '../../expr/tree.js'
import { scalarFrom } from '../context.js'
import { admit, choose, type Hyperparameter } from '../hyperparameter.js'
import { type GradientTransform, type Stateless, stateless } from '../types.js'
import { globalNorm } from '../whole.js'

/** What a loss below $f^\star$ does: `'sps'` steps uphill, `'sps+'` stands still. */
export type PolyakVariant = 'sps' | 'sps+'

export interface PolyakOptions {
  /** $f^\star$, the least value of the loss, a finite number; default 0. */
  readonly fMin?: Hyperparameter
  /** $\eta_{\max} > 0$, the largest factor; default 1. */
  readonly maxLearningRate?: Hyperparameter
  /** $\varepsilon \ge 0$, added to the squared norm; default 0. */
  readonly eps?: Hyperparameter
  /** Default `'sps'`. */
  readonly variant?: PolyakVariant
}

/**
 * Scales all leaves by Polyak's step size, from the context's `loss` $f$:
 * $$ u = g \min\!\left(\frac{f - f^\star}{\lVert g \rVert^2_{\text{all}} + \varepsilon},\ \eta_{\max}\right), $$
 * or $(f - f^\star)_+$ with `'sps+'`; and 0 where the denominator is at most 2.2e-16.
 *
 * @param options.fMin $f^\star$, a finite number, default 0
 * @param options.maxLearningRate $\eta_{\max} > 0$, default 1
 * @param options.eps $\varepsilon \ge 0$, default 0
 * @param options.variant default `'sps'`
 * @throws HyperparameterError
 * @throws ReferenceError when traced, if the context has no `loss`
 * @example
 * const optimizer = compile(chain(scaleByPolyak(), scale(-1)))
 * const state = optimizer.init(params)
 * const [updates] = optimizer.update(grads, state, params, { loss: 0.3 })
 *
 * Source: Loizou et al., arXiv 2002.10542; `'sps+'`: Garrigos et al., arXiv 2307.14528.
 */
export const scaleByPolyak = ({
  fMin = 0,
  maxLearningRate = 1,
  eps = 0,
  variant = 'sps',
}: PolyakOptions = {}): GradientTransform<Stateless> => {
  admit('fMin', fMin, '(-inf, inf)')
  admit('maxLearningRate', maxLearningRate, '(0, inf)')
  admit('eps', eps, '[0, inf)')
  const least = choose('variant', variant, { sps: Number.NEGATIVE_INFINITY, 'sps+': 0 })
  return stateless((updates, _, context) => {
    const gap = scalarFrom(context, 'loss', 'scaleByPolyak').sub(scalar(fMin)).maximum(least)
    const squares = globalNorm(updates).square().add(eps)
    const step = squares.greater(Number.EPSILON).where(expr(gap).div(squares).minimum(maxLearningRate), 0)
    return map((g: Expr) => g.mul(step))(updates)
  })
}
