/**
 * `plastax/config`: optimizers from configurations. Apart from `plastax`, because who imports one optimizer need not load all.
 *
 * Importing it is what lets `tf.loadLayersModel` read a model that was saved with its optimizer, and `toTfOptimizer` take a
 * configuration.
 *
 * @packageDocumentation
 */
import { readWith } from '../runtime/tfOptimizer.js'
import { fromConfig } from './fromConfig.js'

export type { ConfigErrors } from '../runtime/problems.js'
export type { OptimizerConfig } from '../transform/index.js'
export { fromConfig }

readWith(fromConfig)
