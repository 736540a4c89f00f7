/** Well-known optimizers, and any of the library's from configuration. */
export type { ConfigErrors } from './decode.js'
export { fromConfig } from './fromConfig.js'
export { type AdamOptimizerOptions, adam, adamw, type SgdOptions, sgd } from './optimizers.js'
