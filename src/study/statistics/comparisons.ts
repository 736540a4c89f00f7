/** Every variant with plasticity against its own controls and its opponents, in every cell, over the seeds that both finished. */
import { scoreOf } from '../plan.js'
import type { Role, StudyResult } from '../types.js'
import type { CellResult, Group } from './cells.js'
import { holm } from './holm.js'
import { type PairedStatistics, pairedStatistics } from './paired.js'

/** Above this probability, chance is not ruled out. */
export const SIGNIFICANCE = 0.05

/** One comparison. */
export interface Comparison {
  readonly cell: string
  readonly variant: string
  readonly against: string
  /** What `against` is. */
  readonly role: Role
  /** Whether it is a control made from the rule of `variant`: then it is part of that variant's claim. */
  readonly own: boolean
  /** Seeds that both had, but on which at least one diverged: they are in no gap. */
  readonly diverged: number
  /** Those of them that only `against` finished, and that only `variant` did. */
  readonly lost: number
  readonly won: number
  /** Of the gaps, positive where the variant is better; absent where no seed was finished by both. */
  readonly gap?: PairedStatistics
  /** Its p after Holm's correction over all comparisons of the study with others; absent with an own control, whose p is the claim's. */
  readonly corrected?: number
}

const compare = (
  metric: StudyResult['metric'],
  cell: string,
  ours: Group,
  theirs: Group,
  own: boolean,
): Omit<Comparison, 'corrected'> => {
  const shared = ours.runs.flatMap(a => theirs.runs.filter(b => b.spec.seed === a.spec.seed).map(b => [a, b] as const))
  const scores = shared.map(([a, b]) => [scoreOf(metric, a), scoreOf(metric, b)] as const)
  const gaps = scores.flatMap(([a, b]) => (a === undefined || b === undefined ? [] : [a - b]))
  return {
    cell,
    variant: ours.variant,
    against: theirs.variant,
    role: theirs.role,
    own,
    diverged: shared.length - gaps.length,
    lost: scores.filter(([a, b]) => a === undefined && b !== undefined).length,
    won: scores.filter(([a, b]) => a !== undefined && b === undefined).length,
    ...(gaps.length > 0 && { gap: pairedStatistics(gaps) }),
  }
}

/** The controls made from a variant's rule: none where it observes no alpha, nothing where there are none of any. */
export const ownControls = (controls: StudyResult['controls'], variant: string): readonly string[] | undefined =>
  // A variant may have a name that every object has.
  controls && Object.hasOwn(controls, variant) ? controls[variant] : undefined

/**
 * All comparisons of a study: with own controls, of which `claims` makes one test each, and with others, which have Holm's
 * correction over those that have a p.
 *
 * @example
 * comparisons(result, cellResults(result)).filter(({ corrected = 1 }) => corrected <= SIGNIFICANCE)
 */
export const comparisons = (
  { against, metric, controls }: Pick<StudyResult, 'against' | 'metric' | 'controls'>,
  cells: readonly CellResult[],
): readonly Comparison[] => {
  const raw = cells.flatMap(({ name, variants }) =>
    variants
      .filter(({ role }) => role === 'plasticity')
      .flatMap(ours => {
        const own = ownControls(controls, ours.variant) ?? []
        return [...new Set([...own, ...against])]
          .filter(other => other !== ours.variant)
          .flatMap(other => variants.filter(({ variant }) => variant === other))
          .map(theirs => compare(metric, name, ours, theirs, own.includes(theirs.variant)))
      }),
  )
  const corrected = holm(raw.flatMap(({ gap, own }) => (own ? [] : (gap?.p ?? []))))
  let next = 0
  return raw.map(comparison =>
    comparison.gap && !comparison.own ? { ...comparison, corrected: corrected[next++] as number } : comparison,
  )
}
