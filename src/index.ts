/**
 * Plastax: composable, pure gradient transforms for TensorFlow.js.
 *
 * @packageDocumentation
 */
import { quiet } from './wasm/quiet.js'

export { fromConfig } from './config/fromConfig.js'
export * from './expr/index.js'
export * from './neuroplastic/index.js'
export * from './optimizers/index.js'
export * from './runtime/index.js'
export * from './transform/index.js'

// TensorFlow.js greets whoever makes a first tensor on the cpu backend; nobody who imports an optimizer asked for that.
quiet()
