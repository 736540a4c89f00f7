/** The moving average of the parameters themselves. */
import type { Expr } from '../../expr/expr.js'
import { type Tree, zipWith } from '../../expr/tree.js'
import { admit, type Hyperparameter } from '../../schema/hyperparameter.js'
import { average } from '../moments.js'
import { passing } from '../rate.js'
import type { GradientTransform } from '../types.js'

/**
 * Passes updates on, and keeps the moving average of the parameters that they lead to, from the first ones on:
 * $$ u_t = g_t, \qquad e_t = \rho\, e_{t-1} + (1 - \rho)(p_t + g_t), \qquad e_0 = p_0. $$
 *
 * It is the last of its chain, and what is evaluated is the average. That of a leaf without a gradient stands still.
 *
 * @param decay $\rho$ in [0, 1)
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(namedChain({ descent: sgd({ learningRate: 0.1 }), average: emaParams(0.999) }))
 * const { state } = optimizer.step({ params, state: optimizer.init(params) }, grads)
 * state.average.ema // which evaluationParams gives
 *
 * Source: Polyak and Juditsky 1992.
 */
export const emaParams = (decay: Hyperparameter): GradientTransform<{ readonly ema: Tree<Expr> }> => {
  admit('decay', decay, '[0, 1)')
  return passing({
    init: params => ({ ema: params }),
    update: (updates, { ema }, params) => [
      updates,
      { ema: zipWith([updates, params, ema], (u, p, e) => average(p.add(u), e, decay)) },
    ],
    evaluate: (_, { ema }) => ema,
  })
}
