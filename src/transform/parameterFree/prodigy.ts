/** Prodigy: Adam that learns how far the solution is. */

import type { Expr } from '../../expr/expr.js'
import { scalar } from '../../expr/scalar.js'
import { map, type Tree, zipWith } from '../../expr/tree.js'
import { type Complete, flag, type OptionsOf, options, real } from '../../schema/index.js'
import { averages, meanSquares } from '../moments.js'
import { minus } from '../present.js'
import type { GradientTransform } from '../types.js'
import { absoluteSum, dot, ratio } from '../whole.js'
import {
  type AdaptiveAdamOptions,
  type AdaptiveAdamState,
  adaptiveAdam,
  adaptiveAdamOptions,
  startAdaptive,
} from './adaptiveAdam.js'

export const prodigyOptions = options({
  ...adaptiveAdamOptions.fields,
  /** $\beta_3$, the decay of what $d$ is estimated from; default $\sqrt{\beta_2}$. */
  b3: real('[0, 1)'),
  /** $c$, a factor of the estimate. */
  estimLrCoef: real('(0, inf)', 1),
  /** Whether the sum of gradients leaves the schedule out, for the sake of a warm-up. */
  safeguardWarmup: flag(false),
})

export interface ProdigyOptions extends AdaptiveAdamOptions, OptionsOf<typeof prodigyOptions> {}

/** The state of Prodigy. */
export interface ProdigyState extends AdaptiveAdamState {
  readonly params0: Tree<Expr>
}

/** Prodigy's steps; the mathematics stands at the optimizer `prodigy`. */
export const stepByProdigy = (options: Complete<typeof prodigyOptions.fields>): GradientTransform<ProdigyState> => {
  const { b1, b2, b3 = scalar(b2).sqrt(), eps, estimLr0, estimLrCoef, safeguardWarmup } = options
  const { rate, decaying } = adaptiveAdam(options)
  return {
    init: params => ({ ...startAdaptive(params, estimLr0), params0: params, decay: decaying.init(params) }),
    update: (updates, state, params, context) => {
      const count = state.count.add(1)
      const d = state.estimLr
      const step = d.mul(rate(count))
      const scaled = map((g: Expr) => g.mul(d))(updates)
      const mu = averages(scaled, state.mu, b1)
      const nu = meanSquares(scaled, state.nu, b2)
      const weight = (safeguardWarmup ? d : step).div(estimLr0)
      const gradSum = zipWith([scaled, state.gradSum], (g, s) => s.mul(b3).add(g.mul(weight)))
      const gain = dot(updates, minus(updates, state.params0, params))
      const numeratorWeighted = state.numeratorWeighted.mul(b3).add(d.div(estimLr0).mul(step).mul(gain))
      const estimLr = d.maximum(ratio(numeratorWeighted, absoluteSum(gradSum)).mul(estimLrCoef))
      const direction = zipWith([mu, nu], (m, v) => m.div(v.sqrt().add(estimLr.mul(eps))))
      const [decayed, decay] = decaying.update(direction, state.decay, params, context)
      const out = map((u: Expr) => u.mul(step.neg()))(decayed)
      return [out, { ...state, count, mu, nu, gradSum, estimLr, numeratorWeighted, decay }]
    },
  }
}
