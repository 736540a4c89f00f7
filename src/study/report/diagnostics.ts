/** Diagnostics of runs, as series over epochs. */
import type { Diagnostics } from '../../train/diagnostics/types.js'
import type { EpochResult } from '../../train/index.js'
import type { Group } from '../statistics/cells.js'
import { spread } from '../statistics/gap.js'

/** A quantity that is read off an epoch, where it is there. */
export interface Quantity {
  readonly label: string
  readonly of: (epoch: EpochResult) => number | undefined
}

/** One point of a series: over the completed runs of a variant. */
export interface SeriesRow {
  readonly variant: string
  readonly quantity: string
  readonly epoch: number
  readonly mean: number
  /** Of the sample of runs; absent for a single one. */
  readonly sd?: number
  /** `mean` less and plus `sd`. */
  readonly low: number
  readonly high: number
  readonly seeds: number
}

/** A number of the diagnostics by its name. */
export const diagnostic =
  (key: keyof Diagnostics) =>
  (epoch: EpochResult): number | undefined =>
    epoch.diagnostics?.[key] as number | undefined

/** A norm, which is summed over the recorded steps, as a root mean square over them. */
export const norm =
  (key: keyof Diagnostics) =>
  (epoch: EpochResult): number | undefined => {
    const [total, steps] = [diagnostic(key)(epoch), diagnostic('steps')(epoch)]
    return total === undefined ? undefined : total / Math.sqrt(steps ?? 1)
  }

/** Quantities over epochs, for each variant, averaged over its completed runs. */
export const series = (groups: readonly Group[], quantities: readonly Quantity[]): readonly SeriesRow[] =>
  quantities.flatMap(({ label, of }) =>
    groups.flatMap(({ variant, completed }) => {
      const last = Math.max(0, ...completed.map(({ epochs }) => epochs.length))
      return Array.from({ length: last }, (_, i) => i + 1).flatMap(number => {
        const values = completed.flatMap(({ epochs }) => {
          const epoch = epochs.find(({ epoch }) => epoch === number)
          const value = epoch && of(epoch)
          return value !== undefined && Number.isFinite(value) ? [value] : []
        })
        if (values.length === 0) return []
        const { mean, sd } = spread(values)
        return [
          {
            variant,
            quantity: label,
            epoch: number,
            mean,
            ...(sd !== undefined && { sd }),
            low: mean - (sd ?? 0),
            high: mean + (sd ?? 0),
            seeds: values.length,
          },
        ]
      })
    }),
  )

/** A cell of the heat map: the part of all alphas in a bin, in one epoch. */
export interface HistogramRow {
  readonly variant: string
  readonly epoch: number
  readonly low: number
  readonly high: number
  readonly share: number
}

/** Histograms of alpha over epochs: the mean over the completed runs of each variant. */
export const alphaHistograms = (groups: readonly Group[]): readonly HistogramRow[] =>
  groups.flatMap(group => {
    const epochsOf = group.completed.flatMap(({ epochs }) => epochs)
    const [low, high] = epochsOf.find(({ diagnostics }) => diagnostics?.alphaBounds)?.diagnostics?.alphaBounds ?? [0, 0]
    const shares = epochsOf.flatMap(({ epoch, diagnostics }) => {
      const counts = diagnostics?.alphaHistogram
      const total = counts?.reduce((sum, count) => sum + count, 0) ?? 0
      return counts === undefined || total === 0 ? [] : [{ epoch, parts: counts.map(n => n / total) }]
    })
    const numbers = [...new Set(shares.map(({ epoch }) => epoch))].sort((a, b) => a - b)
    return numbers.flatMap(epoch => {
      const same = shares.filter(share => share.epoch === epoch)
      const bins = same[0]?.parts.length ?? 0
      const edge = (bin: number) => Number((low + ((high - low) * bin) / bins).toPrecision(6))
      return Array.from({ length: bins }, (_, bin) => ({
        variant: group.variant,
        epoch,
        low: edge(bin),
        high: edge(bin + 1),
        share: same.reduce((sum, { parts }) => sum + (parts[bin] as number), 0) / same.length,
      }))
    })
  })
