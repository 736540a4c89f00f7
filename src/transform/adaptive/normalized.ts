/** Adaptive rules that normalize the gradient first and average it then. */

import { type Expr, expr } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { map, type Tree, zipWith } from '../../expr/tree.js'
import { eps, flag, type OptionsOf, options, real, scheduled } from '../../schema/index.js'
import { toSchedule } from '../../schema/schedule.js'
import { namedChain } from '../combine.js'
import {
  type AdamState,
  average,
  averages,
  type MomentOptions,
  meanSquares,
  momentOptions,
  rootOf,
  trace,
  zeroMoments,
} from '../moments.js'
import { addDecayedWeights, type MaskOptions, maskOptions } from '../scale.js'
import type { GradientTransform } from '../types.js'

export const adoptOptions = options({
  /** $\beta_1$, the decay of the first moment. */
  b1: real('[0, 1)', 0.9),
  /** $\beta_2$, the decay of the second moment. */
  b2: real('[0, 1)', 0.9999),
  /** $\varepsilon$, the least divisor. */
  eps: eps(1e-6),
  /** Whether the first moment looks ahead. */
  nesterov: flag(false),
  /** Whether the normalized gradient is clipped. */
  useClipping: flag(true),
  /** $c_t$, to which it is clipped, or a schedule of it; default $t^{1/4}$, where $t$ counts from 0. */
  clipValue: scheduled('(0, inf)'),
})

export interface AdoptOptions extends OptionsOf<typeof adoptOptions> {}

/**
 * Adam that normalizes by the second moment of the past alone, which makes it converge for any $\beta_2$:
 * $$ x_t = \mathrm{clip}\!\left(\frac{g_t}{\max(\sqrt{v_{t-1}}, \varepsilon)}, \pm c_t\right), \quad
 *    u_t = m_t = \beta_1 m_{t-1} + (1 - \beta_1) x_t, \quad v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2. $$
 * The first step, which has no past, sets $v = g^2$ and moves nothing. With Nesterov's look-ahead
 * $u_t = \beta_1 m_t + (1 - \beta_1) x_t$.
 *
 * @throws HyperparameterError
 * @example
 * chain(scaleByAdopt(), scaleByLearningRate(1e-3))
 *
 * Source: Taniguchi et al., arXiv 2411.02853.
 */
export const scaleByAdopt = (given: AdoptOptions = {}): GradientTransform<AdamState> => {
  const { b1, b2, eps, nesterov, useClipping, clipValue } = adoptOptions.read('scaleByAdopt', given)
  const bound = toSchedule(clipValue ?? (t => t.pow(0.25)))
  const clip = (x: Expr, c: Scalar): Expr => (useClipping ? x.clipByValue(c.neg(), c) : x)
  return {
    init: zeroMoments,
    update: (updates, { count, ...state }) => {
      const first = count.equal(0)
      const [decay1, decay2] = [first.where(1, b1), first.where(0, b2)]
      const c = bound(count)
      const normalized = zipWith([updates, state.nu], (g, v) => clip(g.div(v.sqrt().maximum(eps)), c))
      const mu = averages(normalized, state.mu, decay1)
      const nu = meanSquares(updates, state.nu, decay2)
      return [nesterov ? averages(normalized, mu, decay1) : mu, { count: count.add(1), mu, nu }]
    },
  }
}

export interface NormState {
  readonly count: Scalar
  /** One value a leaf. */
  readonly nu: Tree<Expr>
}

/** Divides each leaf by the root of the moving average of its squared norm, which starts at the first one. */
const normalizeByMovingNorm = ({ b2, ...root }: Required<MomentOptions>): GradientTransform<NormState> => ({
  init: params => ({ count: scalar(0), nu: map(() => expr(0))(params) }),
  update: (updates, { count, nu }) => {
    const decay = count.equal(0).where(0, b2)
    const next = zipWith([updates, nu], (g, v) => average(g.norm().square(), v, decay))
    const out = zipWith([updates, next], (g, v) => g.div(rootOf(v, root)))
    return [out, { count: count.add(1), nu: next }]
  },
})

export const novogradOptions = options({
  ...momentOptions.fields,
  ...maskOptions.fields,
  /** $\beta_2$, the decay of the second moment. */
  b2: real('[0, 1)', 0.25),
  /** $\lambda$, the decay that is added to the normalized gradient, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
})

export interface NovogradOptions extends MaskOptions, Omit<MomentOptions, 'b2'>, OptionsOf<typeof novogradOptions> {}

/**
 * Momentum over gradients that are normalized leaf by leaf, decay included:
 * $$ v_t = \beta_2 v_{t-1} + (1 - \beta_2) \lVert g_t \rVert^2 \ (v_1 = \lVert g_1 \rVert^2), \qquad
 *    u_t = m_t = \beta_1 m_{t-1} + \frac{g_t}{\sqrt{v_t + \bar\varepsilon} + \varepsilon} + \lambda p_t. $$
 *
 * @throws HyperparameterError
 * @example
 * chain(scaleByNovograd({ b1: 0.95, b2: 0.98 }), scaleByLearningRate(0.01))
 *
 * Source: Ginsburg et al., arXiv 1905.11286.
 */
export const scaleByNovograd = (given: NovogradOptions = {}) => {
  const { weightDecay, mask, ...moments } = novogradOptions.read('scaleByNovograd', given)
  return namedChain({
    norm: normalizeByMovingNorm(moments),
    decay: addDecayedWeights(weightDecay, { mask }),
    momentum: trace(moments.b1),
  })
}
