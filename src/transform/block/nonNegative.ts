/** Keeping parameters where they belong. */
import { zipWith } from '../../expr/tree.js'
import { type GradientTransform, type Stateless, stateless } from '../types.js'

/**
 * Changes updates so that no parameter becomes negative: $u = -p$ where $p + g < 0$, else $g$. It belongs at the end of a chain.
 * A parameter that is negative moves to 0.
 *
 * @example
 * const optimizer = compile(chain(sgd({ learningRate: 0.1 }), keepParamsNonNegative()))
 *
 * Source: the projected gradient method; Lee and Seung 2000 for factorizations.
 */
export const keepParamsNonNegative = (): GradientTransform<Stateless> =>
  stateless((updates, params) => zipWith([updates, params], (g, p) => p.add(g).less(0).where(p.neg(), g)))
