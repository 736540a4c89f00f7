/** The claim that a variant beats its own step size: one test for each variant and cell. */
import type { StudyResult } from '../types.js'
import type { CellResult } from './cells.js'
import { type Comparison, SIGNIFICANCE } from './comparisons.js'
import { holm, seedsNeeded } from './holm.js'
import { smallestP } from './signFlip.js'

/** The claim for one variant in one cell. */
export interface Claim {
  readonly cell: string
  readonly variant: string
  /** The comparisons with its own controls: all of them have to speak for it. */
  readonly own: readonly Comparison[]
  /** Seeds that the comparison with the fewest has. */
  readonly seeds: number
  /** The largest p of those comparisons, 1 where it is not ahead of one; absent where one has no gap, or is missing. */
  readonly p?: number
  /** The smallest p that so many seeds can give. */
  readonly smallest: number
  /** The p after Holm's correction over all claims of the study. */
  readonly corrected?: number
}

/** Whether a comparison speaks for the variant: to be better on the seeds that the other has survived is no lead. */
const speaks = ({ gap, lost }: Comparison): boolean => gap !== undefined && gap.mean > 0 && lost === 0

/**
 * The claims of a study. A variant that is no better than one of its controls makes no claim good, so the test is that of the
 * union of all such cases:
 *
 * $$ p = \max_i p_i $$
 *
 * holds its level without a correction for the number of controls. Holm's correction is over the claims.
 *
 * @param all of `comparisons`
 * @returns none where the study has no controls of its own, or no variant observes an alpha
 * @example
 * claims(result, cells, comparisons(result, cells)).some(({ corrected = 1 }) => corrected <= SIGNIFICANCE)
 * @see Berger, Multiparameter hypothesis testing and acceptance sampling, 1982
 */
export const claims = (
  { controls }: Pick<StudyResult, 'controls'>,
  cells: readonly CellResult[],
  all: readonly Comparison[],
): readonly Claim[] => {
  const raw = cells.flatMap(({ name: cell, variants }) =>
    Object.entries(controls || {}).flatMap(([variant, names]): readonly Claim[] => {
      if (names.length === 0 || !variants.some(group => group.variant === variant)) return []
      const own = all.filter(each => each.own && each.cell === cell && each.variant === variant)
      const gaps = own.flatMap(({ gap }) => gap ?? [])
      const seeds = gaps.length < names.length ? 0 : Math.min(...gaps.map(({ pairs }) => pairs))
      return [
        {
          cell,
          variant,
          own,
          seeds,
          smallest: seeds === 0 ? 1 : smallestP(seeds),
          ...(seeds > 0 && { p: Math.max(...own.map(each => (speaks(each) ? (each.gap?.p ?? 1) : 1))) }),
        },
      ]
    }),
  )
  const corrected = holm(raw.flatMap(({ p }) => p ?? []))
  let next = 0
  return raw.map(claim => (claim.p === undefined ? claim : { ...claim, corrected: corrected[next++] as number }))
}

/** What so many seeds can show of so many claims. */
export interface Reach {
  readonly claims: number
  readonly seeds: number
  /** The smallest p of so many seeds, and after Holm's correction over so many claims. */
  readonly smallest: number
  readonly corrected: number
}

/** Of seeds and claims: before a study runs, and after. */
export const reachOf = (seeds: number, claims: number): Reach => {
  const smallest = seeds === 0 ? 1 : smallestP(seeds)
  return { claims, seeds, smallest, corrected: Math.min(1, claims * smallest) }
}

/** The reach of some claims: that of the one with the most seeds. */
export const reachOfClaims = (all: readonly Claim[]): Reach => {
  const tested = all.filter(({ p }) => p !== undefined)
  return reachOf(Math.max(0, ...tested.map(({ seeds }) => seeds)), tested.length)
}

/** Where no claim can be made good, however large the gaps: why, and with how many seeds it could. */
export const beyondReach = ({ claims, smallest, corrected }: Reach): { readonly seedsNeeded: number } | undefined =>
  claims === 0 || Math.max(smallest, corrected) <= SIGNIFICANCE
    ? undefined
    : { seedsNeeded: seedsNeeded(claims, SIGNIFICANCE) }
