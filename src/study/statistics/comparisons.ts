/** Every variant with plasticity against its opponents, in every cell, over the seeds that both finished. */
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
  /** Seeds that both had, but on which at least one diverged: they are in no gap. */
  readonly diverged: number
  /** Those of them that only `against` finished, and that only `variant` did. */
  readonly lost: number
  readonly won: number
  /** Of the gaps, positive where the variant is better; absent where no seed was finished by both. */
  readonly gap?: PairedStatistics
  /** Its p after Holm's correction over all comparisons of the study. */
  readonly corrected?: number
}

const compare = (
  metric: StudyResult['metric'],
  cell: string,
  ours: Group,
  theirs: Group,
): Omit<Comparison, 'corrected'> => {
  const shared = ours.runs.flatMap(a => theirs.runs.filter(b => b.spec.seed === a.spec.seed).map(b => [a, b] as const))
  const scores = shared.map(([a, b]) => [scoreOf(metric, a), scoreOf(metric, b)] as const)
  const gaps = scores.flatMap(([a, b]) => (a === undefined || b === undefined ? [] : [a - b]))
  return {
    cell,
    variant: ours.variant,
    against: theirs.variant,
    role: theirs.role,
    diverged: shared.length - gaps.length,
    lost: scores.filter(([a, b]) => a === undefined && b !== undefined).length,
    won: scores.filter(([a, b]) => a !== undefined && b === undefined).length,
    ...(gaps.length > 0 && { gap: pairedStatistics(gaps) }),
  }
}

/**
 * All comparisons of a study, with Holm's correction over those that have a p.
 *
 * @example
 * comparisons(result, cellResults(result)).filter(({ corrected = 1 }) => corrected <= SIGNIFICANCE)
 */
export const comparisons = (
  { against, metric }: Pick<StudyResult, 'against' | 'metric'>,
  cells: readonly CellResult[],
): readonly Comparison[] => {
  const raw = cells.flatMap(({ name, variants }) =>
    variants
      .filter(({ role }) => role === 'plasticity')
      .flatMap(ours =>
        against
          .filter(other => other !== ours.variant)
          .flatMap(other => variants.filter(({ variant }) => variant === other))
          .map(theirs => compare(metric, name, ours, theirs)),
      ),
  )
  const corrected = holm(raw.flatMap(({ gap }) => gap?.p ?? []))
  let next = 0
  return raw.map(comparison =>
    comparison.gap ? { ...comparison, corrected: corrected[next++] as number } : comparison,
  )
}
