/** Optimizers that average their parameters in place of a schedule. */
import {
  addDecayedWeights,
  type Hyperparameter,
  namedChain,
  type Scheduled,
  type ScheduleFreeOptions,
  scaleByLearningRate,
  scaleByRms,
  scheduleFree,
  warmUp,
} from '../transform/index.js'
import { scheduleOf } from '../transform/schedules/index.js'
import type { DecayOptions, StepOptions } from './assemble.js'
import { decoupled } from './assemble.js'
import { decay, described, epsilon, learningRate } from './describe.js'

export interface ScheduleFreeSgdOptions extends StepOptions, DecayOptions, Omit<ScheduleFreeOptions, 'learningRate'> {
  /** Steps of a linear warm-up, a whole number from 1; default none. */
  readonly warmupSteps?: number
}

export interface ScheduleFreeAdamwOptions extends ScheduleFreeSgdOptions {
  /** $\beta_2$ in [0, 1), default 0.999. */
  readonly b2?: Hyperparameter
  /** $\varepsilon > 0$, default 1e-8. */
  readonly eps?: Hyperparameter
}

const scheduleFreeFields = {
  ...learningRate,
  ...decay,
  warmupSteps: 'integer in [1, inf)',
  b1: '(0, 1]',
  weightLrPower: '[0, inf)',
} as const

const warmedUp = (rate: Scheduled, warmupSteps: number | undefined): Scheduled =>
  warmupSteps === undefined ? rate : warmUp(warmupSteps, scheduleOf('learningRate', rate, '(0, inf)'))

/**
 * Schedule-free SGD: {@link scheduleFree} of SGD with coupled decay. Evaluate at {@link evaluationParams}.
 * $$ b_t = -\gamma_t (g_t + \lambda y_t) $$
 *
 * @param options.learningRate $\gamma$, default 1
 * @param options.weightDecay coupled, default 0
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(scheduleFreeSgd({ learningRate: 1, warmupSteps: 100 }))
 *
 * Source: Defazio et al., arXiv 2405.15682.
 */
export const scheduleFreeSgd = described(
  'scheduleFreeSgd',
  scheduleFreeFields,
  ({ learningRate = 1, warmupSteps, weightDecay = 0, mask, ...averaging }: ScheduleFreeSgdOptions) => {
    const rate = warmedUp(learningRate, warmupSteps)
    const descent = namedChain({ decay: addDecayedWeights(weightDecay, { mask }), step: scaleByLearningRate(rate) })
    return scheduleFree(descent, { ...averaging, learningRate: rate })
  },
)

/**
 * Schedule-free AdamW: {@link scheduleFree} of AdamW without its first moment. Evaluate at {@link evaluationParams}.
 * $$ v_t = \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2, \qquad
 *    b_t = -\gamma_t \Bigl(\frac{g_t}{\sqrt{v_t / (1 - \beta_2^t)} + \varepsilon} + \lambda y_t\Bigr) $$
 *
 * @param options.learningRate $\gamma$, default 0.0025
 * @param options.weightDecay decoupled, default 0
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(scheduleFreeAdamw({ warmupSteps: 100 }))
 *
 * Source: Defazio et al., arXiv 2405.15682.
 */
export const scheduleFreeAdamw = described(
  'scheduleFreeAdamw',
  { ...scheduleFreeFields, ...epsilon, b2: '[0, 1)' },
  ({
    learningRate = 0.0025,
    warmupSteps,
    weightDecay = 0,
    mask,
    b2 = 0.999,
    eps = 1e-8,
    ...averaging
  }: ScheduleFreeAdamwOptions) => {
    const rate = warmedUp(learningRate, warmupSteps)
    const normalized = scaleByRms({ decay: b2, eps, epsInSqrt: false, biasCorrection: true })
    const descent = decoupled({ learningRate: rate, weightDecay, mask }, normalized)
    return scheduleFree(descent, { ...averaging, learningRate: rate })
  },
)
