/** Bounds on elements and norms. */
import type { Expr } from '../expr/expr.js'
import { map } from '../expr/tree.js'
import { admit, admitEnds, type Hyperparameter } from '../schema/hyperparameter.js'
import { allNormable, normable } from './normable.js'
import { type GradientTransform, leafwise, type Stateless, stateless } from './types.js'
import { globalNorm, shrink } from './whole.js'

/**
 * Bounds each element: $u = \min(\max(g, lo), hi)$. A NaN stays one.
 *
 * @param lo lower bound, at most `hi`
 * @throws HyperparameterError
 * @example
 * clamp(0.2, 2)
 */
export const clamp = (lo: Hyperparameter, hi: Hyperparameter): GradientTransform<Stateless> => {
  admit('lo', lo, '(-inf, inf)')
  admit('hi', hi, '(-inf, inf)')
  admitEnds(['lo', lo], ['hi', hi])
  return leafwise(x => x.clipByValue(lo, hi))
}

/**
 * Scales each leaf so that its norm is at most `maxNorm`: $u = g \min(1, c / \lVert g \rVert)$. A leaf with infinite elements
 * becomes the limit, of norm $c$ along these.
 *
 * @param maxNorm $c > 0$
 * @throws HyperparameterError
 * @example
 * chain(clipByNorm(1), sgd())
 */
export const clipByNorm = (maxNorm: Hyperparameter): GradientTransform<Stateless> => {
  admit('maxNorm', maxNorm, '(0, inf)')
  return leafwise(g => {
    const x = normable(g)
    return x.mul(shrink(x.norm(), maxNorm))
  })
}

/**
 * Scales all leaves together so that their common norm is at most `maxNorm`: $u = g \min(1, c / \lVert g \rVert_{\text{all}})$.
 * Infinite elements become the limit, of norm $c$ along these.
 *
 * @param maxNorm $c > 0$
 * @throws HyperparameterError
 *
 * @example
 * chain(clipByGlobalNorm(1), adam())
 *
 * Source: Pascanu et al., arXiv 1211.5063.
 */
export const clipByGlobalNorm = (maxNorm: Hyperparameter): GradientTransform<Stateless> => {
  admit('maxNorm', maxNorm, '(0, inf)')
  return stateless(updates => {
    const tree = allNormable(updates)
    const factor = shrink(globalNorm(tree), maxNorm)
    return map((g: Expr) => g.mul(factor))(tree)
  })
}
