import {
  clipByGlobalNorm,
  compile,
  cosineDecay,
  globalNorm,
  injectHyperparameters,
  monitor,
  multiSteps,
  namedChain,
  scaleByAdam,
  scaleByLearningRate,
  setHyperparameters,
  type Tensors,
} from 'plastax'

const rule = namedChain({
  seen: monitor({ norm: globalNorm }),
  clip: clipByGlobalNorm(1),
  moments: scaleByAdam(),
  step: scaleByLearningRate(cosineDecay(1e-3, 9500)),
})
const optimizer = compile(multiSteps(rule, 4))

export const look = (params: Tensors) => {
  const state = optimizer.init(params)
  return {
    steps: state.inner.step.count, // a number
    firstMoment: state.inner.moments.mu, // a tensor for each leaf
    norm: state.inner.seen.norm, // of the gradient, before the clip
    waiting: state.miniStep, // gradients accumulated so far
  }
}

const tunable = compile(
  injectHyperparameters(
    ({ learningRate, b1 }) => namedChain({ moments: scaleByAdam({ b1 }), step: scaleByLearningRate(learningRate) }),
    { learningRate: cosineDecay(1e-3, 9500), b1: 0.9 },
  ),
)

export const steadier = (params: Tensors) => {
  const state = tunable.init(params)
  console.log(state.hyperparameters.learningRate) // 0.001
  return setHyperparameters(state, { b1: 0.95 })
}
