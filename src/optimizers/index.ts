/** Well-known optimizers. */

export type { Kind } from '../schema/index.js'
export type * from './adaptive/index.js'
export type { DecayOptions, StepOptions } from './assemble.js'
export type { AdafactorOptions, FromageOptions, LambOptions, LarsOptions, Sm3OptimizerOptions } from './block.js'
export * from './catalogue.js'
export type { AcpropOptions, MadgradOptions, MuonOptions, SophiaOptimizerOptions } from './contributed.js'
export type { Described } from './describe.js'
export type { AdamOptimizerOptions, AdamwOptions, SgdOptions } from './optimizers.js'
export type { CocobOptions, DogOptimizerOptions, DowgOptimizerOptions } from './parameterFree.js'
export type {
  NoisySgdOptions,
  OptimisticAdamOptions,
  OptimisticGradientDescentOptions,
  PolyakSgdOptions,
} from './plainSteps.js'
export type { ScheduleFreeAdamwOptions, ScheduleFreeSgdOptions } from './scheduleFree.js'
