/** From runs to what the table shows: one summary for each variant. */
import { mean } from 'simple-statistics'
import { type PairedGap, pairedGap, type Spread, spread } from '../study/statistics/gap.js'
import type { Role } from '../study/types.js'
import { GRADIENT_ONLY, type NamedVariant } from '../study/variants.js'
import type { AlphaStatistics, TrainingRun } from '../train/index.js'

/** A training run, and the variant that it is of. */
export interface ComparedRun extends Pick<TrainingRun, 'seed' | 'epochs' | 'outcome'> {
  readonly variant: string
}

/** What the runs of a variant come to. Accuracies are fractions in [0, 1]; diverged runs count in no mean. */
export interface VariantSummary {
  readonly variant: string
  readonly role: Role
  /** Runs that completed, and runs that diverged. */
  readonly completed: number
  readonly diverged: number
  /** Test accuracy after the last epoch; absent where no run completed, as the others are. */
  readonly finalAccuracy?: Spread
  /** Test accuracy after the best epoch, which the test set chose: an optimistic figure. */
  readonly bestAccuracy?: Spread
  /** Mean wall-clock seconds of training per epoch, evaluation apart. */
  readonly secondsPerEpoch?: number
  /** Alpha after the last epoch, averaged over runs. */
  readonly alpha?: AlphaStatistics
  /** The controls of its own rule that are among the variants, that with alpha = 1 first. */
  readonly controls: readonly string[]
  /** Paired gap of final accuracy to its controls, and to gradient-only plasticity, on the seeds that both completed. */
  readonly gaps: Readonly<Record<string, PairedGap>>
}

const isCompleted = (run: ComparedRun): boolean => run.outcome.status === 'completed'

const finalOf = (run: ComparedRun) => run.epochs.at(-1)
const finalAccuracy = (run: ComparedRun): number => finalOf(run)?.testAccuracy ?? Number.NaN
const bestAccuracy = (run: ComparedRun): number => Math.max(...run.epochs.map(epoch => epoch.testAccuracy))

const averageAlpha = (runs: readonly ComparedRun[]): AlphaStatistics | undefined => {
  const found = runs.flatMap(run => finalOf(run)?.alpha ?? [])
  if (found.length === 0) return undefined
  const average = (key: keyof AlphaStatistics) => mean(found.map(alpha => alpha[key]))
  return {
    mean: average('mean'),
    sd: average('sd'),
    min: Math.min(...found.map(alpha => alpha.min)),
    max: Math.max(...found.map(alpha => alpha.max)),
    nearLow: average('nearLow'),
    nearHigh: average('nearHigh'),
  }
}

const gapBetween = (
  ours: readonly ComparedRun[],
  theirs: readonly ComparedRun[],
  error: number,
): PairedGap | undefined => {
  const pairs = ours.flatMap(a =>
    theirs.filter(b => b.seed === a.seed).map(b => [finalAccuracy(a), finalAccuracy(b)] as const),
  )
  return pairs.length === 0 ? undefined : pairedGap(pairs, error)
}

/**
 * Summarizes runs, one summary for each variant, in the order of the rows.
 *
 * The intervals of the gaps hold together with 95 %: each of the `m` variants with plasticity that face a control has an
 * error of 5 % / m (Bonferroni), for the more variants one tries, the more of them look better by chance.
 *
 * @param rows the variants compared
 * @param runs all their runs, in any order
 * @example
 * summarize(rows, runs)[0]?.gaps['neuroplastic-alpha-one']?.mean // a fraction: 0.01 is a point
 */
export const summarize = (
  rows: readonly Pick<NamedVariant, 'name' | 'role' | 'controls'>[],
  runs: readonly ComparedRun[],
): readonly VariantSummary[] => {
  const completedOf = (variant: string) => runs.filter(run => run.variant === variant && isCompleted(run))
  const error = 0.05 / Math.max(1, rows.filter(row => row.role === 'plasticity').length)

  return rows.map(({ name, role, controls = [] }): VariantSummary => {
    const completed = completedOf(name)
    const gaps = [...controls, GRADIENT_ONLY]
      .filter(other => other !== name && rows.some(row => row.name === other))
      .flatMap(control => {
        const gap = gapBetween(completed, completedOf(control), error)
        return gap === undefined ? [] : [[control, gap] as const]
      })
    const alpha = averageAlpha(completed)
    return {
      variant: name,
      role,
      controls,
      completed: completed.length,
      diverged: runs.filter(run => run.variant === name && !isCompleted(run)).length,
      ...(completed.length > 0 && {
        finalAccuracy: spread(completed.map(finalAccuracy)),
        bestAccuracy: spread(completed.map(bestAccuracy)),
        secondsPerEpoch: mean(completed.flatMap(run => run.epochs.map(epoch => epoch.seconds))),
      }),
      ...(alpha && { alpha }),
      gaps: Object.fromEntries(gaps),
    }
  })
}
