/** Comparisons as a table, and how gaps are written. */
import type { CellResult } from '../statistics/cells.js'
import type { Comparison } from '../statistics/comparisons.js'
import { FEWEST_PAIRS } from '../statistics/gap.js'
import { EXACT_UP_TO } from '../statistics/signFlip.js'
import type { StudyResult } from '../types.js'
import { cellColumn, integer, NONE, number, text } from './columns.js'
import { type Table, tableOf } from './table.js'
import { gapText, probability } from './text.js'

/** How gaps are written where their numbers are read: the names of columns say the unit, points being percentage points. */
export const gapUnit = (metric: StudyResult['metric']) => {
  const [scale, unit, title] = metric === 'accuracy' ? [100, 'Points', 'percentage points'] : [1, 'Loss', 'loss']
  return {
    title,
    scaled: (gap: number | undefined) => (gap === undefined ? undefined : scale * gap),
    gap: `gap${unit}`,
    low: `low${unit}`,
    high: `high${unit}`,
  } as const
}

const signFlipText = (all: readonly Comparison[]): string =>
  all.every(({ gap }) => gap?.exact !== false)
    ? 'exact two-sided sign-flip test'
    : `two-sided sign-flip test, exact up to ${EXACT_UP_TO} seeds, from a sample of the patterns of signs above,`

/** The table of all comparisons. */
export const comparisonsTable = (
  metric: StudyResult['metric'],
  cells: readonly CellResult[],
  all: readonly Comparison[],
): readonly Table[] => {
  const shown = (value: number | undefined) => (value === undefined ? NONE : gapText(metric, value))
  const { scaled, gap, low, high } = gapUnit(metric)
  return tableOf<Comparison>(
    {
      id: 'comparisons',
      title: 'Comparisons',
      note: `Mean gap over the seeds that both finished, ${metric === 'accuracy' ? 'in percentage points of final accuracy' : 'in final loss'}, positive where the variant is better; 95 % bootstrap interval of that gap alone; ${signFlipText(all)} with the smallest p that the number of seeds can reach; p after Holm's correction over all comparisons with others than the variant's own controls, whose largest p is that of its claim; Cohen's d_z, the mean over the standard deviation of the gaps; interval and d_z from ${FEWEST_PAIRS} seeds on`,
    },
    [
      ...cellColumn(cells),
      text('variant', 'variant', ({ variant }) => variant),
      text('against', 'against', ({ against }) => against),
      {
        head: 'gap',
        numeric: true,
        show: row => shown(row.gap?.mean),
        csv: { [gap]: row => scaled(row.gap?.mean) },
      },
      {
        head: '95 % interval',
        numeric: true,
        show: ({ gap: found }) => (found?.interval ? found.interval.map(shown).join(' to ') : NONE),
        csv: { [low]: row => scaled(row.gap?.interval?.[0]), [high]: row => scaled(row.gap?.interval?.[1]) },
      },
      {
        head: 'seeds ahead',
        numeric: true,
        show: ({ gap: found }) =>
          found ? `${found.wins} of ${found.pairs}${found.ties > 0 ? `, ${found.ties} level` : ''}` : NONE,
        csv: { seeds: row => row.gap?.pairs, wins: row => row.gap?.wins, ties: row => row.gap?.ties },
      },
      {
        head: 'p',
        numeric: true,
        show: ({ gap: found }) => (found ? probability(found.p) : NONE),
        csv: { p: row => row.gap?.p, exact: row => row.gap?.exact },
      },
      {
        head: 'smallest p',
        numeric: true,
        show: ({ gap: found }) => (found ? probability(found.smallest) : NONE),
        csv: { smallestP: row => row.gap?.smallest },
      },
      {
        head: 'p (Holm)',
        numeric: true,
        show: ({ corrected }) => (corrected === undefined ? NONE : probability(corrected)),
        csv: { pHolm: ({ corrected }) => corrected },
      },
      number('d_z', 'dz', row => row.gap?.effect, 2),
      integer('diverged', 'diverged', ({ diverged }) => diverged),
    ],
    all,
  )
}
