/** D-Adaptation of AdamW. */

import type { Expr } from '../../expr/expr.js'
import { scalar } from '../../expr/scalar.js'
import { map, zipWith } from '../../expr/tree.js'
import type { Complete } from '../../schema/index.js'
import { average, averages, meanSquares, zerosLike } from '../moments.js'
import type { GradientTransform } from '../types.js'
import { absoluteSum, dot, ratio } from '../whole.js'
import { type AdaptiveAdamState, adaptiveAdam, type adaptiveAdamOptions, startAdaptive } from './adaptiveAdam.js'

/** The steps of AdamW by D-Adaptation; the mathematics stands at the optimizer `dadaptAdamw`. */
export const stepByDAdaptation = (
  options: Complete<typeof adaptiveAdamOptions.fields>,
): GradientTransform<AdaptiveAdamState> => {
  const { b1, b2, eps, estimLr0, rate, decaying } = adaptiveAdam(options)
  const b3 = scalar(b2).sqrt()
  const scaled = (x: Expr, v: Expr): Expr => x.div(v.sqrt().add(eps))
  return {
    init: params => ({ ...startAdaptive(params, estimLr0), decay: decaying.init(params) }),
    update: (updates, state, params, context) => {
      const count = state.count.add(1)
      const step = state.estimLr.mul(rate(count))
      const stepped = map((g: Expr) => g.mul(step))(updates)
      const mu = averages(stepped, state.mu, b1)
      const nu = meanSquares(updates, state.nu, b2)
      const gradSum = averages(stepped, state.gradSum, b3)
      const weighted = zipWith([updates, state.gradSum, state.nu], (_, s, v) => scaled(s, v))
      const numeratorWeighted = average(step.mul(dot(updates, weighted)), state.numeratorWeighted, b3)
      const sum = absoluteSum(gradSum).mul(scalar(1).sub(b3))
      const estimLr = state.estimLr.maximum(ratio(numeratorWeighted, sum))
      // The decay is of the parameters alone, for the moments have the step size in them.
      const [decays, decay] = decaying.update(zerosLike(updates), state.decay, params, context)
      const out = zipWith([mu, nu, decays], (m, v, p) => scaled(m, v).add(p.mul(step)).neg())
      return [out, { count, mu, nu, gradSum, estimLr, numeratorWeighted, decay }]
    },
  }
}
