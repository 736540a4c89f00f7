/** Optimizers that average their parameters in place of a schedule. */
import { eps, type OptionsOf, options, plain, real, scheduled } from '../schema/index.js'
import { toSchedule } from '../schema/schedule.js'
import {
  addDecayedWeights,
  namedChain,
  type Scheduled,
  type ScheduleFreeOptions,
  scaleByLearningRate,
  scaleByRms,
  scheduleFree,
  warmUp,
} from '../transform/index.js'
import { scheduleFreeOptions } from '../transform/parameterFree/scheduleFree.js'
import { type MaskOptions, maskOptions } from '../transform/scale.js'
import { decoupled } from './assemble.js'
import { described } from './describe.js'

const shared = {
  ...maskOptions.fields,
  ...scheduleFreeOptions.fields,
  /** Steps of a linear warm-up; default none. */
  warmupSteps: plain('integer in [1, inf)'),
}

const scheduleFreeSgdOptions = options({
  ...shared,
  /** $\gamma$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 1),
  /** $\lambda$, coupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
})

export interface ScheduleFreeSgdOptions
  extends MaskOptions,
    Omit<ScheduleFreeOptions, 'learningRate'>,
    OptionsOf<typeof scheduleFreeSgdOptions> {}

const scheduleFreeAdamwOptions = options({
  ...shared,
  /** $\gamma$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 0.0025),
  /** $\lambda$, decoupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  /** $\beta_2$, the decay of the second moment. */
  b2: real('[0, 1)', 0.999),
  /** $\varepsilon$, added to the root. */
  eps: eps(1e-8),
})

export interface ScheduleFreeAdamwOptions
  extends MaskOptions,
    Omit<ScheduleFreeOptions, 'learningRate'>,
    OptionsOf<typeof scheduleFreeAdamwOptions> {}

const warmedUp = (rate: Scheduled, warmupSteps: number | undefined): Scheduled =>
  warmupSteps === undefined ? rate : warmUp(warmupSteps, toSchedule(rate))

/**
 * Schedule-free SGD: {@link scheduleFree} of SGD with coupled decay. Evaluate at {@link evaluationParams}.
 * $$ b_t = -\gamma_t (g_t + \lambda y_t) $$
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(scheduleFreeSgd({ learningRate: 1, warmupSteps: 100 }))
 *
 * Source: Defazio et al., arXiv 2405.15682.
 */
export const scheduleFreeSgd = described<ScheduleFreeSgdOptions>()(
  'scheduleFreeSgd',
  scheduleFreeSgdOptions,
  ({ learningRate, warmupSteps, weightDecay, mask, ...averaging }) => {
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
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(scheduleFreeAdamw({ warmupSteps: 100 }))
 *
 * Source: Defazio et al., arXiv 2405.15682.
 */
export const scheduleFreeAdamw = described<ScheduleFreeAdamwOptions>()(
  'scheduleFreeAdamw',
  scheduleFreeAdamwOptions,
  ({ learningRate, warmupSteps, weightDecay, mask, b2, eps, ...averaging }) => {
    const rate = warmedUp(learningRate, warmupSteps)
    const normalized = scaleByRms({ decay: b2, eps, epsInSqrt: false, biasCorrection: true })
    const descent = decoupled({ learningRate: rate, weightDecay, mask }, normalized)
    return scheduleFree(descent, { ...averaging, learningRate: rate })
  },
)
