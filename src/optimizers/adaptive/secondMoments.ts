/** Optimizers that are Adam with another second moment. */
import { type OptionsOf, options, scheduled } from '../../schema/index.js'
import { adamaxOptions, amsgradOptions, beliefOptions, yogiOptions } from '../../transform/adaptive/secondMoments.js'
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
import { type MaskOptions, maskOptions } from '../../transform/scale.js'
import { coupled, decoupled } from '../assemble.js'
import { described } from '../describe.js'

const amsgradOptimizerOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 1e-3),
  /** $\lambda$, coupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...amsgradOptions.fields,
})

export interface AmsgradOptimizerOptions
  extends MaskOptions,
    AmsgradOptions,
    OptionsOf<typeof amsgradOptimizerOptions> {}

/**
 * AMSGrad: Adam whose step sizes never grow, since the second moment never falls,
 * $$ \bar v_t = \max(\bar v_{t-1}, v_t), \qquad p_{t+1} = p_t - \eta\, \frac{\hat m_t}{\sqrt{\bar v_t / (1 - \beta_2^t)} + \varepsilon}. $$
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(amsgrad({ learningRate: 1e-3 }))
 *
 * Source: Reddi et al., arXiv 1904.09237.
 */
export const amsgrad = described<AmsgradOptimizerOptions>()(
  'amsgrad',
  amsgradOptimizerOptions,
  ({ learningRate, weightDecay, mask, ...own }) => coupled({ learningRate, weightDecay, mask }, scaleByAmsgrad(own)),
)

const adamaxOptimizerOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 2e-3),
  /** $\lambda$, coupled decay, as in PyTorch, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...adamaxOptions.fields,
})

export interface AdamaxOptimizerOptions extends MaskOptions, AdamaxOptions, OptionsOf<typeof adamaxOptimizerOptions> {}

/**
 * Adamax: Adam with the largest gradient of the past in place of the root of the second moment,
 * $$ v_t = \max(\beta_2 v_{t-1}, \lvert g_t \rvert + \varepsilon), \qquad p_{t+1} = p_t - \eta\, \hat m_t / v_t. $$
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(adamax({ learningRate: 2e-3 }))
 *
 * Source: Kingma and Ba, arXiv 1412.6980, section 7.1.
 */
export const adamax = described<AdamaxOptimizerOptions>()(
  'adamax',
  adamaxOptimizerOptions,
  ({ learningRate, weightDecay, mask, ...own }) => coupled({ learningRate, weightDecay, mask }, scaleByAdamax(own)),
)

const adamaxwOptions = options({
  ...adamaxOptimizerOptions.fields,
  /** $\lambda$, decoupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 1e-4),
})

export interface AdamaxwOptions extends Omit<AdamaxOptimizerOptions, 'weightDecay'>, OptionsOf<typeof adamaxwOptions> {}

/**
 * Adamax with decoupled decay: $p_{t+1} = p_t - \eta\,(\hat m_t / v_t + \lambda p_t)$.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(adamaxw({ weightDecay: 0.01, mask: named(/kernel$/) }))
 *
 * Source: Kingma and Ba, arXiv 1412.6980, section 7.1; Loshchilov and Hutter, arXiv 1711.05101.
 */
export const adamaxw = described<AdamaxwOptions>()(
  'adamaxw',
  adamaxwOptions,
  ({ learningRate, weightDecay, mask, ...own }) => decoupled({ learningRate, weightDecay, mask }, scaleByAdamax(own)),
)

const adabeliefOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 1e-3),
  /** $\lambda$, decoupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...beliefOptions.fields,
})

export interface AdabeliefOptions extends MaskOptions, BeliefOptions, OptionsOf<typeof adabeliefOptions> {}

/**
 * AdaBelief: long steps where gradients are as the first moment foretold, short ones where they are not,
 * $$ s_t = \beta_2 s_{t-1} + (1 - \beta_2)(g_t - m_t)^2 + \bar\varepsilon, \qquad
 *    p_{t+1} = p_t - \eta\, \hat m_t / (\sqrt{\hat s_t} + \varepsilon). $$
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(adabelief({ learningRate: 1e-3 }))
 *
 * Source: Zhuang et al., arXiv 2010.07468.
 */
export const adabelief = described<AdabeliefOptions>()(
  'adabelief',
  adabeliefOptions,
  ({ learningRate, weightDecay, mask, ...own }) => decoupled({ learningRate, weightDecay, mask }, scaleByBelief(own)),
)

const yogiOptimizerOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 0.01),
  /** $\lambda$, coupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...yogiOptions.fields,
})

export interface YogiOptimizerOptions extends MaskOptions, YogiOptions, OptionsOf<typeof yogiOptimizerOptions> {}

/**
 * Yogi: Adam whose second moment is slow to forget,
 * $$ v_t = v_{t-1} - (1 - \beta_2)\, \mathrm{sign}(v_{t-1} - g_t^2)\, g_t^2, \qquad
 *    p_{t+1} = p_t - \eta\, \hat m_t / (\sqrt{\hat v_t} + \varepsilon). $$
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(yogi({ learningRate: 0.01 }))
 *
 * Source: Zaheer et al., NeurIPS 2018.
 */
export const yogi = described<YogiOptimizerOptions>()(
  'yogi',
  yogiOptimizerOptions,
  ({ learningRate, weightDecay, mask, ...own }) => coupled({ learningRate, weightDecay, mask }, scaleByYogi(own)),
)
