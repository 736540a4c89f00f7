/** Relatives of Adam with more than one first moment. */

import type { Expr } from '../../expr/expr.js'
import { scalar } from '../../expr/scalar.js'
import { type Tree, zipWith } from '../../expr/tree.js'
import { eps, type OptionsOf, options, real, scheduled } from '../../schema/index.js'
import { toSchedule } from '../../schema/schedule.js'
import {
  type AdamState,
  averages,
  type MomentOptions,
  meanSquares,
  momentOptions,
  rootOf,
  unbiased,
  zerosLike,
} from '../moments.js'
import type { GradientTransform } from '../types.js'

export const adanOptions = options({
  /** $\beta_1$, the decay of the gradient's moment. */
  b1: real('[0, 1)', 0.98),
  /** $\beta_2$, the decay of the moment of the gradient's change. */
  b2: real('[0, 1)', 0.92),
  /** $\beta_3$, the decay of the second moment. */
  b3: real('[0, 1)', 0.99),
  /** $\varepsilon$, added to the root. */
  eps: eps(1e-8),
  /** $\bar\varepsilon$, added under the root ({@link adan} has 1e-8). */
  epsRoot: real('[0, inf)', 0),
})

export interface AdanOptions extends OptionsOf<typeof adanOptions> {}

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
export const scaleByAdan = (given: AdanOptions = {}): GradientTransform<AdanState> => {
  const { b1, b2, b3, ...root } = adanOptions.read('scaleByAdan', given)
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

export const ademamixOptions = options({
  ...momentOptions.fields,
  /** $\beta_3$, the decay of the slow moment, or a schedule of it. */
  b3: scheduled('[0, 1)', 0.9999),
  /** $\alpha$, the weight of the slow moment, or a schedule of it ({@link ademamix} has 5). */
  alpha: scheduled('[0, inf)', 6),
})

export interface AdemamixOptions extends MomentOptions, OptionsOf<typeof ademamixOptions> {}

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
export const scaleByAdemamix = (given: AdemamixOptions = {}): GradientTransform<AdemamixState> => {
  const { b1, b2, b3, alpha, ...root } = ademamixOptions.read('scaleByAdemamix', given)
  const [slowDecay, weight] = [toSchedule(b3), toSchedule(alpha)]
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
