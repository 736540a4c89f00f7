/**
 * Every transform that the library exports, and what it claims. Joining the library means joining this table: a test fails
 * for an export without a row.
 */
import { coefficients } from './coefficients.js'
import { combinators } from './combinators.js'
import { rules, variants } from './neuroplastic.js'
import { optimizers } from './optimizers.js'
import { primitives } from './primitives.js'
import type { Row } from './row.js'

export type { Row }
export { coefficients, combinators, optimizers, primitives, rules, variants }

export const table: readonly Row[] = [
  ...combinators,
  ...primitives,
  ...coefficients,
  ...optimizers,
  ...rules,
  ...variants,
]
