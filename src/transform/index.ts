/** Gradient transforms: what they are, the primitives, and how they combine. */
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
export { type Coefficient, observe, provide, recall, scalarFrom, treeFrom } from './context.js'
export { applyIfFinite, type FiniteState, zeroNans } from './finite.js'
export { graft, plasticityGate } from './gate.js'
export { type HomeostasisOptions, homeostasis } from './homeostasis.js'
export { type Hyperparameter, HyperparameterError } from './hyperparameter.js'
export {
  allLeaves,
  classifierOnly,
  convOnly,
  earlyBlocks,
  type LeafSelector,
  lateBlocks,
  masked,
  named,
  type Phase,
  partition,
  when,
} from './layers.js'
export { type AdamOptions, type AdamState, ema, emaActivity, scaleByAdam, trace } from './moments.js'
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
  constant,
  cosineDecay,
  exponentialDecay,
  joined,
  linear,
  piecewiseConstant,
  type Schedule,
  type Scheduled,
  warmUp,
} from './schedules.js'
export { shuffleWithinLeaf } from './shuffle.js'
export { averageOverLeaf, gradientMagnitude, type NormalizationScope, normalizeSignal } from './signals.js'
export { scaleByTrustRatio } from './trustRatio.js'
export {
  type Context,
  type GradientTransform,
  leafwise,
  type OptimizerConfig,
  type Stateless,
  type StateOf,
  stateless,
} from './types.js'
