/** What a table is, and its LaTeX. */
import type { Value } from './figure.js'

/** A table, as data: what it shows, and the numbers behind that. */
export interface Table {
  /** The stem of its files. */
  readonly id: string
  readonly title: string
  /** What the columns mean. */
  readonly note: string
  readonly columns: readonly { readonly head: string; readonly numeric: boolean }[]
  /** As shown, a text for each column. */
  readonly rows: readonly (readonly string[])[]
  readonly csvHeads: readonly string[]
  /** In full. */
  readonly csvRows: readonly (readonly Value[])[]
}

/** How a column is filled. */
export interface Column<A> {
  readonly head: string
  /** What is shown; `numeric` columns stand at the right. */
  readonly show: (row: A) => string
  readonly numeric?: boolean
  /** Columns of the CSV, by name. Default: what is shown, under the head. */
  readonly csv?: Readonly<Record<string, (row: A) => Value>>
}

/** A table of columns and rows; none where there are no rows. */
export const tableOf = <A>(
  { id, title, note }: Pick<Table, 'id' | 'title' | 'note'>,
  columns: readonly Column<A>[],
  rows: readonly A[],
): readonly Table[] => {
  const behind = columns.flatMap(({ head, show, csv }) => Object.entries(csv ?? { [head]: show }))
  return rows.length === 0
    ? []
    : [
        {
          id,
          title,
          note,
          columns: columns.map(({ head, numeric = false }) => ({ head, numeric })),
          rows: rows.map(row => columns.map(({ show }) => show(row))),
          csvHeads: behind.map(([head]) => head),
          csvRows: rows.map(row => behind.map(([, value]) => value(row))),
        },
      ]
}

const LATEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '±': '$\\pm$',
  '−': '$-$',
  '≤': '$\\leq$',
  '≥': '$\\geq$',
}

/**
 * Text that LaTeX prints as it is.
 *
 * @example
 * latexText('50 % of a_b') // '50 \\% of a\\_b'
 */
export const latexText = (text: string): string =>
  text.replaceAll(/[\\~^<>±−≤≥&%$#_{}]/g, character => LATEX[character] ?? `\\${character}`)

// A hyphen before a number is a minus.
const numberText = (text: string): string => latexText(text.replaceAll(/-(?=\d)/g, '−'))

/** The table in LaTeX, ready to paste; it wants `\usepackage{booktabs}`. */
export const latexTable = ({ id, title, note, columns, rows }: Table): string => {
  const line = (cells: readonly string[]) => `    ${cells.join(' & ')} \\\\\n`
  const body = rows.map(row =>
    line(row.map((text, i) => (columns[i]?.numeric === true ? numberText(text) : latexText(text)))),
  )
  return [
    '% \\usepackage{booktabs}\n',
    '\\begin{table}[htbp]\n  \\centering\n',
    `  \\caption{${latexText(`${title}. ${note}`)}}\n  \\label{tab:${id}}\n`,
    `  \\begin{tabular}{${columns.map(({ numeric }) => (numeric ? 'r' : 'l')).join('')}}\n    \\toprule\n`,
    line(columns.map(({ head }) => latexText(head))),
    '    \\midrule\n',
    ...body,
    '    \\bottomrule\n  \\end{tabular}\n\\end{table}\n',
  ].join('')
}
