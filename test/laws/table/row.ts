/** What a row of the table is. */

import type { Claim } from '../../../laws/index.js'
import * as claims from '../../../laws/index.js'
import { chain, clamp, type GradientTransform, gradientMagnitude, normalizeSignal } from '../../../src/index.js'

export interface Row {
  /** The export that the row is about. */
  readonly name: string
  /** How it is written. */
  readonly source: string
  readonly make: () => GradientTransform<unknown>
  readonly claims: readonly Claim[]
}

/** A row; a source that begins with its arguments is that of a call of `name`. */
export const row = (name: string, source: string, make: Row['make'], ...claims: readonly Claim[]): Row => ({
  name,
  source: source.replace(/^\(/, `${name}(`),
  make,
  claims,
})

/** What elementwise rules and leaf reductions claim that treat signs alike; and linear ones. */
export const plain = [claims.signSymmetry, claims.permutationEquivariance, claims.leafIndependence]
export const linear = [...plain, claims.scaleEquivariance]

/** What a rule claims that does not answer to its own gradient at each step, but does at this one, from 1. */
export const answersAt = (step: number, because: string): readonly Claim[] => [
  claims.exempt('its own gradient', because),
  claims.ownGradientAt(step),
]

/** What a rule claims that need not answer to its own gradient at any step. */
export const answersNever = (because: string): Claim => claims.exempt('its own gradient', because)

/** What a gate within [lo, hi] claims. */
export const gate = (lo: number, hi: number) => [
  claims.boundedModulation({ lo, hi }),
  claims.sector({ c: lo, C: hi }),
  claims.neverRises({ c: lo, C: hi }),
]

/** What a residual claims that is capped to a part of the gradient. */
export const capped = (kappa: number) => [
  claims.boundedDeviation({ kappa }),
  claims.sector({ c: 1 - kappa, C: 1 + kappa }),
  claims.neverRises({ c: 1 - kappa, C: 1 + kappa }),
]

/** A coefficient within [0.5, 1.5]. */
export const coefficient = () => chain(gradientMagnitude(), normalizeSignal(), clamp(0.5, 1.5))
