/** D-Adaptation of AdamW. */
import type { Expr } from '../../expr/expr.js'
import { scalar } from '../../expr/scalar.js'
import { map, zipWith } from '../../expr/tree.js'
import { average, zerosLike } from '../moments.js'
import { addDecayedWeights } from '../scale.js'
import type { GradientTransform } from '../types.js'
import { type AdaptiveAdamOptions, type AdaptiveAdamState, admitAdaptive, startAdaptive } from './prodigy.js'
import { absoluteSum, dot, ratio } from './whole.js'

/** The steps of AdamW by D-Adaptation; the mathematics stands at the optimizer `dadaptAdamw`. */
export const stepByDAdaptation = ({
  learningRate = 1,
  b1 = 0.9,
  b2 = 0.999,
  eps = 1e-8,
  estimLr0 = 1e-6,
  weightDecay = 0,
  mask,
}: AdaptiveAdamOptions = {}): GradientTransform<AdaptiveAdamState> => {
  const rate = admitAdaptive({ learningRate, b1, b2, eps, estimLr0 })
  const decaying = addDecayedWeights(weightDecay, { mask })
  const b3 = scalar(b2).sqrt()
  const rest = scalar(1).sub(b3)
  return {
    init: params => ({ ...startAdaptive(params, estimLr0), decay: decaying.init(params) }),
    update: (updates, state, params, context) => {
      const count = state.count.add(1)
      const step = state.estimLr.mul(rate(count))
      const weighted = zipWith([updates, state.gradSum, state.nu], (_, s, v) => s.div(v.sqrt().add(eps)))
      const stepped = map((g: Expr) => g.mul(step))(updates)
      const mu = zipWith([stepped, state.mu], (g, m) => average(g, m, b1))
      const nu = zipWith([updates, state.nu], (g, v) => average(g.square(), v, b2))
      const gradSum = zipWith([stepped, state.gradSum], (g, s) => average(g, s, b3))
      const numeratorWeighted = average(step.mul(dot(updates, weighted)), state.numeratorWeighted, b3)
      const estimLr = state.estimLr.maximum(ratio(numeratorWeighted, absoluteSum(gradSum).mul(rest)))
      // The decay is of the parameters alone, for the moments have the step size in them.
      const [decays, decay] = decaying.update(zerosLike(updates), state.decay, params, context)
      const out = zipWith([mu, nu, decays], (m, v, p) => m.div(v.sqrt().add(eps)).add(p.mul(step)).neg())
      return [out, { count, mu, nu, gradSum, estimLr, numeratorWeighted, decay }]
    },
  }
}
