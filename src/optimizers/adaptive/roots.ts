/** Optimizers that divide gradients by the root of what their squares add up to. */

import { flag, type OptionsOf, options, real, scheduled } from '../../schema/index.js'
import { toSchedule } from '../../schema/schedule.js'
import { adadeltaOptions, rmsOptions, rssOptions } from '../../transform/adaptive/roots.js'
import {
  type AdadeltaOptions,
  addDecayedWeights,
  type Hyperparameter,
  identity,
  namedChain,
  type RmsOptions,
  type RssOptions,
  type Scheduled,
  scaleByAdadelta,
  scaleByLearningRate,
  scaleByRms,
  scaleByRss,
  scaleByStddev,
  trace,
} from '../../transform/index.js'
import { type MaskOptions, maskOptions } from '../../transform/scale.js'
import { coupled } from '../assemble.js'
import { described } from '../describe.js'

const rmspropOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 0.01),
  /** $\lambda$, coupled decay, as in PyTorch, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...rmsOptions.fields,
  /** Whether gradients are divided by their standard deviation, not their root mean square. */
  centered: flag(false),
  /** $\mu$, the part of the momentum that stays. */
  momentum: real('[0, 1)', 0),
  /** Whether momentum looks ahead. */
  nesterov: flag(false),
})

export interface RmspropOptions extends MaskOptions, RmsOptions, OptionsOf<typeof rmspropOptions> {}

/**
 * RMSProp: gradients divided by their root mean square, with momentum over the steps,
 * $$ v_t = \rho\, v_{t-1} + (1 - \rho)\, g_t^2, \qquad b_t = \mu\, b_{t-1} - \eta\, \frac{g_t}{\sqrt{v_t + \varepsilon}}, \qquad p_{t+1} = p_t + b_t. $$
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(rmsprop({ decay: 0.99, momentum: 0.9, epsInSqrt: false }))
 *
 * Source: Tieleman and Hinton, Coursera lecture 6.5, 2012; centered: Graves, arXiv 1308.0850.
 */
export const rmsprop = described<RmspropOptions>()(
  'rmsprop',
  rmspropOptions,
  ({ learningRate, weightDecay, mask, centered, momentum, nesterov, ...rms }) =>
    namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      moments: centered ? scaleByStddev(rms) : scaleByRms(rms),
      // As optax has it: what is remembered are steps, each of the size that it had.
      step: scaleByLearningRate(learningRate),
      momentum: momentum === 0 ? identity : trace(momentum, { nesterov }),
    }),
)

const adagradOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 0.01),
  /** $\lambda$, coupled decay, as in PyTorch, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...rssOptions.fields,
  /**
   * Whether $\varepsilon$ is added under the root (as in optax), or to the root, as in PyTorch, which has `initialAccumulator` 0
   * and `eps` 1e-10.
   */
  epsInSqrt: flag(true),
  /** $\kappa$, by which the step size falls, as in PyTorch: $\eta / (1 + \kappa t)$ with $t$ from 0. */
  lrDecay: real('[0, inf)', 0),
})

export interface AdagradOptions extends MaskOptions, Omit<RssOptions, 'epsInSqrt'>, OptionsOf<typeof adagradOptions> {}

/** A learning rate that falls as one over the steps taken. */
const falling = (rate: Scheduled, decay: Hyperparameter): Scheduled => {
  if (decay === 0) return rate
  const schedule = toSchedule(rate)
  return t => schedule(t).div(t.mul(decay).add(1))
}

/**
 * AdaGrad: gradients divided by the root of the sum of their squares,
 * $$ v_t = v_{t-1} + g_t^2, \qquad p_{t+1} = p_t - \frac{\eta}{1 + \kappa t} \cdot \frac{g_t}{\sqrt{v_t + \varepsilon}}. $$
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(adagrad({ learningRate: 0.1 }))
 *
 * Source: Duchi et al., JMLR 12, 2011.
 */
export const adagrad = described<AdagradOptions>()(
  'adagrad',
  adagradOptions,
  ({ learningRate, weightDecay, mask, lrDecay, ...rss }) =>
    coupled({ learningRate: falling(learningRate, lrDecay), weightDecay, mask }, scaleByRss(rss)),
)

const adadeltaOptimizerOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 1),
  /** $\lambda$, coupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...adadeltaOptions.fields,
})

export interface AdadeltaOptimizerOptions
  extends MaskOptions,
    AdadeltaOptions,
    OptionsOf<typeof adadeltaOptimizerOptions> {}

/**
 * Adadelta: updates of the size of those before,
 * $$ p_{t+1} = p_t - \eta\, u_t, \qquad u_t = \frac{\sqrt{\delta_{t-1} + \varepsilon}}{\sqrt{v_t + \varepsilon}}\, g_t, $$
 * with moving averages $v$ of $g^2$ and $\delta$ of $u^2$.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(adadelta({ rho: 0.95 }))
 *
 * Source: Zeiler, arXiv 1212.5701.
 */
export const adadelta = described<AdadeltaOptimizerOptions>()(
  'adadelta',
  adadeltaOptimizerOptions,
  ({ learningRate, weightDecay, mask, ...means }) =>
    coupled({ learningRate, weightDecay, mask }, scaleByAdadelta(means)),
)
