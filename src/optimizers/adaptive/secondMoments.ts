/** Optimizers that are Adam with another second moment. */
import {
  type AdamaxOptions,
  type AmsgradOptions,
  type BeliefOptions,
  scaleByAdamax,
  scaleByAmsgrad,
  scaleByBelief,
  scaleByYogi,
  type YogiOptions,
} from '../../transform/index.js'
import type { DecayOptions, StepOptions } from '../assemble.js'
import { coupled, decoupled } from '../assemble.js'
import { betas, decay, described, epsilon, learningRate } from '../describe.js'

const step = { ...learningRate, ...decay }
const moments = { ...betas, ...epsilon, epsRoot: '[0, inf)' } as const

export interface AmsgradOptimizerOptions extends StepOptions, DecayOptions, AmsgradOptions {}

/**
 * AMSGrad: Adam whose step sizes never grow, since the second moment never falls,
 * $$ \bar v_t = \max(\bar v_{t-1}, v_t), \qquad p_{t+1} = p_t - \eta\, \frac{\hat m_t}{\sqrt{\bar v_t / (1 - \beta_2^t)} + \varepsilon}. $$
 *
 * @param options.learningRate default 0.001
 * @param options.weightDecay coupled, default 0
 * @param options.maximumOf what the maximum is of: the `moment` (default, as in PyTorch) or the `correctedMoment` (as in optax)
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(amsgrad({ learningRate: 1e-3 }))
 *
 * Source: Reddi et al., arXiv 1904.09237.
 */
export const amsgrad = described(
  'amsgrad',
  {
    ...step,
    ...moments,
    biasCorrection: 'boolean',
    maximumOf: ['moment', 'correctedMoment'],
  },
  ({ learningRate = 1e-3, weightDecay = 0, mask, ...options }: AmsgradOptimizerOptions) =>
    coupled({ learningRate, weightDecay, mask }, scaleByAmsgrad(options)),
)

export interface AdamaxOptimizerOptions extends StepOptions, DecayOptions, AdamaxOptions {}

/**
 * Adamax: Adam with the largest gradient of the past in place of the root of the second moment,
 * $$ v_t = \max(\beta_2 v_{t-1}, \lvert g_t \rvert + \varepsilon), \qquad p_{t+1} = p_t - \eta\, \hat m_t / v_t. $$
 *
 * @param options.learningRate default 0.002
 * @param options.weightDecay coupled, as in PyTorch, default 0
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(adamax({ learningRate: 2e-3 }))
 *
 * Source: Kingma and Ba, arXiv 1412.6980, section 7.1.
 */
export const adamax = described(
  'adamax',
  { ...step, ...betas, ...epsilon },
  ({ learningRate = 2e-3, weightDecay = 0, mask, ...options }: AdamaxOptimizerOptions) =>
    coupled({ learningRate, weightDecay, mask }, scaleByAdamax(options)),
)

/**
 * Adamax with decoupled decay: $p_{t+1} = p_t - \eta\,(\hat m_t / v_t + \lambda p_t)$.
 *
 * @param options.learningRate default 0.002
 * @param options.weightDecay decoupled, default 1e-4
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(adamaxw({ weightDecay: 0.01, mask: named(/kernel$/) }))
 *
 * Source: Kingma and Ba, arXiv 1412.6980, section 7.1; Loshchilov and Hutter, arXiv 1711.05101.
 */
export const adamaxw = described(
  'adamaxw',
  { ...step, ...betas, ...epsilon },
  ({ learningRate = 2e-3, weightDecay = 1e-4, mask, ...options }: AdamaxOptimizerOptions) =>
    decoupled({ learningRate, weightDecay, mask }, scaleByAdamax(options)),
)

export interface AdabeliefOptions extends StepOptions, DecayOptions, BeliefOptions {}

/**
 * AdaBelief: long steps where gradients are as the first moment foretold, short ones where they are not,
 * $$ s_t = \beta_2 s_{t-1} + (1 - \beta_2)(g_t - m_t)^2 + \bar\varepsilon, \qquad
 *    p_{t+1} = p_t - \eta\, \hat m_t / (\sqrt{\hat s_t} + \varepsilon). $$
 *
 * @param options.learningRate default 0.001
 * @param options.weightDecay decoupled, default 0
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(adabelief({ learningRate: 1e-3 }))
 *
 * Source: Zhuang et al., arXiv 2010.07468.
 */
export const adabelief = described(
  'adabelief',
  { ...step, ...moments, nesterov: 'boolean' },
  ({ learningRate = 1e-3, weightDecay = 0, mask, ...options }: AdabeliefOptions) =>
    decoupled({ learningRate, weightDecay, mask }, scaleByBelief(options)),
)

export interface YogiOptimizerOptions extends StepOptions, DecayOptions, YogiOptions {}

/**
 * Yogi: Adam whose second moment is slow to forget,
 * $$ v_t = v_{t-1} - (1 - \beta_2)\, \mathrm{sign}(v_{t-1} - g_t^2)\, g_t^2, \qquad
 *    p_{t+1} = p_t - \eta\, \hat m_t / (\sqrt{\hat v_t} + \varepsilon). $$
 *
 * @param options.learningRate default 0.01
 * @param options.weightDecay coupled, default 0
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(yogi({ learningRate: 0.01 }))
 *
 * Source: Zaheer et al., NeurIPS 2018.
 */
export const yogi = described(
  'yogi',
  { ...step, ...moments, initialAccumulator: '[0, inf)' },
  ({ learningRate = 0.01, weightDecay = 0, mask, ...options }: YogiOptimizerOptions) =>
    coupled({ learningRate, weightDecay, mask }, scaleByYogi(options)),
)
