/** The usual columns of tables. */
import type { EpochResult } from '../../train/index.js'
import type { CellResult, Group } from '../statistics/cells.js'
import { type Spread, spread } from '../statistics/gap.js'
import type { RunRecord } from '../types.js'
import type { Column } from './table.js'
import { fixed } from './text.js'

/** What stands for a number that is not there. */
export const NONE = '–'

/** The last epoch of a completed run. */
export const last = ({ epochs }: RunRecord) => epochs.at(-1) as EpochResult

/** Mean and deviation of the runs that have such a number. */
const spreadOf = (runs: readonly RunRecord[], value: (run: RunRecord) => number): Spread | undefined => {
  const values = runs.map(value).filter(Number.isFinite)
  return values.length === 0 ? undefined : spread(values)
}

/** `'87.63 ± 0.36'`. */
export const spreadText = (found: Spread | undefined, digits: number, scale = 1): string =>
  found === undefined
    ? NONE
    : fixed(scale * found.mean, digits) + (found.sd === undefined ? '' : ` ± ${fixed(scale * found.sd, digits)}`)

/** A column of means and standard deviations over the completed runs. */
export const spreadColumn = <A extends { readonly group: Group }>(
  head: string,
  name: string,
  value: (run: RunRecord) => number,
  digits: number,
  scale = 1,
): Column<A> => ({
  head,
  numeric: true,
  show: ({ group }) => spreadText(spreadOf(group.completed, value), digits, scale),
  csv: {
    [`${name}Mean`]: ({ group }) => spreadOf(group.completed, value)?.mean,
    [`${name}Sd`]: ({ group }) => spreadOf(group.completed, value)?.sd,
  },
})

/** A row that is of a cell. */
export type InCell = { readonly cell: string }

/** A column of text. */
export const text = <A>(head: string, name: string, value: (row: A) => string): Column<A> => ({
  head,
  show: value,
  csv: { [name]: value },
})

/** A column of whole numbers. */
export const integer = <A>(head: string, name: string, value: (row: A) => number): Column<A> => ({
  head,
  numeric: true,
  show: row => String(value(row)),
  csv: { [name]: value },
})

/** A column of numbers with so many digits, a dash where there is none. */
export const number = <A>(
  head: string,
  name: string,
  value: (row: A) => number | undefined,
  digits: number,
): Column<A> => ({
  head,
  numeric: true,
  show: row => {
    const found = value(row)
    return found === undefined ? NONE : fixed(found, digits)
  },
  csv: { [name]: value },
})

/** The cell is worth a column where there are several. */
export const cellColumn = (cells: readonly CellResult[]): readonly Column<InCell>[] =>
  cells.length > 1 ? [text('cell', 'cell', ({ cell }) => cell)] : []
