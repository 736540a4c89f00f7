/** Ranks of variants over cells and seeds. */
import { mean } from 'simple-statistics'
import { scoreOf } from '../plan.js'
import type { StudyResult } from '../types.js'
import { type CellResult, groupBy } from './cells.js'
import { type Spread, spread } from './gap.js'

/** Where a variant stands among the others. */
export interface Rank {
  readonly variant: string
  /** Over all blocks; 1 is best. */
  readonly rank: Spread
  /** How many seeds of all cells that is the mean of. */
  readonly blocks: number
  readonly cells: readonly { readonly cell: string; readonly rank: number }[]
}

/** Ranks, 1 for the highest; equal values share the mean of their places. */
export const ranks = (values: readonly number[]): readonly number[] =>
  values.map(value => {
    const above = values.filter(other => other > value).length
    const level = values.filter(other => other === value).length
    return above + (level + 1) / 2
  })

/**
 * Ranks the variants that were run in every cell on each seed of each cell, from the lowest mean rank to the highest. Diverged
 * runs come last; a seed that some of the variants lack, or all
 * diverged on, is left out.
 *
 * @returns nothing where fewer than two variants can be ranked
 */
export const ranking = (metric: StudyResult['metric'], cells: readonly CellResult[]): readonly Rank[] => {
  const everywhere = (cells[0]?.variants ?? [])
    .map(({ variant }) => variant)
    .filter(name => cells.every(({ variants }) => variants.some(({ variant }) => variant === name)))
  const places = cells.flatMap(({ name: cell, variants }) => {
    const groups = variants.filter(({ variant }) => everywhere.includes(variant))
    const seeds = new Set(groups.flatMap(({ runs }) => runs.map(({ spec }) => spec.seed)))
    return [...seeds].flatMap(seed => {
      const runs = groups.flatMap(group => group.runs.filter(({ spec }) => spec.seed === seed))
      if (runs.length < groups.length || runs.every(({ outcome }) => outcome.status !== 'completed')) return []
      const order = ranks(runs.map(run => scoreOf(metric, run) ?? -Infinity))
      return groups.map(({ variant }, i) => ({ variant, cell, rank: order[i] as number }))
    })
  })
  if (everywhere.length < 2) return []
  return groupBy(places, ({ variant }) => variant)
    .map(own => ({
      variant: (own[0] as (typeof own)[number]).variant,
      rank: spread(own.map(({ rank }) => rank)),
      blocks: own.length,
      cells: groupBy(own, ({ cell }) => cell).map(inCell => ({
        cell: (inCell[0] as (typeof inCell)[number]).cell,
        rank: mean(inCell.map(({ rank }) => rank)),
      })),
    }))
    .toSorted((a, b) => a.rank.mean - b.rank.mean)
}
