/** Optimizers that divide gradients by the root of what their squares add up to. */

import { admit } from '../../transform/hyperparameter.js'
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
import { scheduleOf } from '../../transform/schedules/index.js'
import type { DecayOptions, StepOptions } from '../assemble.js'
import { coupled } from '../assemble.js'
import { decay, described, epsilon, learningRate } from '../describe.js'

const step = { ...learningRate, ...decay }

export interface RmspropOptions extends StepOptions, DecayOptions, RmsOptions {
  /** Whether gradients are divided by their standard deviation, not their root mean square; default false. */
  readonly centered?: boolean
  /** $\mu$ in [0, 1), default 0. */
  readonly momentum?: Hyperparameter
  /** Whether momentum looks ahead; default false. */
  readonly nesterov?: boolean
}

/**
 * RMSProp: gradients divided by their root mean square, with momentum over the steps,
 * $$ v_t = \rho\, v_{t-1} + (1 - \rho)\, g_t^2, \qquad b_t = \mu\, b_{t-1} - \eta\, \frac{g_t}{\sqrt{v_t + \varepsilon}}, \qquad p_{t+1} = p_t + b_t. $$
 *
 * @param options.learningRate default 0.01
 * @param options.weightDecay coupled, as in PyTorch, default 0
 * @param options.epsInSqrt whether $\varepsilon$ is added under the root, default true; PyTorch adds it to the root
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(rmsprop({ decay: 0.99, momentum: 0.9, epsInSqrt: false }))
 *
 * Source: Tieleman and Hinton, Coursera lecture 6.5, 2012; centered: Graves, arXiv 1308.0850.
 */
export const rmsprop = described(
  'rmsprop',
  {
    ...step,
    ...epsilon,
    decay: '[0, 1)',
    initialScale: '[0, inf)',
    epsInSqrt: 'boolean',
    biasCorrection: 'boolean',
    centered: 'boolean',
    momentum: '[0, 1)',
    nesterov: 'boolean',
  },
  ({
    learningRate = 0.01,
    weightDecay = 0,
    mask,
    centered = false,
    momentum = 0,
    nesterov = false,
    ...options
  }: RmspropOptions) =>
    namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      moments: centered ? scaleByStddev(options) : scaleByRms(options),
      // As optax has it: what is remembered are steps, each of the size that it had.
      step: scaleByLearningRate(learningRate),
      momentum: momentum === 0 ? identity : trace(momentum, { nesterov }),
    }),
)

export interface AdagradOptions extends StepOptions, DecayOptions, RssOptions {
  /** $\kappa \ge 0$, by which the step size falls, $\eta / (1 + \kappa t)$ with $t$ from 0; default 0. */
  readonly lrDecay?: Hyperparameter
}

/** A learning rate that falls as one over the steps taken. */
const falling = (rate: Scheduled, decay: Hyperparameter): Scheduled => {
  admit('lrDecay', decay, '[0, inf)')
  if (decay === 0) return rate
  const schedule = scheduleOf('learningRate', rate, '(0, inf)')
  return t => schedule(t).div(t.mul(decay).add(1))
}

/**
 * AdaGrad: gradients divided by the root of the sum of their squares,
 * $$ v_t = v_{t-1} + g_t^2, \qquad p_{t+1} = p_t - \frac{\eta}{1 + \kappa t} \cdot \frac{g_t}{\sqrt{v_t + \varepsilon}}. $$
 *
 * @param options.learningRate default 0.01
 * @param options.weightDecay coupled, as in PyTorch, default 0
 * @param options.lrDecay $\kappa$, as in PyTorch, default 0
 * @param options.epsInSqrt whether $\varepsilon$ is added under the root, default true; PyTorch adds it to the root, and has
 *   `initialAccumulator` 0 and `eps` 1e-10
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(adagrad({ learningRate: 0.1 }))
 *
 * Source: Duchi et al., JMLR 12, 2011.
 */
export const adagrad = described(
  'adagrad',
  {
    ...step,
    ...epsilon,
    initialAccumulator: '[0, inf)',
    epsInSqrt: 'boolean',
    lrDecay: '[0, inf)',
  },
  ({ learningRate = 0.01, weightDecay = 0, mask, lrDecay = 0, ...options }: AdagradOptions) =>
    coupled({ learningRate: falling(learningRate, lrDecay), weightDecay, mask }, scaleByRss(options)),
)

export interface AdadeltaOptimizerOptions extends StepOptions, DecayOptions, AdadeltaOptions {}

/**
 * Adadelta: updates of the size of those before,
 * $$ p_{t+1} = p_t - \eta\, u_t, \qquad u_t = \frac{\sqrt{\delta_{t-1} + \varepsilon}}{\sqrt{v_t + \varepsilon}}\, g_t, $$
 * with moving averages $v$ of $g^2$ and $\delta$ of $u^2$.
 *
 * @param options.learningRate default 1
 * @param options.weightDecay coupled, default 0
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(adadelta({ rho: 0.95 }))
 *
 * Source: Zeiler, arXiv 1212.5701.
 */
export const adadelta = described(
  'adadelta',
  { ...step, ...epsilon, rho: '[0, 1)' },
  ({ learningRate = 1, weightDecay = 0, mask, ...options }: AdadeltaOptimizerOptions) =>
    coupled({ learningRate, weightDecay, mask }, scaleByAdadelta(options)),
)
