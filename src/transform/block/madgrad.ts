/** Dual averaging: steps from where the parameters began. */

import type { Expr } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { type Tree, zipWith } from '../../expr/tree.js'
import { eps, type OptionsOf, options, real, scheduled } from '../../schema/index.js'
import { toSchedule } from '../../schema/schedule.js'
import { zerosLike } from '../moments.js'
import type { GradientTransform } from '../types.js'

export const madgradTransformOptions = options({
  /** $\eta$, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 0.01),
  /** $\mu$, the part of the parameters that stays. */
  momentum: real('[0, 1)', 0.9),
  /** $\varepsilon$, added to the learning rate and to the root. */
  eps: eps(1e-6),
})

export interface MadgradTransformOptions extends OptionsOf<typeof madgradTransformOptions> {}

/** The state of {@link scaleByMadgrad}: weighted sums of gradients and of their squares, and the first parameters. */
export interface MadgradState {
  readonly count: Scalar
  readonly gradSumSq: Tree<Expr>
  readonly s: Tree<Expr>
  readonly x0: Tree<Expr>
}

/**
 * Momentumized dual averaging, whose updates are steps already, downhill and with their size:
 * $$ \lambda_t = (\eta_t + \varepsilon) \sqrt{t}, \quad s_t = s_{t-1} + \lambda_t g_t, \quad G_t = G_{t-1} + \lambda_t g_t^2, \quad
 *    z_t = x_0 - \frac{s_t}{\sqrt[3]{G_t} + \varepsilon}, \quad u_t = (1 - \mu)(z_t - p_t). $$
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(scaleByMadgrad({ learningRate: 0.01 }))
 *
 * Source: Defazio and Jelassi, arXiv 2101.11075.
 */
export const scaleByMadgrad = (given: MadgradTransformOptions = {}): GradientTransform<MadgradState> => {
  const { learningRate, momentum, eps } = madgradTransformOptions.read('scaleByMadgrad', given)
  const schedule = toSchedule(learningRate)
  const part = scalar(1).sub(momentum)
  return {
    init: params => ({ count: scalar(0), gradSumSq: zerosLike(params), s: zerosLike(params), x0: params }),
    update: (updates, state, params) => {
      const count = state.count.add(1)
      const lambda = schedule(state.count).add(eps).mul(count.sqrt())
      const s = zipWith([updates, state.s], (g, sum) => sum.add(g.mul(lambda)))
      const gradSumSq = zipWith([updates, state.gradSumSq], (g, sum) => sum.add(g.square().mul(lambda)))
      const dual = zipWith([s, gradSumSq], (sum, squares) => sum.div(squares.pow(1 / 3).add(eps)))
      // The difference of parameters by itself, so that it is 0 exactly before the first gradient.
      const out = zipWith([dual, state.x0, params], (d, x0, p) => x0.sub(p).sub(d).mul(part))
      return [out, { ...state, count, gradSumSq, s }]
    },
  }
}
