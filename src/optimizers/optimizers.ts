/** Well-known optimizers as chains. Defaults are optax's. */
import {
  type AdamOptions,
  addDecayedWeights,
  chain,
  identity,
  type Schedule,
  scaleByAdam,
  scaleByLearningRate,
  trace,
} from '../transform/index.js'

export interface SgdOptions {
  /** $\eta > 0$, or a schedule of it; default 0.01. */
  readonly learningRate?: number | Schedule
  /** $\mu$ in [0, 1), default 0. */
  readonly momentum?: number
  /** Whether to look ahead; default false. */
  readonly nesterov?: boolean
  /** $\lambda \ge 0$, coupled; default 0. */
  readonly weightDecay?: number
}

/**
 * Stochastic gradient descent: $b_t = g_t + \lambda p_t + \mu\, b_{t-1}$, $p_{t+1} = p_t - \eta\, b_t$.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(sgd({ learningRate: 0.01, momentum: 0.9 }))
 */
export const sgd = ({ learningRate = 0.01, momentum = 0, nesterov = false, weightDecay = 0 }: SgdOptions = {}) =>
  chain(
    addDecayedWeights(weightDecay),
    momentum === 0 ? identity : trace(momentum, { nesterov }),
    scaleByLearningRate(learningRate),
  )

export interface AdamOptimizerOptions extends AdamOptions {
  /** $\eta > 0$, or a schedule of it; default 0.001. */
  readonly learningRate?: number | Schedule
  /** $\lambda \ge 0$; default 0 for {@link adam}, where it is coupled, and 1e-4 for {@link adamw}. */
  readonly weightDecay?: number
}

/**
 * Adam: $p_{t+1} = p_t - \eta\, \hat m_t / (\sqrt{\hat v_t} + \varepsilon)$. Weight decay, if any, is coupled, as in PyTorch.
 *
 * @throws HyperparameterError
 *
 * Source: Kingma and Ba, arXiv 1412.6980.
 */
export const adam = ({ learningRate = 1e-3, weightDecay = 0, ...moments }: AdamOptimizerOptions = {}) =>
  chain(addDecayedWeights(weightDecay), scaleByAdam(moments), scaleByLearningRate(learningRate))

/**
 * AdamW: Adam with decoupled decay, $p_{t+1} = p_t - \eta\,(\hat m_t / (\sqrt{\hat v_t} + \varepsilon) + \lambda p_t)$.
 *
 * @throws HyperparameterError
 *
 * Source: Loshchilov and Hutter, arXiv 1711.05101.
 */
export const adamw = ({ learningRate = 1e-3, weightDecay = 1e-4, ...moments }: AdamOptimizerOptions = {}) =>
  chain(scaleByAdam(moments), addDecayedWeights(weightDecay), scaleByLearningRate(learningRate))
