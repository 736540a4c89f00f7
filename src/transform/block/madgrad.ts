/** Dual averaging: steps from where the parameters began. */
import type { Expr } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { type Tree, zipWith } from '../../expr/tree.js'
import { admit, admitEps, type Hyperparameter } from '../hyperparameter.js'
import { zerosLike } from '../moments.js'
import { type Scheduled, scheduleOf } from '../schedules/index.js'
import type { GradientTransform } from '../types.js'

export interface MadgradTransformOptions {
  /** $\eta > 0$, or a schedule of it; default 0.01. */
  readonly learningRate?: Scheduled
  /** $\mu$ in [0, 1), the part of the parameters that stays; default 0.9. */
  readonly momentum?: Hyperparameter
  /** $\varepsilon > 0$, added to the learning rate and to the root; default 1e-6. */
  readonly eps?: Hyperparameter
}

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
 * @param options.learningRate $\eta > 0$, or a schedule, default 0.01
 * @param options.momentum $\mu$ in [0, 1), default 0.9
 * @param options.eps $\varepsilon > 0$, default 1e-6
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(scaleByMadgrad({ learningRate: 0.01 }))
 *
 * Source: Defazio and Jelassi, arXiv 2101.11075.
 */
export const scaleByMadgrad = ({
  learningRate = 0.01,
  momentum = 0.9,
  eps = 1e-6,
}: MadgradTransformOptions = {}): GradientTransform<MadgradState> => {
  const schedule = scheduleOf('learningRate', learningRate, '(0, inf)')
  admit('momentum', momentum, '[0, 1)')
  admitEps('eps', eps)
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
