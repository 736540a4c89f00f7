/** The optimizers that everybody knows, as chains. Defaults are optax's. */
import {
  type AdamOptions,
  addDecayedWeights,
  type Hyperparameter,
  identity,
  type MaskOptions,
  namedChain,
  type Scheduled,
  scaleByAdam,
  scaleByLearningRate,
  trace,
} from '../transform/index.js'
import { boolean, optional } from './decode.js'
import { betas, decay, described, epsilon, learningRate, within } from './describe.js'

/** What every optimizer is given. */
export interface StepOptions {
  /** $\eta > 0$, or a schedule of it. */
  readonly learningRate?: Scheduled
}

/** What every optimizer with weight decay is given. */
export interface DecayOptions extends MaskOptions {
  /** $\lambda \ge 0$, or a schedule of it. */
  readonly weightDecay?: Scheduled
}

export interface SgdOptions extends StepOptions, DecayOptions {
  /** $\mu$ in [0, 1), default 0. */
  readonly momentum?: Hyperparameter
  /** Whether to look ahead; default false. */
  readonly nesterov?: boolean
}

/**
 * Stochastic gradient descent: $b_t = g_t + \lambda p_t + \mu\, b_{t-1}$, $p_{t+1} = p_t - \eta\, b_t$.
 *
 * @param options.learningRate default 0.01
 * @param options.weightDecay coupled, default 0
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(sgd({ learningRate: 0.01, momentum: 0.9 }))
 */
export const sgd = described(
  'sgd',
  { ...learningRate, ...decay, momentum: within('[0, 1)'), nesterov: optional(boolean()) },
  ({ learningRate = 0.01, momentum = 0, nesterov = false, weightDecay = 0, mask }: SgdOptions) =>
    namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      momentum: momentum === 0 ? identity : trace(momentum, { nesterov }),
      step: scaleByLearningRate(learningRate),
    }),
)

export interface AdamOptimizerOptions extends StepOptions, DecayOptions, AdamOptions {}

const adamFields = { ...learningRate, ...decay, ...betas, ...epsilon, biasCorrection: optional(boolean()) }

/**
 * Adam: $p_{t+1} = p_t - \eta\, \hat m_t / (\sqrt{\hat v_t} + \varepsilon)$. Weight decay, if any, is coupled, as in PyTorch.
 *
 * @param options.learningRate default 0.001
 * @param options.weightDecay coupled, default 0
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(adam({ learningRate: 1e-3 }))
 *
 * Source: Kingma and Ba, arXiv 1412.6980.
 */
export const adam = described(
  'adam',
  adamFields,
  ({ learningRate = 1e-3, weightDecay = 0, mask, ...moments }: AdamOptimizerOptions) =>
    namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      moments: scaleByAdam(moments),
      step: scaleByLearningRate(learningRate),
    }),
)

/**
 * AdamW: Adam with decoupled decay, $p_{t+1} = p_t - \eta\,(\hat m_t / (\sqrt{\hat v_t} + \varepsilon) + \lambda p_t)$.
 *
 * @param options.learningRate default 0.001
 * @param options.weightDecay decoupled, default 1e-4
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(adamw({ learningRate: 1e-3, weightDecay: 0.01, mask: named(/kernel$/) }))
 *
 * Source: Loshchilov and Hutter, arXiv 1711.05101.
 */
export const adamw = described(
  'adamw',
  adamFields,
  ({ learningRate = 1e-3, weightDecay = 1e-4, mask, ...moments }: AdamOptimizerOptions) =>
    namedChain({
      moments: scaleByAdam(moments),
      decay: addDecayedWeights(weightDecay, { mask }),
      step: scaleByLearningRate(learningRate),
    }),
)
