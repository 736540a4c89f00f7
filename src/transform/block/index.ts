/** Transforms by block, factored, of matrices, and assorted. */
export { type AcpropTransformOptions, scaleByAcprop } from './acprop.js'
export {
  type FactoredRmsOptions,
  type FactoredRmsState,
  type Sm3Options,
  type Sm3State,
  scaleByFactoredRms,
  scaleBySm3,
} from './factored.js'
export { type MadgradState, type MadgradTransformOptions, scaleByMadgrad } from './madgrad.js'
export {
  type MuonState,
  type MuonTransformOptions,
  type NewtonSchulzCoefficients,
  type NewtonSchulzStep,
  type ShapeOptions,
  scaleByMuon,
  scaleByShape,
} from './muon.js'
export { addNoise, type NoiseOptions } from './noise.js'
export { keepParamsNonNegative } from './nonNegative.js'
export {
  clipByBlockRms,
  normalizeByUpdateNorm,
  type ParamBlockOptions,
  scaleByParamBlockNorm,
  scaleByParamBlockRms,
  type UpdateNormOptions,
} from './norms.js'
export { type OptimisticOptions, type OptimisticState, scaleByOptimisticGradient } from './optimistic.js'
export { type PolyakOptions, type PolyakVariant, scaleByPolyak } from './polyak.js'
export { type SophiaOptions, type SophiaState, scaleBySophia } from './sophia.js'
export {
  type AdaptiveClipOptions,
  adaptiveGradClip,
  type CentralizeOptions,
  centralize,
  type UnitAxis,
} from './units.js'
