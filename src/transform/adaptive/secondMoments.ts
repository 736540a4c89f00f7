/** Relatives of Adam that differ in the second moment. */

import type { Expr } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { type Tree, zipWith } from '../../expr/tree.js'
import { eps, flag, type OptionsOf, oneOf, options, real } from '../../schema/index.js'
import {
  type AdamOptions,
  type AdamState,
  adamOptions,
  average,
  averages,
  correctionOf,
  type MomentOptions,
  meanSquares,
  momentOptions,
  rootOf,
  twoMoments,
  unbiased,
  zeroMoments,
  zerosLike,
} from '../moments.js'
import type { GradientTransform } from '../types.js'

const { nesterov: _, ...withoutLookAhead } = adamOptions.fields

export const amsgradOptions = options({
  ...withoutLookAhead,
  /** What the maximum is taken of: the `moment` itself, corrected afterwards (as in PyTorch), or the `correctedMoment` (as in optax). */
  maximumOf: oneOf('moment', 'correctedMoment'),
})

export interface AmsgradOptions extends Omit<AdamOptions, 'nesterov'>, OptionsOf<typeof amsgradOptions> {}

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
export const scaleByAmsgrad = (given: AmsgradOptions = {}): GradientTransform<AmsgradState> => {
  const { b1, b2, biasCorrection, maximumOf, ...root } = amsgradOptions.read('scaleByAmsgrad', given)
  const correction = correctionOf(biasCorrection)
  const corrected = (v: Expr, count: Scalar): Expr => v.div(correction(b2, count))
  const bare = (v: Expr): Expr => v
  const [kept, used] = maximumOf === 'moment' ? [bare, corrected] : [corrected, bare]
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

const { epsRoot: __, ...withoutRoot } = momentOptions.fields

export const adamaxOptions = options(withoutRoot)

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
export const scaleByAdamax = (given: AdamaxOptions = {}): GradientTransform<AdamState> => {
  const { b1, b2, eps } = adamaxOptions.read('scaleByAdamax', given)
  return twoMoments({
    b1,
    second: (g, v) => v.mul(b2).maximum(g.abs().add(eps)),
    scaled: (m, v) => m.div(v),
  })
}

export const beliefOptions = options({
  /** $\beta_1$, the decay of the first moment. */
  b1: real('[0, 1)', 0.9),
  /** $\beta_2$, the decay of the variance. */
  b2: real('[0, 1)', 0.999),
  /** $\varepsilon$, added to the root. */
  eps: eps(1e-16),
  /** $\bar\varepsilon$, added to the variance at each step. */
  epsRoot: real('[0, inf)', 1e-16),
  /** Whether the first moment looks ahead. */
  nesterov: flag(false),
})

export interface BeliefOptions extends OptionsOf<typeof beliefOptions> {}

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
export const scaleByBelief = (given: BeliefOptions = {}): GradientTransform<AdamState> => {
  const { b1, b2, eps, epsRoot, nesterov } = beliefOptions.read('scaleByBelief', given)
  return twoMoments({
    b1,
    nesterov,
    second: (g, s, m) => average(g.sub(m).square(), s, b2).add(epsRoot),
    scaled: (m, s, count) => m.div(unbiased(s, b2, count).sqrt().add(eps)),
  })
}

export const yogiOptions = options({
  ...momentOptions.fields,
  /** $\varepsilon$, added to the root. */
  eps: eps(1e-3),
  /** $v_0$, where the second moment starts. */
  initialAccumulator: real('[0, inf)', 1e-6),
})

export interface YogiOptions extends Omit<MomentOptions, 'eps'>, OptionsOf<typeof yogiOptions> {}

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
export const scaleByYogi = (given: YogiOptions = {}): GradientTransform<AdamState> => {
  const { b1, b2, initialAccumulator, ...root } = yogiOptions.read('scaleByYogi', given)
  const part = scalar(1).sub(b2)
  return twoMoments({
    b1,
    initial: initialAccumulator,
    second: (g, v) => v.sub(v.sub(g.square()).sign().mul(g.square()).mul(part)),
    scaled: (m, v, count) => m.div(rootOf(unbiased(v, b2, count), root)),
  })
}
