import {
  chain,
  clamp,
  cosineDecay,
  emaActivity,
  homeostasis,
  normalizeSignal,
  plasticityGate,
  provide,
  recall,
  scaleByLearningRate,
  trace,
} from 'plastax'

/** The activity signal alone, over SGD with momentum, clamped to [0.5, 1.5], with a cosine schedule. */
export const activityOverMomentum = provide(
  'alpha',
  chain(emaActivity(), normalizeSignal(), clamp(0.5, 1.5)),
  chain(trace(0.9), plasticityGate(recall('alpha')), homeostasis(), scaleByLearningRate(cosineDecay(0.1, 4690))),
)
