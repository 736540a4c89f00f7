/** The tables of a report. */
import { mean } from 'simple-statistics'
import type { CellResult, Group } from '../statistics/cells.js'
import type { Comparison } from '../statistics/comparisons.js'
import type { Rank } from '../statistics/ranking.js'
import { type EpochsTo, epochsToThresholds } from '../statistics/thresholds.js'
import type { RunRecord, StudyResult } from '../types.js'
import { cellColumn, type InCell, integer, last, number, spreadColumn, text } from './columns.js'
import { comparisonsTable } from './comparisons.js'
import { rankingTable } from './ranking.js'
import { runsTable } from './runs.js'
import { settingsTable, settingsText } from './settings.js'
import { type Column, type Table, tableOf } from './table.js'
import { valueText } from './text.js'

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
        show: ({ threshold }) => valueText(metric, threshold.value),
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

/** All tables of a report; one without rows is left out. */
export const tables = (
  result: StudyResult,
  cells: readonly CellResult[],
  all: readonly Comparison[],
  ranks: readonly Rank[],
): readonly Table[] => [
  ...resultsTable(cells),
  ...comparisonsTable(result.metric, cells, all),
  ...rankingTable(ranks, cells),
  ...thresholdsTable(result.metric, cells),
  ...settingsTable(result, cells),
  ...allSettingsTable(cells),
  ...costTable(cells),
  ...runsTable(cells),
]
