/** Every run in a row: what all means, gaps and p of a report follow from. */
import { canonical } from '../plan.js'
import type { CellResult } from '../statistics/cells.js'
import type { RunRecord } from '../types.js'
import { type InCell, last } from './columns.js'
import type { Value } from './figure.js'
import type { Table } from './table.js'

interface RunRow extends InCell {
  readonly run: RunRecord
  readonly reported: boolean
}

const finalOf = ({ run }: RunRow) => (run.outcome.status === 'completed' ? last(run) : undefined)

const COLUMNS: Readonly<Record<string, (row: RunRow) => Value>> = {
  cell: ({ cell }) => cell,
  variant: ({ run }) => run.spec.variant,
  seed: ({ run }) => run.spec.seed,
  settings: ({ run }) => canonical(run.spec.settings),
  reported: ({ reported }) => reported,
  outcome: ({ run }) => run.outcome.status,
  epochs: ({ run }) => run.epochs.length,
  finalAccuracy: row => finalOf(row)?.testAccuracy,
  finalLoss: row => finalOf(row)?.testLoss,
  seconds: ({ run }) => run.epochs.reduce((sum, { seconds }) => sum + seconds, 0),
}

/** The table of all final runs: a CSV alone, for it may have thousands of rows. */
export const runsTable = (cells: readonly CellResult[]): readonly Table[] => {
  const rows = cells.flatMap(({ name: cell, variants, groups }) =>
    groups.flatMap(group => group.runs.map(run => ({ cell, run, reported: variants.includes(group) }))),
  )
  return rows.length === 0
    ? []
    : [
        {
          id: 'runs',
          title: 'Runs',
          note: 'Every run, by cell, variant, settings and seed: those that are reported give the means, gaps and p above. Accuracy and loss are those on the test set after the last epoch, the seconds those of training',
          columns: [],
          rows: [],
          csvHeads: Object.keys(COLUMNS),
          csvRows: rows.map(row => Object.values(COLUMNS).map(value => value(row))),
        },
      ]
}
