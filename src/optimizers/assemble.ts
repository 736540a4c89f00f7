/** How most optimizers are put together: rule, decay and step size, under the names that its state has. */
import {
  addDecayedWeights,
  type GradientTransform,
  type MaskOptions,
  namedChain,
  type Scheduled,
  scaleByLearningRate,
} from '../transform/index.js'

/** What every optimizer is given. */
export interface StepOptions {
  /** $\eta$, the size of a step, or a schedule of it. */
  readonly learningRate?: Scheduled
}

/** What every optimizer with weight decay is given. */
export interface DecayOptions extends MaskOptions {
  /** $\lambda$, how much parameters decay, or a schedule of it. */
  readonly weightDecay?: Scheduled
}

type Parts = Required<StepOptions> & Required<Pick<DecayOptions, 'weightDecay'>> & MaskOptions

/** Decay before the rule, which sees it as a part of the gradient. */
export const coupled = <S>({ learningRate, weightDecay, mask }: Parts, moments: GradientTransform<S>) =>
  namedChain({
    decay: addDecayedWeights(weightDecay, { mask }),
    moments,
    step: scaleByLearningRate(learningRate),
  })

/** Decay after the rule, in proportion to the parameters and the step size alone. */
export const decoupled = <S>({ learningRate, weightDecay, mask }: Parts, moments: GradientTransform<S>) =>
  namedChain({
    moments,
    decay: addDecayedWeights(weightDecay, { mask }),
    step: scaleByLearningRate(learningRate),
  })
