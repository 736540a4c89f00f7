/** Relatives of Adam that differ in the second moment. */
import type { Expr } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { type Tree, zipWith } from '../../expr/tree.js'
import { admit, choose, type Hyperparameter } from '../hyperparameter.js'
import {
  type AdamOptions,
  type AdamState,
  admitMoments,
  average,
  averages,
  correctionOf,
  type MomentOptions,
  meanSquares,
  rootOf,
  twoMoments,
  unbiased,
  zeroMoments,
  zerosLike,
} from '../moments.js'
import type { GradientTransform } from '../types.js'

export interface AmsgradOptions extends Omit<AdamOptions, 'nesterov'> {
  /** What the maximum is taken of: the `moment` itself, corrected afterwards (default, as in PyTorch), or the `correctedMoment` (as in optax). */
  readonly maximumOf?: 'moment' | 'correctedMoment'
}

/** The state of {@link scaleByAmsgrad}. */
export interface AmsgradState extends AdamState {
  readonly nuMax: Tree<Expr>
}

/**
 * Adam with a second moment that never falls:
 * $$ \bar v_t = \max(\bar v_{t-1}, v_t), \qquad
 *    u_t = \frac{m_t / (1 - \beta_1^t)}{\sqrt{\bar v_t / (1 - \beta_2^t) + \bar\varepsilon} + \varepsilon}, $$
 * with $m_t$ and $v_t$ as in {@link scaleByAdam}; of the `correctedMoment`, $\bar v_t = \max(\bar v_{t-1}, v_t / (1 - \beta_2^t))$
 * stands under the root. Without bias correction both are the paper's.
 *
 * @throws HyperparameterError
 * @example
 * chain(scaleByAmsgrad({ b2: 0.99 }), scaleByLearningRate(1e-3))
 *
 * Source: Reddi et al., arXiv 1904.09237.
 */
export const scaleByAmsgrad = ({
  biasCorrection = true,
  maximumOf = 'moment',
  ...options
}: AmsgradOptions = {}): GradientTransform<AmsgradState> => {
  const { b1, b2, ...root } = admitMoments(options)
  const correction = correctionOf(biasCorrection)
  const corrected = (v: Expr, count: Scalar): Expr => v.div(correction(b2, count))
  const bare = (v: Expr): Expr => v
  const [kept, used] = choose('maximumOf', maximumOf, { moment: [bare, corrected], correctedMoment: [corrected, bare] })
  return {
    init: params => ({ ...zeroMoments(params), nuMax: zerosLike(params) }),
    update: (updates, state) => {
      const count = state.count.add(1)
      const mu = averages(updates, state.mu, b1)
      const nu = meanSquares(updates, state.nu, b2)
      const nuMax = zipWith([nu, state.nuMax], (v, largest) => largest.maximum(kept(v, count)))
      const out = zipWith([mu, nuMax], (m, v) => m.div(correction(b1, count)).div(rootOf(used(v, count), root)))
      return [out, { count, mu, nu, nuMax }]
    },
  }
}

export type AdamaxOptions = Omit<MomentOptions, 'epsRoot'>

/**
 * Adam with the largest gradient of the past, fading, in place of the root of the second moment:
 * $$ v_t = \max(\beta_2 v_{t-1}, \lvert g_t \rvert + \varepsilon), \qquad u_t = \frac{m_t}{(1 - \beta_1^t)\, v_t}. $$
 *
 * @throws HyperparameterError
 * @example
 * chain(scaleByAdamax(), scaleByLearningRate(2e-3))
 *
 * Source: Kingma and Ba, arXiv 1412.6980, section 7.1; $\varepsilon$ stands where optax and PyTorch have it.
 */
export const scaleByAdamax = (options: AdamaxOptions = {}): GradientTransform<AdamState> => {
  const { b1, b2, eps } = admitMoments(options)
  return twoMoments({
    b1,
    second: (g, v) => v.mul(b2).maximum(g.abs().add(eps)),
    scaled: (m, v) => m.div(v),
  })
}

export interface BeliefOptions {
  /** $\beta_1$ in [0, 1), the decay of the first moment; default 0.9. */
  readonly b1?: Hyperparameter
  /** $\beta_2$ in [0, 1), the decay of the variance; default 0.999. */
  readonly b2?: Hyperparameter
  /** $\varepsilon > 0$, added to the root; default 1e-16. */
  readonly eps?: Hyperparameter
  /** $\bar\varepsilon \ge 0$, added to the variance at each step; default 1e-16. */
  readonly epsRoot?: Hyperparameter
  /** Whether the first moment looks ahead; default false. */
  readonly nesterov?: boolean
}

/**
 * Adam with the variance about the first moment, the disbelief in it, as second moment:
 * $$ s_t = \beta_2 s_{t-1} + (1 - \beta_2)(g_t - m_t)^2 + \bar\varepsilon, \qquad
 *    u_t = \frac{m_t / (1 - \beta_1^t)}{\sqrt{s_t / (1 - \beta_2^t)} + \varepsilon}. $$
 *
 * @throws HyperparameterError
 * @example
 * chain(scaleByBelief(), scaleByLearningRate(1e-3))
 *
 * Source: Zhuang et al., arXiv 2010.07468.
 */
export const scaleByBelief = ({
  b1 = 0.9,
  b2 = 0.999,
  eps = 1e-16,
  epsRoot = 1e-16,
  nesterov = false,
}: BeliefOptions = {}): GradientTransform<AdamState> => {
  admitMoments({ b1, b2, eps, epsRoot })
  return twoMoments({
    b1,
    nesterov,
    second: (g, s, m) => average(g.sub(m).square(), s, b2).add(epsRoot),
    scaled: (m, s, count) => m.div(unbiased(s, b2, count).sqrt().add(eps)),
  })
}

export interface YogiOptions extends Omit<MomentOptions, 'eps'> {
  /** $\varepsilon > 0$, added to the root; default 1e-3. */
  readonly eps?: Hyperparameter
  /** $v_0 \ge 0$, where the second moment starts; default 1e-6. */
  readonly initialAccumulator?: Hyperparameter
}

/**
 * Adam with a second moment that goes towards $g^2$ by a part of $g^2$, not of the distance, and so is slow to forget:
 * $$ v_t = v_{t-1} - (1 - \beta_2)\, \mathrm{sign}(v_{t-1} - g_t^2)\, g_t^2, \qquad
 *    u_t = \frac{m_t / (1 - \beta_1^t)}{\sqrt{v_t / (1 - \beta_2^t) + \bar\varepsilon} + \varepsilon}. $$
 *
 * @throws HyperparameterError
 * @example
 * chain(scaleByYogi(), scaleByLearningRate(0.01))
 *
 * Source: Zaheer et al., NeurIPS 2018. The first moment starts at 0, as in the paper; optax starts it at $v_0$, so that
 * parameters drift without any gradient.
 */
export const scaleByYogi = ({
  eps = 1e-3,
  initialAccumulator = 1e-6,
  ...options
}: YogiOptions = {}): GradientTransform<AdamState> => {
  const { b1, b2, ...root } = admitMoments({ ...options, eps })
  admit('initialAccumulator', initialAccumulator, '[0, inf)')
  const part = scalar(1).sub(b2)
  return twoMoments({
    b1,
    initial: initialAccumulator,
    second: (g, v) => v.sub(v.sub(g.square()).sign().mul(g.square()).mul(part)),
    scaled: (m, v, count) => m.div(rootOf(unbiased(v, b2, count), root)),
  })
}
