/** How many epochs it takes to reach what others reach in the end. */
import { mean, median } from 'simple-statistics'
import type { EpochResult } from '../../train/index.js'
import type { RunRecord, StudyResult } from '../types.js'
import type { CellResult } from './cells.js'

/** A value to be reached, taken from the data. */
export interface Threshold {
  /** What it is: the mean after the last epoch of the worst of the variants, or of their median. */
  readonly of: 'worst' | 'median'
  /** An accuracy, or a loss. */
  readonly value: number
}

/** How soon the runs of a variant reach a threshold. */
export interface EpochsTo {
  readonly variant: string
  readonly threshold: Threshold
  /** Median over the runs; absent where half of them or more never reach it. */
  readonly epochs?: number
  readonly reached: number
  readonly runs: number
}

const reachedBy = (metric: StudyResult['metric'], { testAccuracy, testLoss }: EpochResult): number =>
  metric === 'accuracy' ? testAccuracy : testLoss

const firstEpoch = (metric: StudyResult['metric'], threshold: number, { epochs }: RunRecord): number =>
  epochs.find(epoch => {
    const value = reachedBy(metric, epoch)
    return metric === 'accuracy' ? value >= threshold : value <= threshold
  })?.epoch ?? Number.POSITIVE_INFINITY

/**
 * Epochs to the thresholds of a cell, for each variant with completed runs.
 *
 * @returns nothing where fewer than two variants completed a run: there is nobody to catch up with
 */
export const epochsToThresholds = (metric: StudyResult['metric'], { variants }: CellResult): readonly EpochsTo[] => {
  const present = variants.filter(({ completed }) => completed.length > 0)
  if (present.length < 2) return []
  const finals = present.map(({ completed }) =>
    mean(completed.map(({ epochs }) => reachedBy(metric, epochs.at(-1) as EpochResult))),
  )
  const worst = metric === 'accuracy' ? Math.min(...finals) : Math.max(...finals)
  const thresholds: readonly Threshold[] = [
    { of: 'worst', value: worst },
    { of: 'median', value: median(finals) },
  ]
  return thresholds.flatMap(threshold =>
    present.map(({ variant, runs, completed }) => {
      // A run that diverged has not stayed there.
      const first = runs.map(run =>
        completed.includes(run) ? firstEpoch(metric, threshold.value, run) : Number.POSITIVE_INFINITY,
      )
      const middle = median(first)
      return {
        variant,
        threshold,
        reached: first.filter(Number.isFinite).length,
        runs: first.length,
        ...(Number.isFinite(middle) && { epochs: middle }),
      }
    }),
  )
}
