/** Options of the adaptive optimizers. */
export type {
  AdanOptimizerOptions,
  AdemamixOptimizerOptions,
  NadamOptimizerOptions,
  NadamwOptions,
  RadamOptimizerOptions,
} from './firstMoments.js'
export type { AdoptOptimizerOptions, NovogradOptimizerOptions } from './normalized.js'
export type { AdadeltaOptimizerOptions, AdagradOptions, RmspropOptions } from './roots.js'
export type {
  AdabeliefOptions,
  AdamaxOptimizerOptions,
  AdamaxwOptions,
  AmsgradOptimizerOptions,
  YogiOptimizerOptions,
} from './secondMoments.js'
export type { LionOptimizerOptions, RpropOptimizerOptions, SignSgdOptions, SignumOptions } from './signs.js'
