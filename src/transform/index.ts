/** Gradient transforms: what they are, the primitives, and how they combine. */

export { type Hyperparameter, HyperparameterError } from '../schema/hyperparameter.js'
export type { LeafSelector } from '../schema/kind.js'
export * from './adaptive/index.js'
export * from './block/index.js'
export { branch } from './branch.js'
export { clamp, clipByGlobalNorm, clipByNorm } from './clip.js'
export {
  chain,
  difference,
  identity,
  lerp,
  monoidChain,
  monoidSum,
  namedChain,
  type States,
  type TermStates,
  weightedSum,
  zero,
} from './combine.js'
export {
  type Coefficient,
  type CompanionOptions,
  observe,
  type Provided,
  provide,
  recall,
  scalarFrom,
  treeFrom,
} from './context.js'
export { type ControlOptions, type Controls, controlsOf, type GraftedControl } from './control/controls.js'
export { type Intervened, type Intervention, intervene, interventions, type Place } from './control/intervene.js'
export { type ApplyIfFiniteOptions, applyIfFinite, type FiniteState, zeroNans } from './finite.js'
export { graft, plasticityGate } from './gate.js'
export { type HomeostasisOptions, homeostasis } from './homeostasis.js'
export {
  allLeaves,
  classifierOnly,
  convOnly,
  earlyBlocks,
  lateBlocks,
  masked,
  named,
  partition,
} from './layers.js'
export {
  type AdamOptions,
  type AdamState,
  type EmaOptions,
  ema,
  emaActivity,
  type MomentOptions,
  scaleByAdam,
  type TraceOptions,
  trace,
} from './moments.js'
export * from './parameterFree/index.js'
export { boundedResidual, type OrthogonalResidualOptions, orthogonalResidual, residual } from './residual.js'
export {
  addDecayedWeights,
  type Counted,
  type MaskOptions,
  scale,
  scaleByLearningRate,
  withLearningRateController,
} from './scale.js'
export {
  type CosineOnecycleOptions,
  constant,
  cosineDecay,
  cosineOnecycle,
  type ExponentialOptions,
  exponentialDecay,
  type FactorsByStep,
  type Interpolation,
  joined,
  type LinearOnecycleOptions,
  linear,
  linearOnecycle,
  type PolynomialOptions,
  piecewiseConstant,
  piecewiseInterpolate,
  polynomial,
  type Schedule,
  type Scheduled,
  sgdr,
  type TransitionOptions,
  type WarmupCosineOptions,
  type WarmupExponentialOptions,
  type WarmupOptions,
  warmUp,
  warmupConstant,
  warmupCosineDecay,
  warmupExponentialDecay,
} from './schedules/index.js'
export { shuffleWithinLeaf } from './shuffle.js'
export {
  averageOverLeaf,
  gradientMagnitude,
  type NormalizationScope,
  type NormalizeSignalOptions,
  normalizeSignal,
} from './signals.js'
export { scaleByTrustRatio, type TrustRatioOptions } from './trustRatio.js'
export {
  type Context,
  type GradientTransform,
  leafwise,
  type OptimizerConfig,
  type Stateless,
  type StateOf,
  stateless,
} from './types.js'
export { globalNorm } from './whole.js'
export { flatten } from './wrap/flatten.js'
export { freeze } from './wrap/freeze.js'
export {
  type Fixed,
  type Injected,
  type InjectedState,
  injectHyperparameters,
  setHyperparameters,
} from './wrap/inject.js'
export { type Measure, type Measurement, type Measurements, monitor, snapshot } from './wrap/monitor.js'
export { applyEvery, type MultiStepsOptions, type MultiStepsState, multiSteps } from './wrap/multiSteps.js'
export { isLarge, isNotFinite, type LargeOptions, type SkipCondition, skipLargeUpdates } from './wrap/skip.js'
export { type Phase, type WhenState, when } from './wrap/when.js'
