/** Moving averages and momentum: transforms that remember. */

import type { Expr } from '../expr/expr.js'
import { fill } from '../expr/expr.js'
import { type Scalar, type ScalarLike, scalar } from '../expr/scalar.js'
import { map, type Tree, zipWith } from '../expr/tree.js'
import { chain } from './combine.js'
import { admit, admitEps, type Hyperparameter } from './hyperparameter.js'
import { gradientMagnitude } from './signals.js'
import type { GradientTransform } from './types.js'

/** Zero for each leaf: where most states start. */
export const zerosLike: (params: Tree<Expr>) => Tree<Expr> = map(p => fill(p, 0))

/** One step of the moving average: $\rho\, m + (1 - \rho)\, x$. */
export const average = (x: Expr, m: Expr, rho: ScalarLike): Expr => x.lerp(m, rho)

/** What a moving average that started at 0 lacks after `t` steps: $1 - \rho^t$. */
export const debias = (rho: ScalarLike, t: Scalar): Scalar => scalar(1).sub(scalar(rho).pow(t))

export interface AdamOptions {
  /** $\beta_1$ in [0, 1), the decay of the first moment; default 0.9. */
  readonly b1?: Hyperparameter
  /** $\beta_2$ in [0, 1), the decay of the second moment; default 0.999. */
  readonly b2?: Hyperparameter
  /** $\varepsilon > 0$, added to the root; default 1e-8. */
  readonly eps?: Hyperparameter
  /** Whether the moments are divided by $1 - \beta^t$; default true. */
  readonly biasCorrection?: boolean
}

/** The state of {@link scaleByAdam}. */
export interface AdamState {
  readonly count: Scalar
  readonly mu: Tree<Expr>
  readonly nu: Tree<Expr>
}

/**
 * Scales gradients by Adam's two moments:
 * $$ m_t = \beta_1 m_{t-1} + (1-\beta_1) g_t, \quad v_t = \beta_2 v_{t-1} + (1-\beta_2) g_t^2, \quad
 *    u_t = \frac{\hat m_t}{\sqrt{\hat v_t} + \varepsilon}, $$
 * with $\hat m_t = m_t / (1 - \beta_1^t)$ and $\hat v_t = v_t / (1 - \beta_2^t)$, or the bare moments without bias correction.
 *
 * @throws HyperparameterError
 * @example
 * const adam = chain(scaleByAdam(), scaleByLearningRate(1e-3))
 *
 * Source: Kingma and Ba, arXiv 1412.6980.
 */
export const scaleByAdam = ({
  b1 = 0.9,
  b2 = 0.999,
  eps = 1e-8,
  biasCorrection = true,
}: AdamOptions = {}): GradientTransform<AdamState> => {
  admit('b1', b1, '[0, 1)')
  admit('b2', b2, '[0, 1)')
  admitEps('eps', eps)
  const correction = biasCorrection ? debias : () => scalar(1)
  return {
    init: params => ({ count: scalar(0), mu: zerosLike(params), nu: zerosLike(params) }),
    update: (updates, state) => {
      const count = state.count.add(1)
      const mu = zipWith([updates, state.mu], (g, m) => average(g, m, b1))
      const nu = zipWith([updates, state.nu], (g, v) => average(g.square(), v, b2))
      const out = zipWith([mu, nu], (m, v) =>
        m.div(correction(b1, count)).div(v.div(correction(b2, count)).sqrt().add(eps)),
      )
      return [out, { count, mu, nu }]
    },
  }
}

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
  { nesterov = false }: { readonly nesterov?: boolean } = {},
): GradientTransform<{ readonly trace: Tree<Expr> }> => {
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
  { biasCorrection = false }: { readonly biasCorrection?: boolean } = {},
): GradientTransform<{ readonly count: Scalar; readonly ema: Tree<Expr> }> => {
  admit('decay', decay, '[0, 1)')
  const correction = biasCorrection ? debias : () => scalar(1)
  return {
    init: params => ({ count: scalar(0), ema: zerosLike(params) }),
    update: (updates, state) => {
      const count = state.count.add(1)
      const next = zipWith([updates, state.ema], (g, m) => average(g, m, decay))
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
export const emaActivity = (decay = 0.95) => chain(gradientMagnitude(), ema(decay))
