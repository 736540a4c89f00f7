/** Well-known optimizers, and any of the library's from configuration. */
export * from './catalogue.js'
export type { ConfigErrors } from './decode.js'
export type { Described } from './describe.js'
export { fromConfig } from './fromConfig.js'
export type { AdamOptimizerOptions, DecayOptions, SgdOptions, StepOptions } from './optimizers.js'
