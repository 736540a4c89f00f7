/** Relatives of Adam with more than one first moment. */
import type { Expr } from '../../expr/expr.js'
import { scalar } from '../../expr/scalar.js'
import { type Tree, zipWith } from '../../expr/tree.js'
import { admit, type Hyperparameter } from '../hyperparameter.js'
import {
  type AdamState,
  admitMoments,
  averages,
  type MomentOptions,
  meanSquares,
  rootOf,
  unbiased,
  zerosLike,
} from '../moments.js'
import { type Scheduled, scheduleOf } from '../schedules/index.js'
import type { GradientTransform } from '../types.js'

export interface AdanOptions {
  /** $\beta_1$ in [0, 1), the decay of the gradient's moment; default 0.98. */
  readonly b1?: Hyperparameter
  /** $\beta_2$ in [0, 1), the decay of the moment of the gradient's change; default 0.92. */
  readonly b2?: Hyperparameter
  /** $\beta_3$ in [0, 1), the decay of the second moment; default 0.99. */
  readonly b3?: Hyperparameter
  /** $\varepsilon > 0$, added to the root; default 1e-8. */
  readonly eps?: Hyperparameter
  /** $\bar\varepsilon \ge 0$, added under the root; default 0 ({@link adan} has 1e-8). */
  readonly epsRoot?: Hyperparameter
}

/** The state of {@link scaleByAdan}: `delta` is the moment of the gradient's change. */
export interface AdanState extends AdamState {
  readonly delta: Tree<Expr>
  readonly previous: Tree<Expr>
}

/** Before the first step. */
const zeroDeltas = (params: Tree<Expr>): AdanState => {
  const zeros = zerosLike(params)
  return { count: scalar(0), mu: zeros, delta: zeros, nu: zeros, previous: zeros }
}

/**
 * Adaptive Nesterov momentum, from the gradient and its change $d_t = g_t - g_{t-1}$ ($d_1 = 0$):
 * $$ m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t, \quad \delta_t = \beta_2 \delta_{t-1} + (1 - \beta_2) d_t, \quad
 *    n_t = \beta_3 n_{t-1} + (1 - \beta_3)\bigl(g_t + (1 - \beta_2) d_t\bigr)^2, $$
 * $$ u_t = \frac{\hat m_t + (1 - \beta_2) \hat\delta_t}{\sqrt{\hat n_t + \bar\varepsilon} + \varepsilon}, $$
 * each moment divided by its $1 - \beta^t$. As in optax the $\beta$ are decays, $1 - \beta$ in the paper, whose factor of
 * $\delta$ is one less that of its average.
 *
 * @throws HyperparameterError
 * @example
 * chain(scaleByAdan(), scaleByLearningRate(1e-3))
 *
 * Source: Xie et al., arXiv 2208.06677.
 */
export const scaleByAdan = ({
  b1 = 0.98,
  b2 = 0.92,
  b3 = 0.99,
  ...options
}: AdanOptions = {}): GradientTransform<AdanState> => {
  const root = admitMoments({ ...options, b1, b2 })
  admit('b3', b3, '[0, 1)')
  const ahead = (m: Expr, d: Expr): Expr => m.add(d.mul(scalar(1).sub(b2)))
  return {
    init: zeroDeltas,
    update: (updates, state) => {
      const count = state.count.add(1)
      const change = zipWith([updates, state.previous], (g, before) => g.sub(before).mul(count.greater(1)))
      const mu = averages(updates, state.mu, b1)
      const delta = averages(change, state.delta, b2)
      const nu = meanSquares(zipWith([updates, change], ahead), state.nu, b3)
      const out = zipWith([mu, delta, nu], (m, d, n) =>
        ahead(unbiased(m, b1, count), unbiased(d, b2, count)).div(rootOf(unbiased(n, b3, count), root)),
      )
      return [out, { count, mu, delta, nu, previous: updates }]
    },
  }
}

export interface AdemamixOptions extends MomentOptions {
  /** $\beta_3$ in [0, 1), the decay of the slow moment, or a schedule of it; default 0.9999. */
  readonly b3?: Scheduled
  /** $\alpha \ge 0$, the weight of the slow moment, or a schedule of it; default 6 ({@link ademamix} has 5). */
  readonly alpha?: Scheduled
}

/** The state of {@link scaleByAdemamix}: `slow` is the slow moment. */
export interface AdemamixState extends AdamState {
  readonly slow: Tree<Expr>
}

/**
 * Adam with a mixture of a fast and a slow first moment:
 * $$ m^{(1)}_t = \beta_1 m^{(1)}_{t-1} + (1 - \beta_1) g_t, \quad m^{(2)}_t = \beta_3 m^{(2)}_{t-1} + (1 - \beta_3) g_t, \quad
 *    u_t = \frac{m^{(1)}_t / (1 - \beta_1^t) + \alpha\, m^{(2)}_t}{\sqrt{\hat v_t + \bar\varepsilon} + \varepsilon}. $$
 * Schedules of $\beta_3$ and $\alpha$, rising from $\beta_1$ and 0, are the paper's warm-up.
 *
 * @throws HyperparameterError
 * @example
 * chain(scaleByAdemamix({ alpha: linear(0, 5, 1000) }), scaleByLearningRate(1e-3))
 *
 * Source: Pagliardini et al., arXiv 2409.03137.
 */
export const scaleByAdemamix = ({
  b3 = 0.9999,
  alpha = 6,
  ...options
}: AdemamixOptions = {}): GradientTransform<AdemamixState> => {
  const { b1, b2, ...root } = admitMoments(options)
  const slowDecay = scheduleOf('b3', b3, '[0, 1)')
  const weight = scheduleOf('alpha', alpha, '[0, inf)')
  return {
    init: params => ({ count: scalar(0), mu: zerosLike(params), slow: zerosLike(params), nu: zerosLike(params) }),
    update: (updates, state) => {
      const count = state.count.add(1)
      const mu = averages(updates, state.mu, b1)
      const slow = averages(updates, state.slow, slowDecay(state.count))
      const nu = meanSquares(updates, state.nu, b2)
      const out = zipWith([mu, slow, nu], (m, s, v) =>
        unbiased(m, b1, count)
          .add(s.mul(weight(state.count)))
          .div(rootOf(unbiased(v, b2, count), root)),
      )
      return [out, { count, mu, slow, nu }]
    },
  }
}
