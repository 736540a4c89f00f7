/** Homeostasis: keeping updates near a size of their own. */

import type { Expr } from '../expr/expr.js'
import { type Scalar, scalar } from '../expr/scalar.js'
import { map } from '../expr/tree.js'
import type { Hyperparameter } from '../schema/hyperparameter.js'
import { eps, type OptionsOf, options, real } from '../schema/index.js'
import { thirdOf } from './layers.js'
import { normable } from './normable.js'
import { type GradientTransform, type Stateless, stateless } from './types.js'
import { shrink } from './whole.js'

export const homeostasisOptions = options({
  /** $c$, the norm above which a leaf's update is scaled down. */
  maxUpdateNorm: real('(0, inf)', 1),
  /** $\tau$, the root mean square that the gain steers to. */
  targetRms: real('(0, inf)', 0.02),
  /** $\gamma$, how strongly it steers. */
  adaptationRate: real('[0, 1]', 0.01),
  /** A factor of the target for the first third of the leaves. */
  earlyTargetRmsScale: real('(0, inf)', 1),
  /** The same for the middle third. */
  middleTargetRmsScale: real('(0, inf)', 1),
  /** The same for the last third. */
  lateTargetRmsScale: real('(0, inf)', 1),
  /** $\varepsilon$, added to the norm, and to the mean square. */
  eps: eps(1e-8),
})

export interface HomeostasisOptions extends OptionsOf<typeof homeostasisOptions> {}

/** The bounded gain that brings a root mean square nearer to its target. */
const gain = (rms: Expr, target: Scalar, rate: Hyperparameter): Expr =>
  rms.neg().add(target).mul(rate).add(1).clipByValue(0.5, 1.5)

/**
 * Clips each leaf's norm, then steers its root mean square to a target by a bounded gain:
 * $$ u' = u \cdot \begin{cases} c / (\lVert u \rVert + \varepsilon) & \lVert u \rVert > c \\ 1 & \text{else} \end{cases}
 *    \qquad r = \sqrt{\mathrm{mean}(u'^2) + \varepsilon}, \qquad
 *    u'' = u' \cdot \mathrm{clip}(1 + \gamma (\tau - r),\ 0.5,\ 1.5). $$
 * So $\lVert u'' \rVert \le 1.5\, c$.
 *
 * @throws HyperparameterError
 *
 * @example
 * chain(homeostasis({ targetRms: 0.01 }), scaleByLearningRate(0.1))
 *
 * Source: NeuroPlastic, arXiv 2604.26297.
 */
export const homeostasis = (given: HomeostasisOptions = {}): GradientTransform<Stateless> => {
  const { maxUpdateNorm, targetRms, adaptationRate, eps, ...thirds } = homeostasisOptions.read('homeostasis', given)
  const scales = {
    early: thirds.earlyTargetRmsScale,
    middle: thirds.middleTargetRmsScale,
    late: thirds.lateTargetRmsScale,
  }
  const regulated = (u: Expr, target: Scalar): Expr => {
    const norm = u.norm()
    const clip = shrink(norm, maxUpdateNorm, eps)
    // The clipped norm is the norm times the factor: one reduction serves both.
    const rms = norm.mul(clip).square().div(Math.max(1, u.size)).add(eps).sqrt()
    return u.mul(clip.mul(gain(rms, target, adaptationRate)))
  }
  return stateless((updates, params) =>
    map((u: Expr, name) => regulated(normable(u), scalar(targetRms).mul(scales[thirdOf(name, params)])))(updates),
  )
}
