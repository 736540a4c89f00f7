/** The settings of variants, and what they were chosen by. */
import { canonical } from '../plan.js'
import type { CellResult } from '../statistics/cells.js'
import type { Settings, StudyResult } from '../types.js'
import { cellColumn, type InCell, NONE, text } from './columns.js'
import { type Column, type Table, tableOf } from './table.js'
import { fixed } from './text.js'

/** Settings as text: `'learningRate 0.1, plasticity.plasticityScale 2'`. */
export const settingsText = (settings: Settings): string => {
  const flat = (value: unknown, path: string): readonly string[] =>
    value !== null && typeof value === 'object'
      ? Object.entries(value).flatMap(([key, part]) => flat(part, path === '' ? key : `${path}.${key}`))
      : [`${path} ${String(value)}`]
  return flat(settings, '').join(', ')
}

interface SettingRow extends InCell {
  readonly variant: string
  readonly settings: Settings
  readonly score?: number
  readonly chosen: boolean
}

const SELECTED: Readonly<Record<StudyResult['selection'], string>> = {
  fixed: 'Settings were given, not selected',
  validation: 'Selected on examples put aside from training, with seeds of its own',
  test: 'Selected on the test set, as published: the results are optimistic',
  all: 'Every setting was run; the one with the best mean on the test set is reported, which is optimistic',
}

const scoreText = (metric: StudyResult['metric'], score: number | undefined): string =>
  score === undefined ? NONE : metric === 'accuracy' ? fixed(100 * score, 2) : fixed(-score, 4)

const scoreColumns = (metric: StudyResult['metric']): readonly Column<SettingRow>[] => [
  {
    head: 'score',
    numeric: true,
    show: ({ score }) => scoreText(metric, score),
    csv: { score: ({ score }) => (score === undefined || metric === 'accuracy' ? score : -score) },
  },
  { head: 'chosen', show: ({ chosen }) => (chosen ? 'yes' : ''), csv: { chosen: ({ chosen }) => chosen } },
]

/** The settings that are reported; where they were chosen, all candidates with their scores. */
export const settingsTable = (
  { metric, choices, selection }: StudyResult,
  cells: readonly CellResult[],
): readonly Table[] => {
  const rows = cells.flatMap(({ name: cell, variants }) =>
    variants.flatMap(({ variant, settings }) => {
      const choice = choices.find(choice => choice.variant === variant && choice.cell === cell)
      return (choice?.scores ?? [{ settings }]).map(
        (tried): SettingRow => ({ cell, variant, ...tried, chosen: canonical(tried.settings) === canonical(settings) }),
      )
    }),
  )
  // Of others the results have all scores.
  const chosen = choices.length > 0
  const score = `. The score is the mean ${metric === 'accuracy' ? 'accuracy in %' : 'loss'} over the seeds by which it was chosen; a dash where a run diverged`
  return tableOf<SettingRow>(
    { id: 'settings', title: 'Settings', note: `${SELECTED[selection]}${chosen ? score : ''}` },
    [
      ...cellColumn(cells),
      text('variant', 'variant', ({ variant }) => variant),
      text('settings', 'settings', ({ settings }) => settingsText(settings)),
      ...(chosen ? scoreColumns(metric) : []),
    ],
    rows,
  )
}
