/** The tables of a report. */
import { mean } from 'simple-statistics'
import { scoreOf } from '../plan.js'
import type { CellResult, Group } from '../statistics/cells.js'
import type { Comparison } from '../statistics/comparisons.js'
import type { Rank } from '../statistics/ranking.js'
import { type EpochsTo, epochsToThresholds } from '../statistics/thresholds.js'
import type { RunRecord, Settings, StudyResult } from '../types.js'
import { cellColumn, type InCell, integer, last, NONE, number, spreadColumn, spreadText, text } from './columns.js'
import type { Value } from './figure.js'
import { type Column, type Table, tableOf } from './table.js'
import { gapText, probability } from './text.js'

/** Settings as text: `'learningRate 0.1, plasticity.plasticityScale 2'`. */
export const settingsText = (settings: Settings): string => {
  const flat = (value: unknown, path: string): readonly string[] =>
    value !== null && typeof value === 'object'
      ? Object.entries(value).flatMap(([key, part]) => flat(part, path === '' ? key : `${path}.${key}`))
      : [`${path} ${String(value)}`]
  return flat(settings, '').join(', ')
}

interface GroupRow extends InCell {
  readonly group: Group
}

const measured: readonly Column<GroupRow>[] = [
  spreadColumn('final accuracy, %', 'finalAccuracy', run => last(run).testAccuracy, 2, 100),
  spreadColumn(
    'best accuracy, %',
    'bestAccuracy',
    ({ epochs }) => Math.max(...epochs.map(({ testAccuracy }) => testAccuracy)),
    2,
    100,
  ),
  spreadColumn('final loss', 'finalLoss', run => last(run).testLoss, 4),
  integer('seeds', 'seeds', ({ group }) => group.completed.length),
  integer('diverged', 'diverged', ({ group }) => group.runs.length - group.completed.length),
]

const resultsTable = (cells: readonly CellResult[]): readonly Table[] =>
  tableOf<GroupRow>(
    {
      id: 'results',
      title: 'Final results',
      note: 'Mean ± standard deviation over the seeds that completed, on the test set. The best accuracy is that of the best epoch, which the test set picked: an optimistic figure',
    },
    [
      ...cellColumn(cells),
      text('variant', 'variant', ({ group }) => group.variant),
      text('role', 'role', ({ group }) => group.role),
      ...measured,
    ],
    cells.flatMap(({ name, variants }) => variants.map(group => ({ cell: name, group }))),
  )

/** Every setting, where there are several of a variant in a cell. */
const allSettingsTable = (cells: readonly CellResult[]): readonly Table[] =>
  cells.every(({ variants, groups }) => groups.length === variants.length)
    ? []
    : tableOf<GroupRow>(
        {
          id: 'all-settings',
          title: 'Results of all settings',
          note: 'As in the results, for every setting that was run',
        },
        [
          ...cellColumn(cells),
          text('variant', 'variant', ({ group }) => group.variant),
          text('settings', 'settings', ({ group }) => settingsText(group.settings)),
          ...measured,
        ],
        cells.flatMap(({ name, groups }) => groups.map(group => ({ cell: name, group }))),
      )

const comparisonsTable = (
  metric: StudyResult['metric'],
  cells: readonly CellResult[],
  all: readonly Comparison[],
): readonly Table[] => {
  const gap = (value: number | undefined) => (value === undefined ? NONE : gapText(metric, value))
  return tableOf<Comparison>(
    {
      id: 'comparisons',
      title: 'Comparisons',
      note: `Mean gap over the seeds that both finished, ${metric === 'accuracy' ? 'in percentage points of final accuracy' : 'in final loss'}, positive where the variant is better; 95 % bootstrap interval of that gap alone; exact two-sided sign-flip test with the smallest p that the number of seeds can reach; p after Holm's correction over all comparisons of the study; Cohen's d_z, the mean over the standard deviation of the gaps`,
    },
    [
      ...cellColumn(cells),
      text('variant', 'variant', ({ variant }) => variant),
      text('against', 'against', ({ against }) => against),
      {
        head: 'gap',
        numeric: true,
        show: row => gap(row.gap?.mean),
        csv: { gap: row => row.gap?.mean },
      },
      {
        head: '95 % interval',
        numeric: true,
        show: ({ gap: found }) => (found?.interval ? found.interval.map(gap).join(' to ') : NONE),
        csv: { low: row => row.gap?.interval?.[0], high: row => row.gap?.interval?.[1] },
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

interface SettingRow extends InCell {
  readonly variant: string
  readonly settings: Settings
  readonly score: number | undefined
  readonly chosen: boolean
}

const SELECTED: Readonly<Record<StudyResult['selection'], string>> = {
  fixed: 'Settings were given, not selected',
  validation: 'Selected on examples put aside from training, with seeds of its own',
  test: 'Selected on the test set, as published: the results are optimistic',
  all: 'Every setting was run; the one with the best mean on the test set is reported, which is optimistic',
}

const scoreText = (metric: StudyResult['metric'], score: number | undefined): string =>
  score === undefined ? NONE : metric === 'accuracy' ? (100 * score).toFixed(2) : (-score).toFixed(4)

const settingsTable = ({ metric, choices, selection }: StudyResult, cells: readonly CellResult[]): readonly Table[] => {
  const rows = cells.flatMap(({ name, variants }) =>
    variants.flatMap(({ variant, settings, completed }): readonly SettingRow[] => {
      const choice = choices.find(choice => choice.variant === variant && choice.cell === name)
      const chosen = settingsText(settings)
      if (choice === undefined || choice.scores.length === 0) {
        const scores = completed.flatMap(run => scoreOf(metric, run) ?? [])
        return [{ cell: name, variant, settings, score: scores.length > 0 ? mean(scores) : undefined, chosen: true }]
      }
      return choice.scores.map(({ settings, score }) => ({
        cell: name,
        variant,
        settings,
        score,
        chosen: settingsText(settings) === chosen,
      }))
    }),
  )
  return tableOf<SettingRow>(
    {
      id: 'settings',
      title: 'Settings',
      note: `${SELECTED[selection]}. The score is the mean ${metric === 'accuracy' ? 'accuracy in %' : 'loss'} over the seeds by which it was chosen; a dash where a run diverged`,
    },
    [
      ...cellColumn(cells),
      text('variant', 'variant', ({ variant }) => variant),
      text('settings', 'settings', ({ settings }) => settingsText(settings)),
      {
        head: 'score',
        numeric: true,
        show: ({ score }) => scoreText(metric, score),
        csv: { score: ({ score }) => (score === undefined || metric === 'accuracy' ? score : -score) },
      },
      { head: 'chosen', show: ({ chosen }) => (chosen ? 'yes' : ''), csv: { chosen: ({ chosen }): Value => chosen } },
    ],
    rows,
  )
}

const thresholdsTable = (metric: StudyResult['metric'], cells: readonly CellResult[]): readonly Table[] =>
  tableOf<EpochsTo & InCell>(
    {
      id: 'epochs-to-threshold',
      title: 'Epochs to a threshold',
      note: `Median over seeds of the first epoch that reaches the mean final ${metric} of the worst variant of the cell, or of the median of its variants; a dash where half of the seeds or more never do`,
    },
    [
      ...cellColumn(cells),
      text('variant', 'variant', ({ variant }) => variant),
      text('threshold', 'threshold', ({ threshold }) => `${threshold.of} variant`),
      {
        head: metric,
        numeric: true,
        show: ({ threshold: { value } }) =>
          metric === 'accuracy' ? `${(100 * value).toFixed(2)} %` : value.toFixed(4),
        csv: { value: ({ threshold }) => threshold.value },
      },
      number('epochs', 'epochs', ({ epochs }) => epochs, 1),
      {
        head: 'reached by',
        numeric: true,
        show: ({ reached, runs }) => `${reached} of ${runs}`,
        csv: { reached: ({ reached }) => reached, seeds: ({ runs }) => runs },
      },
    ],
    cells.flatMap(cell => epochsToThresholds(metric, cell).map(row => ({ ...row, cell: cell.name }))),
  )

const costTable = (cells: readonly CellResult[]): readonly Table[] => {
  const seconds = ({ group }: GroupRow) => {
    const all = group.runs.flatMap(({ epochs }) => epochs.map(epoch => epoch.seconds)).filter(Number.isFinite)
    return all.length === 0 ? undefined : mean(all)
  }
  const first = ({ group }: GroupRow) => group.runs[0] as RunRecord
  return tableOf<GroupRow>(
    {
      id: 'cost',
      title: 'Cost',
      note: 'Optimizer state beside the parameters; wall-clock time of training, evaluation apart, as it was on the machines that ran it, recording of diagnostics included',
    },
    [
      ...cellColumn(cells),
      text('variant', 'variant', ({ group }) => group.variant),
      integer('parameters', 'parameters', row => first(row).parameters),
      integer('state, bytes', 'stateBytes', row => first(row).stateBytes),
      number('bytes per parameter', 'bytesPerParameter', row => first(row).stateBytes / first(row).parameters, 2),
      number('s per epoch', 'secondsPerEpoch', seconds, 2),
      number(
        'ns per parameter and epoch',
        'nanosecondsPerParameterAndEpoch',
        row => {
          const time = seconds(row)
          return time === undefined ? undefined : (1e9 * time) / first(row).parameters
        },
        0,
      ),
    ],
    cells.flatMap(({ name, variants }) => variants.map(group => ({ cell: name, group }))),
  )
}

const rankingTable = (ranks: readonly Rank[]): readonly Table[] =>
  tableOf<Rank>(
    {
      id: 'ranking',
      title: 'Ranking',
      note: 'Mean rank ± standard deviation over all cells and seeds, 1 is best; diverged runs come last, equal ones share their places',
    },
    [
      text('variant', 'variant', ({ variant }) => variant),
      {
        head: 'mean rank',
        numeric: true,
        show: ({ rank }) => spreadText(rank, 2),
        csv: { rankMean: ({ rank }) => rank.mean, rankSd: ({ rank }) => rank.sd },
      },
      integer('seeds', 'seeds', ({ blocks }) => blocks),
    ],
    ranks,
  )

/** All tables of a report; one without rows is left out. */
export const tables = (
  result: StudyResult,
  cells: readonly CellResult[],
  all: readonly Comparison[],
  ranks: readonly Rank[],
): readonly Table[] => [
  ...resultsTable(cells),
  ...comparisonsTable(result.metric, cells, all),
  ...rankingTable(ranks),
  ...thresholdsTable(result.metric, cells),
  ...settingsTable(result, cells),
  ...allSettingsTable(cells),
  ...costTable(cells),
]
