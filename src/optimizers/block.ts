/** Optimizers whose steps are measured by the leaf, or whose second moments are smaller than the parameters. Defaults are optax's. */
import { eps, flag, leaves, type OptionsOf, options, real, scheduled } from '../schema/index.js'
import { toSchedule } from '../schema/schedule.js'
import { factoredRmsOptions } from '../transform/block/factored.js'
import {
  addDecayedWeights,
  allLeaves,
  clipByBlockRms,
  ema,
  type FactoredRmsOptions,
  identity,
  type MomentOptions,
  masked,
  namedChain,
  scale,
  scaleByAdam,
  scaleByFactoredRms,
  scaleByLearningRate,
  scaleByParamBlockRms,
  scaleBySm3,
  scaleByTrustRatio,
  trace,
} from '../transform/index.js'
import { momentOptions } from '../transform/moments.js'
import { type MaskOptions, maskOptions } from '../transform/scale.js'
import { coupled } from './assemble.js'
import { described } from './describe.js'

const sm3Options = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 0.1),
  /** $\lambda$, coupled decay, or a schedule of it; optax has none. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  /** $\beta_1$, the decay of the average of updates. */
  momentum: real('[0, 1)', 0.9),
})

export interface Sm3OptimizerOptions extends MaskOptions, OptionsOf<typeof sm3Options> {}

/**
 * SM3: AdaGrad that keeps only the maximum of each slice of a leaf, as in {@link scaleBySm3}.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(sm3({ learningRate: 0.1 }))
 *
 * Source: Anil et al., arXiv 1901.11150.
 */
export const sm3 = described<Sm3OptimizerOptions>()('sm3', sm3Options, ({ momentum, ...parts }) =>
  coupled(parts, scaleBySm3({ b1: momentum })),
)

const adafactorOptions = options({
  /** $\eta$, the size of a step, or a schedule of it; default none: steps are as large as the parameters' scale. */
  learningRate: scheduled('(0, inf)'),
  /** $\lambda$, decoupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...factoredRmsOptions.fields,
  /** Whether steps are in proportion to the parameters' root mean square. */
  multiplyByParameterScale: flag(true),
  /** $d$, the greatest root mean square of a leaf's update before its size. */
  clippingThreshold: real('(0, inf]', 1),
  /** $\beta_1$, the decay of a moving average of steps; default none. */
  momentum: real('[0, 1)'),
})

export interface AdafactorOptions extends MaskOptions, FactoredRmsOptions, OptionsOf<typeof adafactorOptions> {}

/**
 * Adafactor: a factored second moment, clipped by the leaf, in proportion to the parameters:
 * $$ p_{t+1} = p_t - \lambda p_t - \eta_t \max(\mathrm{RMS}(p_t), 10^{-3})\, \frac{u_t}{\max(1, \mathrm{RMS}(u_t) / d)}, $$
 * with $u_t$ of {@link scaleByFactoredRms}. Decay is not multiplied by the learning rate, as in optax.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(adafactor({ learningRate: 0.003 }))
 *
 * Source: Shazeer and Stern, arXiv 1804.04235.
 */
export const adafactor = described<AdafactorOptions>()(
  'adafactor',
  adafactorOptions,
  ({ learningRate, multiplyByParameterScale, clippingThreshold, momentum, weightDecay, mask, ...moments }) =>
    namedChain({
      moments: scaleByFactoredRms(moments),
      clip: clippingThreshold === Number.POSITIVE_INFINITY ? identity : clipByBlockRms(clippingThreshold),
      // The sign is turned once, at the end: the decay comes after the step.
      step: learningRate === undefined ? scale(-1) : scaleByLearningRate(learningRate),
      parameterScale: multiplyByParameterScale ? scaleByParamBlockRms() : identity,
      momentum: momentum === undefined ? identity : ema(momentum),
      uphill: scale(-1),
      decay: addDecayedWeights(weightDecay, { mask }),
      downhill: scale(-1),
    }),
)

const larsOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 1),
  /** $\lambda$, coupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  /** $c$, a factor of the ratio. */
  trustCoefficient: real('(0, inf)', 0.001),
  /** $\varepsilon$, added to the update's norm. */
  eps: real('[0, inf)', 0),
  /** Which leaves are scaled by the ratio; default all. */
  trustRatioMask: leaves(),
  /** $\mu$, the part of the momentum that stays. */
  momentum: real('[0, 1)', 0.9),
  /** Whether to look ahead. */
  nesterov: flag(false),
})

export interface LarsOptions extends MaskOptions, OptionsOf<typeof larsOptions> {}

/**
 * LARS: momentum over steps whose size is in proportion to each leaf's parameters:
 * $$ b_t = \mu\, b_{t-1} + \eta\, c\, \frac{\lVert p_t \rVert}{\lVert g_t + \lambda p_t \rVert}\,(g_t + \lambda p_t), \qquad p_{t+1} = p_t - b_t. $$
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(lars({ learningRate: 1, weightDecay: 1e-4, trustRatioMask: named(/kernel$/) }))
 *
 * Source: You et al., arXiv 1708.03888.
 */
export const lars = described<LarsOptions>()(
  'lars',
  larsOptions,
  ({ learningRate, weightDecay, mask, trustCoefficient, eps, trustRatioMask = allLeaves, momentum, nesterov }) =>
    namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      trust: masked(trustRatioMask, scaleByTrustRatio({ trustCoefficient, eps })),
      step: scaleByLearningRate(learningRate),
      momentum: trace(momentum, { nesterov }),
    }),
)

const lambOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 1e-3),
  /** $\lambda$, decay within the ratio, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...momentOptions.fields,
  /** $\varepsilon$, added to the root. */
  eps: eps(1e-6),
})

export interface LambOptions extends MaskOptions, Omit<MomentOptions, 'eps'>, OptionsOf<typeof lambOptions> {}

/**
 * LAMB: AdamW whose steps are in proportion to each leaf's parameters:
 * $$ p_{t+1} = p_t - \eta\, \frac{\lVert p_t \rVert}{\lVert r_t + \lambda p_t \rVert}\,(r_t + \lambda p_t), \qquad
 *    r_t = \frac{\hat m_t}{\sqrt{\hat v_t} + \varepsilon}. $$
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(lamb({ learningRate: 1e-3, weightDecay: 0.01 }))
 *
 * Source: You et al., arXiv 1904.00962.
 */
export const lamb = described<LambOptions>()('lamb', lambOptions, ({ learningRate, weightDecay, mask, ...moments }) =>
  namedChain({
    moments: scaleByAdam(moments),
    decay: addDecayedWeights(weightDecay, { mask }),
    trust: scaleByTrustRatio({ eps: 0 }),
    step: scaleByLearningRate(learningRate),
  }),
)

const fromageOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 0.01),
  /** $\lambda$, coupled decay, or a schedule of it; optax has none. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  /** $n$, the least that a norm counts. */
  minNorm: real('[0, inf)', 1e-6),
})

export interface FromageOptions extends MaskOptions, OptionsOf<typeof fromageOptions> {}

/**
 * Fromage: steps in proportion to each leaf's parameters, which are then drawn in so that they do not grow:
 * $$ p_{t+1} = \frac{1}{\sqrt{1 + \eta^2}} \left(p_t - \eta\, \frac{\lVert p_t \rVert}{\lVert g_t \rVert}\, g_t\right). $$
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(fromage({ learningRate: 0.01 }))
 *
 * Source: Bernstein et al., arXiv 2002.03432.
 */
export const fromage = described<FromageOptions>()(
  'fromage',
  fromageOptions,
  ({ learningRate, minNorm, weightDecay, mask }) => {
    const rate = toSchedule(learningRate)
    const shrink: typeof rate = t => rate(t).mul(rate(t)).add(1).sqrt().pow(-1)
    return namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      trust: scaleByTrustRatio({ minNorm, eps: 0 }),
      step: scaleByLearningRate(t => rate(t).mul(shrink(t))),
      shrink: addDecayedWeights(t => shrink(t).sub(1)),
    })
  },
)
