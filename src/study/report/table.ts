/** What a table is, and its LaTeX. */
import type { Value } from './figure.js'
import { slug } from './text.js'

/** A table, as data: what it shows, and the numbers behind that. */
export interface Table {
  /** The stem of its files. */
  readonly id: string
  readonly title: string
  /** What the columns mean. */
  readonly note: string
  /** None where there is its CSV alone. */
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

// More rows than a page holds.
const LONG = 40

// As wide as it is, or as a line where it is wider. What breaks over pages cannot be measured: it is small.
const FIT = '\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}'

/**
 * The table in LaTeX, ready to paste; its first line says which packages it needs. A wide one is made smaller, a long one breaks
 * over pages.
 *
 * @param study its name, which keeps labels of several studies apart
 * @param cell where the study has only one
 */
export const latexTable = ({ id, title, note, columns, rows }: Table, study: string, cell?: string): string => {
  const line = (cells: readonly string[]) => `    ${cells.join(' & ')} \\\\\n`
  const head = `    \\toprule\n${line(columns.map(({ head }) => latexText(head)))}    \\midrule\n`
  const body = rows
    .map(row => line(row.map((text, i) => (columns[i]?.numeric === true ? numberText(text) : latexText(text)))))
    .join('')
  const where = [`${title}: study ${study}`, ...(cell === undefined ? [] : [cell])].join(', ')
  const caption = `  \\caption{${latexText(`${where}. ${note}`)}}\n  \\label{tab:${slug(study)}-${id}}`
  const form = columns.map(({ numeric }) => (numeric ? 'r' : 'l')).join('')
  return rows.length > LONG
    ? `% Needs \\usepackage{booktabs,longtable}
\\begingroup
  \\scriptsize\\setlength{\\tabcolsep}{2pt}
\\begin{longtable}{${form}}
${caption} \\\\
${head}    \\endfirsthead
${head}    \\endhead
    \\bottomrule
    \\endfoot
${body}\\end{longtable}
\\endgroup
`
    : `% Needs \\usepackage{booktabs,graphicx}
\\begin{table}[htbp]
  \\centering
${caption}
  ${FIT}{%
  \\begin{tabular}{${form}}
${head}${body}    \\bottomrule
  \\end{tabular}}
\\end{table}
`
}
