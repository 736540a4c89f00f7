/** What a study would run, as text. */
import Table from 'cli-table3'
import { claimsOf, withControls } from '../../study/controls.js'
import {
  candidatesOf,
  cellOf,
  cellsOf,
  type PlannedRun,
  plannedRuns,
  type Study,
  tuningRuns,
} from '../../study/index.js'
import { count, probability } from '../../study/report/text.js'
import { beyondReach, reachOf } from '../../study/statistics/claims.js'

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

/** How many of the runs are there for the controls. */
const controlText = (study: Study, runs: readonly PlannedRun[]): readonly string[] => {
  const { controls } = withControls(study)
  if (controls === false)
    return ['controls: none, as asked for: whether a modulation beats its own step size is not asked']
  const added = runs.filter(({ spec }) => !Object.hasOwn(study.variants, spec.variant)).length
  return [
    ...(added > 0 ? [`${count(added, 'run')} of them are of the controls made from the rules with plasticity`] : []),
    ...Object.entries(controls).flatMap(([variant, own]) =>
      own.length === 0 ? [`${variant} observes no alpha: whether it beats its own step size does not arise`] : [],
    ),
  ]
}

/** What is to be known of the number of seeds before anything runs: nothing where a claim can be made good. */
export const reachText = (study: Study): readonly string[] => {
  const reach = reachOf(study.seeds, claimsOf(study, cellsOf(study).length))
  const beyond = beyondReach(reach)
  return beyond
    ? [
        `With ${count(study.seeds, 'seed')} no claim can be made good, however large the gaps: p ${probability(reach.smallest)} at best, ${probability(reach.corrected)} after Holm's correction for ${count(reach.claims, 'claim')}. ${beyond.seedsNeeded} seeds could.`,
      ]
    : []
}

/**
 * The grid of a study: what `--dry-run` prints.
 *
 * @example
 * gridText(study) // a table of variants, then cells, seeds and how many runs that makes
 */
export const gridText = (study: Study): string => {
  const { name, description, selection, seeds, epochs, batchSize } = study
  const { variants } = withControls(study)
  const table = new Table({
    head: ['variant', 'role', selection === 'fixed' ? 'settings' : 'candidates'],
    style: { head: [], border: [] },
    colWidths: [28, 12, 76],
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
    ...controlText(study, [...tuning, ...final]),
    ...reachText(study),
    '',
  ].join('\n')
}
