/** What a study would run, as text. */
import Table from 'cli-table3'
import { candidatesOf, cellOf, cellsOf, plannedRuns, type Study, tuningRuns } from '../../study/index.js'
import { count } from '../../study/report/text.js'

const brief = (settings: object): string =>
  Object.entries(settings)
    .map(([name, value]) => (typeof value === 'object' && value !== null ? brief(value) : `${name} ${value}`))
    .join(', ')

const selections = {
  fixed: 'settings: as given',
  validation: 'settings: chosen on validation examples',
  test: 'settings: chosen on the test set, as published, which is optimistic',
  all: 'settings: all of them are run and reported',
} as const

/**
 * The grid of a study: what `--dry-run` prints.
 *
 * @example
 * gridText(study) // a table of variants, then cells, seeds and how many runs that makes
 */
export const gridText = (study: Study): string => {
  const { name, description, variants, selection, seeds, epochs, batchSize } = study
  const table = new Table({
    head: ['variant', 'role', selection === 'fixed' ? 'settings' : 'candidates'],
    style: { head: [], border: [] },
    colWidths: [20, 12, 84],
    wordWrap: true,
  })
  for (const [variant, row] of Object.entries(variants)) {
    const settings = selection === 'fixed' ? [row.settings] : candidatesOf(row)
    const first = `${brief(settings[0] as object)}${settings.length > 1 ? `\nto ${brief(settings.at(-1) as object)}\n(${settings.length} in all)` : ''}`
    table.push([variant, row.role, first])
  }
  const [tuning, final] = [tuningRuns(study), plannedRuns(study, [])]
  const passes = [...tuning, ...final].reduce((total, { spec }) => total + spec.epochs * spec.fraction, 0)
  return [
    `${name}${description === '' ? '' : `: ${description}`}`,
    table.toString(),
    `cells: ${cellsOf(study).map(cellOf).join('; ')}`,
    selections[selection],
    `${count(seeds, 'seed')}, ${count(epochs, 'epoch')}, batches of ${batchSize}`,
    `${tuning.length > 0 ? `${count(tuning.length, 'run')} to choose settings, ` : ''}${count(final.length, 'final run')}: ${Number(passes.toPrecision(4))} passes over a whole training set`,
    '',
  ].join('\n')
}
