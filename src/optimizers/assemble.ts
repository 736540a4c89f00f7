/** How most optimizers are put together: rule, decay and step size, under the names that its state has. */
import { addDecayedWeights, type GradientTransform, namedChain, scaleByLearningRate } from '../transform/index.js'
import type { DecayOptions, StepOptions } from './optimizers.js'

type Parts = Required<StepOptions> & Required<Pick<DecayOptions, 'weightDecay'>> & Pick<DecayOptions, 'mask'>

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
