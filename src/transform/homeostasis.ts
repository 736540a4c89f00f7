/** Homeostasis: keeping updates near a size of their own. */
import { pipe } from '#fp-ts/function'
import { expr } from '../expr/expr.js'
import { scalar } from '../expr/scalar.js'
import { map } from '../expr/tree.js'
import { admit, admitEps, type Hyperparameter } from './hyperparameter.js'
import { thirdOf } from './layers.js'
import { type GradientTransform, type Stateless, stateless } from './types.js'

export interface HomeostasisOptions {
  /** $c > 0$, the norm above which a leaf's update is scaled down; default 1. */
  readonly maxUpdateNorm?: Hyperparameter
  /** $\tau > 0$, the root mean square that the gain steers to; default 0.02. */
  readonly targetRms?: Hyperparameter
  /** $\gamma$ in [0, 1], how strongly it steers; default 0.01. */
  readonly adaptationRate?: Hyperparameter
  /** Factors $> 0$ of the target for the first, middle and last third of the leaves; 1 each. */
  readonly earlyTargetRmsScale?: Hyperparameter
  readonly middleTargetRmsScale?: Hyperparameter
  readonly lateTargetRmsScale?: Hyperparameter
  /** $\varepsilon > 0$, default 1e-8. */
  readonly eps?: Hyperparameter
}

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
export const homeostasis = ({
  maxUpdateNorm = 1,
  targetRms = 0.02,
  adaptationRate = 0.01,
  earlyTargetRmsScale = 1,
  middleTargetRmsScale = 1,
  lateTargetRmsScale = 1,
  eps = 1e-8,
}: HomeostasisOptions = {}): GradientTransform<Stateless> => {
  admit('maxUpdateNorm', maxUpdateNorm, '(0, inf)')
  admit('targetRms', targetRms, '(0, inf)')
  admit('adaptationRate', adaptationRate, '[0, 1]')
  admitEps('eps', eps)
  const scales = {
    early: admit('earlyTargetRmsScale', earlyTargetRmsScale, '(0, inf)'),
    middle: admit('middleTargetRmsScale', middleTargetRmsScale, '(0, inf)'),
    late: admit('lateTargetRmsScale', lateTargetRmsScale, '(0, inf)'),
  }
  return stateless((updates, params) =>
    pipe(
      updates,
      map((u, name) => {
        const norm = u.norm()
        const shrink = norm.greater(maxUpdateNorm).where(expr(maxUpdateNorm).div(norm.add(eps)), 1)
        // The clipped norm is the norm times the factor: one reduction serves both.
        const rms = norm.mul(shrink).square().div(Math.max(1, u.size)).add(eps).sqrt()
        const target = scalar(targetRms).mul(scales[thirdOf(name, params)])
        const gain = rms.neg().add(target).mul(adaptationRate).add(1).clipByValue(0.5, 1.5)
        return u.mul(shrink.mul(gain))
      }),
    ),
  )
}
