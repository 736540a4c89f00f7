/** Optimizers whose steps are measured by the leaf, or whose second moments are smaller than the parameters. Defaults are optax's. */
import {
  addDecayedWeights,
  allLeaves,
  clipByBlockRms,
  ema,
  type FactoredRmsOptions,
  type Hyperparameter,
  identity,
  type LeafSelector,
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
import { scheduleOf } from '../transform/schedules/index.js'
import type { DecayOptions, StepOptions } from './assemble.js'
import { coupled } from './assemble.js'
import { betas, decay, described, epsilon, learningRate } from './describe.js'

export interface Sm3OptimizerOptions extends StepOptions, DecayOptions {
  /** $\beta_1$ in [0, 1), the decay of the average of updates; default 0.9. */
  readonly momentum?: Hyperparameter
}

/**
 * SM3: AdaGrad that keeps only the maximum of each slice of a leaf, as in {@link scaleBySm3}.
 *
 * @param options.learningRate default 0.1
 * @param options.momentum in [0, 1), default 0.9
 * @param options.weightDecay coupled, default 0; optax has none
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(sm3({ learningRate: 0.1 }))
 *
 * Source: Anil et al., arXiv 1901.11150.
 */
export const sm3 = described(
  'sm3',
  { ...learningRate, ...decay, momentum: '[0, 1)' },
  ({ learningRate = 0.1, momentum = 0.9, weightDecay = 0, mask }: Sm3OptimizerOptions) =>
    coupled({ learningRate, weightDecay, mask }, scaleBySm3({ b1: momentum })),
)

export interface AdafactorOptions extends StepOptions, DecayOptions, FactoredRmsOptions {
  /** Whether steps are in proportion to the parameters' root mean square; default true. */
  readonly multiplyByParameterScale?: boolean
  /** $d$ in (0, inf], the greatest root mean square of a leaf's update before its size; default 1. */
  readonly clippingThreshold?: Hyperparameter
  /** $\beta_1$ in [0, 1), the decay of a moving average of steps; default none. */
  readonly momentum?: Hyperparameter
}

/**
 * Adafactor: a factored second moment, clipped by the leaf, in proportion to the parameters:
 * $$ p_{t+1} = p_t - \lambda p_t - \eta_t \max(\mathrm{RMS}(p_t), 10^{-3})\, \frac{u_t}{\max(1, \mathrm{RMS}(u_t) / d)}, $$
 * with $u_t$ of {@link scaleByFactoredRms}. Decay is not multiplied by the learning rate, as in optax.
 *
 * @param options.learningRate default none: steps are as large as the parameters' scale
 * @param options.weightDecay decoupled, default 0
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(adafactor({ learningRate: 0.003 }))
 *
 * Source: Shazeer and Stern, arXiv 1804.04235.
 */
export const adafactor = described(
  'adafactor',
  {
    ...learningRate,
    ...decay,
    ...epsilon,
    factored: 'boolean',
    decayRate: '[0, inf)',
    stepOffset: 'integer in [0, inf)',
    minDimSizeToFactor: 'integer in [1, inf)',
    multiplyByParameterScale: 'boolean',
    clippingThreshold: '(0, inf]',
    momentum: '[0, 1)',
  },
  ({
    learningRate,
    multiplyByParameterScale = true,
    clippingThreshold = 1,
    momentum,
    weightDecay = 0,
    mask,
    ...moments
  }: AdafactorOptions) =>
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

export interface LarsOptions extends StepOptions, DecayOptions {
  /** $c > 0$, a factor of the ratio; default 0.001. */
  readonly trustCoefficient?: Hyperparameter
  /** $\varepsilon \ge 0$, added to the update's norm; default 0. */
  readonly eps?: Hyperparameter
  /** Which leaves are scaled by the ratio; default all. */
  readonly trustRatioMask?: LeafSelector | undefined
  /** $\mu$ in [0, 1), default 0.9. */
  readonly momentum?: Hyperparameter
  /** Whether to look ahead; default false. */
  readonly nesterov?: boolean
}

/**
 * LARS: momentum over steps whose size is in proportion to each leaf's parameters:
 * $$ b_t = \mu\, b_{t-1} + \eta\, c\, \frac{\lVert p_t \rVert}{\lVert g_t + \lambda p_t \rVert}\,(g_t + \lambda p_t), \qquad p_{t+1} = p_t - b_t. $$
 *
 * @param options.learningRate default 1
 * @param options.weightDecay coupled, default 0
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(lars({ learningRate: 1, weightDecay: 1e-4, trustRatioMask: named(/kernel$/) }))
 *
 * Source: You et al., arXiv 1708.03888.
 */
export const lars = described(
  'lars',
  {
    ...learningRate,
    ...decay,
    trustCoefficient: '(0, inf)',
    eps: '[0, inf)',
    trustRatioMask: 'selector',
    momentum: '[0, 1)',
    nesterov: 'boolean',
  },
  ({
    learningRate = 1,
    weightDecay = 0,
    mask,
    trustCoefficient = 0.001,
    eps = 0,
    trustRatioMask = allLeaves,
    momentum = 0.9,
    nesterov = false,
  }: LarsOptions) =>
    namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      trust: masked(trustRatioMask, scaleByTrustRatio({ trustCoefficient, eps })),
      step: scaleByLearningRate(learningRate),
      momentum: trace(momentum, { nesterov }),
    }),
)

export interface LambOptions extends StepOptions, DecayOptions, MomentOptions {}

/**
 * LAMB: AdamW whose steps are in proportion to each leaf's parameters:
 * $$ p_{t+1} = p_t - \eta\, \frac{\lVert p_t \rVert}{\lVert r_t + \lambda p_t \rVert}\,(r_t + \lambda p_t), \qquad
 *    r_t = \frac{\hat m_t}{\sqrt{\hat v_t} + \varepsilon}. $$
 *
 * @param options.learningRate default 0.001
 * @param options.eps default 1e-6
 * @param options.weightDecay within the ratio, default 0
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(lamb({ learningRate: 1e-3, weightDecay: 0.01 }))
 *
 * Source: You et al., arXiv 1904.00962.
 */
export const lamb = described(
  'lamb',
  { ...learningRate, ...decay, ...betas, ...epsilon, epsRoot: '[0, inf)' },
  ({ learningRate = 1e-3, weightDecay = 0, mask, eps = 1e-6, ...moments }: LambOptions) =>
    namedChain({
      moments: scaleByAdam({ ...moments, eps }),
      decay: addDecayedWeights(weightDecay, { mask }),
      trust: scaleByTrustRatio({ eps: 0 }),
      step: scaleByLearningRate(learningRate),
    }),
)

export interface FromageOptions extends StepOptions, DecayOptions {
  /** $n \ge 0$, the least that a norm counts; default 1e-6. */
  readonly minNorm?: Hyperparameter
}

/**
 * Fromage: steps in proportion to each leaf's parameters, which are then drawn in so that they do not grow:
 * $$ p_{t+1} = \frac{1}{\sqrt{1 + \eta^2}} \left(p_t - \eta\, \frac{\lVert p_t \rVert}{\lVert g_t \rVert}\, g_t\right). $$
 *
 * @param options.learningRate default 0.01
 * @param options.weightDecay coupled, default 0; optax has none
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(fromage({ learningRate: 0.01 }))
 *
 * Source: Bernstein et al., arXiv 2002.03432.
 */
export const fromage = described(
  'fromage',
  { ...learningRate, ...decay, minNorm: '[0, inf)' },
  ({ learningRate = 0.01, minNorm = 1e-6, weightDecay = 0, mask }: FromageOptions) => {
    const rate = scheduleOf('learningRate', learningRate, '(0, inf)')
    const shrink: typeof rate = t => rate(t).mul(rate(t)).add(1).sqrt().pow(-1)
    return namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      trust: scaleByTrustRatio({ minNorm, eps: 0 }),
      step: scaleByLearningRate(t => rate(t).mul(shrink(t))),
      shrink: addDecayedWeights(t => shrink(t).sub(1)),
    })
  },
)
