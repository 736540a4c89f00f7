/** Adaptive rules without momentum: gradients divided by the root of what their squares add up to. */

import { type Expr, fill } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { map, type Tree, zipWith } from '../../expr/tree.js'
import type { Hyperparameter } from '../../schema/hyperparameter.js'
import { eps, flag, type OptionsOf, options, real } from '../../schema/index.js'
import { average, averages, correctionOf, debias, meanSquares, zerosLike } from '../moments.js'
import type { GradientTransform } from '../types.js'

export const rmsOptions = options({
  /** $\rho$, the decay of the mean of squares. */
  decay: real('[0, 1)', 0.9),
  /** $\varepsilon$, under the root or beside it. */
  eps: eps(1e-8),
  /** $v_0$, where the mean of squares starts. */
  initialScale: real('[0, inf)', 0),
  /** Whether $\varepsilon$ is added under the root (as in optax) or to the root (as in PyTorch). */
  epsInSqrt: flag(true),
  /** Whether averages are divided by $1 - \rho^t$. */
  biasCorrection: flag(false),
})

export interface RmsOptions extends OptionsOf<typeof rmsOptions> {}

/** The root of a mean or sum of squares, kept from 0 by an epsilon under the root or beside it. */
const guardedRoot = (v: Expr, { eps, epsInSqrt }: Pick<Required<RmsOptions>, 'eps' | 'epsInSqrt'>): Expr =>
  epsInSqrt ? v.add(eps).sqrt() : v.sqrt().add(eps)

/** A tree of one value. */
const filled = (params: Tree<Expr>, value: Hyperparameter): Tree<Expr> => map((p: Expr) => fill(p, value))(params)

/**
 * Divides gradients by their root mean square:
 * $$ v_t = \rho\, v_{t-1} + (1 - \rho)\, g_t^2, \qquad
 *    u_t = \frac{g_t}{\sqrt{v_t + \varepsilon}} \ \text{ or } \ \frac{g_t}{\sqrt{v_t} + \varepsilon}. $$
 *
 * @throws HyperparameterError
 * @example
 * chain(scaleByRms({ decay: 0.99, epsInSqrt: false }), scaleByLearningRate(0.01))
 *
 * Source: Tieleman and Hinton, Coursera lecture 6.5, 2012.
 */
export const scaleByRms = (
  given: RmsOptions = {},
): GradientTransform<{ readonly count: Scalar; readonly nu: Tree<Expr> }> => {
  const { decay, initialScale, biasCorrection, ...root } = rmsOptions.read('scaleByRms', given)
  const correction = correctionOf(biasCorrection)
  return {
    init: params => ({ count: scalar(0), nu: filled(params, initialScale) }),
    update: (updates, state) => {
      const count = state.count.add(1)
      const nu = meanSquares(updates, state.nu, decay)
      const out = zipWith([updates, nu], (g, v) => g.div(guardedRoot(v.div(correction(decay, count)), root)))
      return [out, { count, nu }]
    },
  }
}

/** The state of {@link scaleByStddev}. */
export interface StddevState {
  readonly count: Scalar
  readonly mu: Tree<Expr>
  readonly variance: Tree<Expr>
}

/** $v / c - m^2 / c^2$, from $s = v - m^2$: the variance where averages have $c = 1 - \rho^t$ of their weight. */
const unbiasedVariance = (s: Expr, m: Expr, c: Scalar): Expr =>
  s
    .sub(m.square().mul(scalar(1).sub(c).div(c)))
    .maximum(0)
    .div(c)

/**
 * Divides gradients by their standard deviation, the root mean square about the mean:
 * $$ m_t = \rho\, m_{t-1} + (1 - \rho)\, g_t, \quad s_t = \rho\, s_{t-1} + \rho\,(1 - \rho)(g_t - m_{t-1})^2, \quad
 *    u_t = \frac{g_t}{\sqrt{s_t + \varepsilon}} \ \text{ or } \ \frac{g_t}{\sqrt{s_t} + \varepsilon}. $$
 * The variance $s_t$ is $v_t - m_t^2$, with $v_t$ as in {@link scaleByRms}, in a form that cancellation cannot make negative.
 * With bias correction it is $v_t / (1 - \rho^t) - m_t^2 / (1 - \rho^t)^2$, which is 0 at the first step: there $\varepsilon$ alone
 * bounds the update.
 *
 * @throws HyperparameterError
 * @example
 * chain(scaleByStddev({ decay: 0.99 }), scaleByLearningRate(0.01))
 *
 * Source: Graves, arXiv 1308.0850, equation 40.
 */
export const scaleByStddev = (given: RmsOptions = {}): GradientTransform<StddevState> => {
  const { decay, initialScale, biasCorrection, ...root } = rmsOptions.read('scaleByStddev', given)
  const corrected = (s: Expr, m: Expr, t: Scalar): Expr =>
    biasCorrection ? unbiasedVariance(s, m, debias(decay, t)) : s
  return {
    init: params => ({ count: scalar(0), mu: zerosLike(params), variance: filled(params, initialScale) }),
    update: (updates, state) => {
      const count = state.count.add(1)
      const mu = averages(updates, state.mu, decay)
      const variance = zipWith([updates, state.mu, state.variance], (g, m, s) =>
        average(g.sub(m).square().mul(decay), s, decay),
      )
      const out = zipWith([updates, mu, variance], (g, m, s) => g.div(guardedRoot(corrected(s, m, count), root)))
      return [out, { count, mu, variance }]
    },
  }
}

export const rssOptions = options({
  /** $v_0$, where the sum of squares starts. */
  initialAccumulator: real('[0, inf)', 0.1),
  /** $\varepsilon$, under the root or beside it. */
  eps: eps(1e-7),
  /** Whether $\varepsilon$ is added under the root (as in optax) or to the root (as in PyTorch). */
  epsInSqrt: flag(true),
})

export interface RssOptions extends OptionsOf<typeof rssOptions> {}

/**
 * Divides gradients by the root of the sum of their squares so far:
 * $$ v_t = v_{t-1} + g_t^2, \qquad u_t = \frac{g_t}{\sqrt{v_t + \varepsilon}} \ \text{ or } \ \frac{g_t}{\sqrt{v_t} + \varepsilon}. $$
 *
 * @throws HyperparameterError
 * @example
 * chain(scaleByRss(), scaleByLearningRate(0.1))
 *
 * Source: Duchi et al., JMLR 12, 2011.
 */
export const scaleByRss = (given: RssOptions = {}): GradientTransform<{ readonly sumOfSquares: Tree<Expr> }> => {
  const { initialAccumulator, ...root } = rssOptions.read('scaleByRss', given)
  return {
    init: params => ({ sumOfSquares: filled(params, initialAccumulator) }),
    update: (updates, state) => {
      const sumOfSquares = zipWith([updates, state.sumOfSquares], (g, v) => v.add(g.square()))
      return [zipWith([updates, sumOfSquares], (g, v) => g.div(guardedRoot(v, root))), { sumOfSquares }]
    },
  }
}

export const adadeltaOptions = options({
  /** $\rho$, the decay of both means of squares. */
  rho: real('[0, 1)', 0.9),
  /** $\varepsilon$, under both roots. */
  eps: eps(1e-6),
})

export interface AdadeltaOptions extends OptionsOf<typeof adadeltaOptions> {}

/** The state of {@link scaleByAdadelta}: mean squares of gradients and of updates. */
export interface AdadeltaState {
  readonly nu: Tree<Expr>
  readonly delta: Tree<Expr>
}

/**
 * Gives updates the root mean square of those before, in place of a learning rate:
 * $$ v_t = \rho\, v_{t-1} + (1 - \rho)\, g_t^2, \quad u_t = \frac{\sqrt{\delta_{t-1} + \varepsilon}}{\sqrt{v_t + \varepsilon}}\, g_t, \quad
 *    \delta_t = \rho\, \delta_{t-1} + (1 - \rho)\, u_t^2. $$
 *
 * @throws HyperparameterError
 * @example
 * chain(scaleByAdadelta({ rho: 0.95 }), scaleByLearningRate(1))
 *
 * Source: Zeiler, arXiv 1212.5701.
 */
export const scaleByAdadelta = (given: AdadeltaOptions = {}): GradientTransform<AdadeltaState> => {
  const { rho, eps } = adadeltaOptions.read('scaleByAdadelta', given)
  return {
    init: params => ({ nu: zerosLike(params), delta: zerosLike(params) }),
    update: (updates, state) => {
      const nu = meanSquares(updates, state.nu, rho)
      const out = zipWith([updates, nu, state.delta], (g, v, d) => d.add(eps).sqrt().div(v.add(eps).sqrt()).mul(g))
      const delta = meanSquares(out, state.delta, rho)
      return [out, { nu, delta }]
    },
  }
}
