/** NeuroPlastic, its variants and its controls, each a chain of transforms. */
export { type ControllerMode, type ControllerOptions, plasticityController } from './controller.js'
export {
  activitySignal,
  gradientOnlyAlpha,
  gradientSignal,
  memorySignal,
  type PlasticityOptions,
  plasticity,
  withPlasticity,
} from './plasticity.js'
export {
  type BaseOptions,
  boundedResidualRule,
  classic,
  type LayerScope,
  type ModulationOptions,
  type ModulationTarget,
  type MomentumBaseOptions,
  type OrthogonalOptions,
  type OrthogonalSchedule,
  orthogonalRule,
  overAdamW,
  overSgdMomentum,
  type PhaseScope,
} from './rules.js'
export {
  alphaAveraged,
  alphaGrafted,
  alphaOne,
  alphaShuffled,
  type BoundedOptions,
  boundedNeuroPlastic,
  controlledNeuroPlastic,
  gradientOnly,
  hybridAdamW,
  hybridSgdMomentum,
  type NeuroPlasticOptions,
  neuroPlastic,
  orthogonalNeuroPlastic,
  type ShuffledOptions,
  settle,
} from './variants.js'
