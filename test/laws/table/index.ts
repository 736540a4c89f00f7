/**
 * Every transform that the library exports, and what it claims. Joining the library means joining this table: a test fails
 * for an export without a row.
 */
import { adaptive } from './adaptive.js'
import { adaptiveOptimizers } from './adaptiveOptimizers.js'
import { blockOptimizers } from './blockOptimizers.js'
import { blocks } from './blocks.js'
import { coefficients } from './coefficients.js'
import { combinators } from './combinators.js'
import { rules, variants } from './neuroplastic.js'
import { optimizers } from './optimizers.js'
import { parameterFree } from './parameterFree.js'
import { primitives } from './primitives.js'
import type { Row } from './row.js'
import { wrappers } from './wrappers.js'

export type { Row }
export {
  adaptive,
  adaptiveOptimizers,
  blockOptimizers,
  blocks,
  coefficients,
  combinators,
  optimizers,
  parameterFree,
  primitives,
  rules,
  variants,
  wrappers,
}

export const table: readonly Row[] = [
  ...adaptive,
  ...adaptiveOptimizers,
  ...blockOptimizers,
  ...blocks,
  ...combinators,
  ...parameterFree,
  ...primitives,
  ...coefficients,
  ...optimizers,
  ...rules,
  ...variants,
  ...wrappers,
]
