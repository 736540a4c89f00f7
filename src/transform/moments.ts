/** Moving averages and momentum: transforms that remember. */

import { type Expr, fill } from '../expr/expr.js'
import { type Scalar, type ScalarLike, scalar } from '../expr/scalar.js'
import { map, type Tree, zipWith } from '../expr/tree.js'
import { admit, type Hyperparameter } from '../schema/hyperparameter.js'
import { eps, flag, type OptionsOf, options, real } from '../schema/index.js'
import { namedChain } from './combine.js'
import { gradientMagnitude } from './signals.js'
import type { GradientTransform } from './types.js'

/** Zero for each leaf: where most states start. */
export const zerosLike: (params: Tree<Expr>) => Tree<Expr> = map(p => fill(p, 0))

/** One step of the moving average: $\rho\, m + (1 - \rho)\, x$. */
export const average = (x: Expr, m: Expr, rho: ScalarLike): Expr => x.lerp(m, rho)

/** The moving average of each leaf. */
export const averages = (xs: Tree<Expr>, ms: Tree<Expr>, rho: ScalarLike): Tree<Expr> =>
  zipWith([xs, ms], (x, m) => average(x, m, rho))

/** The moving average of each leaf's squares. */
export const meanSquares = (xs: Tree<Expr>, vs: Tree<Expr>, rho: ScalarLike): Tree<Expr> =>
  zipWith([xs, vs], (x, v) => average(x.square(), v, rho))

/** What a moving average that started at 0 amounts to after `t` steps of 1: $1 - \rho^t$. */
export const debias = (rho: ScalarLike, t: Scalar): Scalar => scalar(1).sub(scalar(rho).pow(t))

/** What a moving average is divided by: {@link debias}, or 1. */
export const correctionOf = (biasCorrection: boolean): typeof debias => (biasCorrection ? debias : () => scalar(1))

/** A moving average that started at 0, without the bias of that: $m / (1 - \rho^t)$. */
export const unbiased = (m: Expr, rho: ScalarLike, t: Scalar): Expr => m.div(debias(rho, t))

/** What Adam and its relatives have in common. */
export const momentOptions = options({
  /** $\beta_1$, the decay of the first moment. */
  b1: real('[0, 1)', 0.9),
  /** $\beta_2$, the decay of the second moment. */
  b2: real('[0, 1)', 0.999),
  /** $\varepsilon$, added to the root. */
  eps: eps(1e-8),
  /** $\bar\varepsilon$, added under the root. */
  epsRoot: real('[0, inf)', 0),
})

export interface MomentOptions extends OptionsOf<typeof momentOptions> {}

export const adamOptions = options({
  ...momentOptions.fields,
  /** Whether the moments are divided by $1 - \beta^t$. */
  biasCorrection: flag(true),
  /** Whether the first moment looks ahead, which makes Nadam. */
  nesterov: flag(false),
})

export interface AdamOptions extends MomentOptions, OptionsOf<typeof adamOptions> {}

/** The state of {@link scaleByAdam}. */
export interface AdamState {
  readonly count: Scalar
  readonly mu: Tree<Expr>
  readonly nu: Tree<Expr>
}

/** What Adam and its relatives divide by: $\sqrt{v + \bar\varepsilon} + \varepsilon$. */
export const rootOf = (v: Expr, { eps, epsRoot }: Pick<Required<MomentOptions>, 'eps' | 'epsRoot'>): Expr =>
  v.add(epsRoot).sqrt().add(eps)

/** Before the first step. */
export const zeroMoments = (params: Tree<Expr>): AdamState => ({
  count: scalar(0),
  mu: zerosLike(params),
  nu: zerosLike(params),
})

interface FirstMoment extends Pick<AdamOptions, 'biasCorrection' | 'nesterov'> {
  readonly b1: Hyperparameter
}

/** $\hat m_t$, the first moment as it is used: without its bias, and looking ahead if wanted. */
export const usedMoment = ({ b1, biasCorrection = true, nesterov = false }: FirstMoment) => {
  const correction = correctionOf(biasCorrection)
  return (g: Expr, m: Expr, t: Scalar): Expr =>
    nesterov ? average(g.div(correction(b1, t)), m.div(correction(b1, t.add(1))), b1) : m.div(correction(b1, t))
}

interface TwoMoments extends FirstMoment {
  readonly initial?: Hyperparameter
  readonly second: (g: Expr, v: Expr, m: Expr) => Expr
  readonly scaled: (m: Expr, v: Expr, count: Scalar) => Expr
}

/**
 * Adam and those of its relatives that differ in the second moment, or in what becomes of the two.
 *
 */
export const twoMoments = ({ initial = 0, second, scaled, ...first }: TwoMoments): GradientTransform<AdamState> => {
  const used = usedMoment(first)
  return {
    init: params => ({ ...zeroMoments(params), nu: map((p: Expr) => fill(p, initial))(params) }),
    update: (updates, state) => {
      const count = state.count.add(1)
      const mu = averages(updates, state.mu, first.b1)
      const nu = zipWith([updates, state.nu, mu], second)
      return [zipWith([updates, mu, nu], (g, m, v) => scaled(used(g, m, count), v, count)), { count, mu, nu }]
    },
  }
}

/**
 * Scales gradients by Adam's two moments:
 * $$ m_t = \beta_1 m_{t-1} + (1-\beta_1) g_t, \quad v_t = \beta_2 v_{t-1} + (1-\beta_2) g_t^2, \quad
 *    u_t = \frac{\hat m_t}{\sqrt{\hat v_t + \bar\varepsilon} + \varepsilon}, $$
 * with $\hat m_t = m_t / (1 - \beta_1^t)$ and $\hat v_t = v_t / (1 - \beta_2^t)$, or the bare moments without bias correction. With
 * Nesterov's look-ahead $\hat m_t = \beta_1 m_t / (1 - \beta_1^{t+1}) + (1 - \beta_1)\, g_t / (1 - \beta_1^t)$.
 *
 * @throws HyperparameterError
 * @example
 * const adam = chain(scaleByAdam(), scaleByLearningRate(1e-3))
 *
 * Source: Kingma and Ba, arXiv 1412.6980; the look-ahead: Dozat, ICLR workshop 2016, as optax has it.
 */
export const scaleByAdam = (given: AdamOptions = {}): GradientTransform<AdamState> => {
  const { b1, b2, biasCorrection, nesterov, ...root } = adamOptions.read('scaleByAdam', given)
  const correction = correctionOf(biasCorrection)
  return twoMoments({
    b1,
    biasCorrection,
    nesterov,
    second: (g, v) => average(g.square(), v, b2),
    scaled: (m, v, count) => m.div(rootOf(v.div(correction(b2, count)), root)),
  })
}

const traceOptions = options({
  /** Whether to look ahead. */
  nesterov: flag(false),
})

export interface TraceOptions extends OptionsOf<typeof traceOptions> {}

/**
 * Accumulates gradients with decay, which is momentum:
 * $$ b_t = g_t + \mu\, b_{t-1}, \qquad u_t = b_t \ \text{ or, with Nesterov's look-ahead, }\ g_t + \mu\, b_t. $$
 *
 * @param decay $\mu$ in [0, 1)
 * @throws HyperparameterError
 * @example
 * const sgdWithMomentum = chain(trace(0.9), scaleByLearningRate(0.01))
 *
 * Source: Polyak 1964; Sutskever et al., ICML 2013.
 */
export const trace = (
  decay: Hyperparameter,
  given: TraceOptions = {},
): GradientTransform<{ readonly trace: Tree<Expr> }> => {
  const { nesterov } = traceOptions.read('trace', given)
  admit('decay', decay, '[0, 1)')
  const accumulate = (g: Expr, b: Expr): Expr => g.add(b.mul(decay))
  return {
    init: params => ({ trace: zerosLike(params) }),
    update: (updates, state) => {
      const next = zipWith([updates, state.trace], accumulate)
      return [nesterov ? zipWith([updates, next], accumulate) : next, { trace: next }]
    },
  }
}

const emaOptions = options({
  /** Whether to divide. */
  biasCorrection: flag(false),
})

export interface EmaOptions extends OptionsOf<typeof emaOptions> {}

/**
 * The moving average of its input: $m_t = \rho\, m_{t-1} + (1 - \rho)\, g_t$, divided by $1 - \rho^t$ with bias correction.
 *
 * @param decay $\rho$ in [0, 1)
 * @throws HyperparameterError
 * @example
 * chain(gradientMagnitude(), ema(0.95))
 */
export const ema = (
  decay: Hyperparameter,
  given: EmaOptions = {},
): GradientTransform<{ readonly count: Scalar; readonly ema: Tree<Expr> }> => {
  const { biasCorrection } = emaOptions.read('ema', given)
  admit('decay', decay, '[0, 1)')
  const correction = correctionOf(biasCorrection)
  return {
    init: params => ({ count: scalar(0), ema: zerosLike(params) }),
    update: (updates, state) => {
      const count = state.count.add(1)
      const next = averages(updates, state.ema, decay)
      return [map((m: Expr) => m.div(correction(decay, count)))(next), { count, ema: next }]
    },
  }
}

/**
 * The activity signal: a moving average of the gradient's magnitude, $a_t = \rho\, a_{t-1} + (1 - \rho) \lvert g_t \rvert$.
 *
 * @param decay $\rho$ in [0, 1), default 0.95
 * @throws HyperparameterError
 *
 * @example
 * plasticityGate(chain(emaActivity(0.99), normalizeSignal(), clamp(0.2, 2)))
 *
 * Source: NeuroPlastic, arXiv 2604.26297.
 */
export const emaActivity = (decay: Hyperparameter = 0.95) =>
  namedChain({ magnitude: gradientMagnitude(), average: ema(decay) })
