/** Writing a report: a page, and a file or two for each figure and table. */
import { basename, dirname, join } from 'node:path'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { replaceInside } from '../../node/folder.js'
import type { StudyResult } from '../types.js'
import { csv } from './csv.js'
import type { Figure, Value } from './figure.js'
import { page } from './page.js'
import { type Report, reportOf } from './report.js'
import { svgOf } from './svg.js'
import { latexTable } from './table.js'

const figureCsv = ({ rows }: Figure): string => {
  const heads = [...new Set(rows.flatMap(row => Object.keys(row)))]
  return csv(
    heads,
    rows.map(row => heads.map((head): Value => row[head])),
  )
}

/** Rendered one after another, as `svgOf` wants it. */
const filesOf = async (report: Report): Promise<readonly (readonly [path: string, text: string])[]> => {
  const [cell, ...others] = report.findings.cells
  const only = others.length === 0 ? cell?.cell : undefined
  const figures: (readonly [string, string])[] = []
  for (const figure of report.figures)
    figures.push([`figures/${figure.id}.svg`, await svgOf(figure)], [`figures/${figure.id}.csv`, figureCsv(figure)])
  return [
    ...figures,
    ...report.tables.flatMap(table => [
      [`tables/${table.id}.csv`, csv(table.csvHeads, table.csvRows)] as const,
      ...(table.columns.length === 0
        ? []
        : [[`tables/${table.id}.tex`, latexTable(table, report.name, only)] as const]),
    ]),
    // Last, so that whoever sees the page finds what it links to.
    ['report.html', await page(report)],
  ]
}

/**
 * Writes the report of a study: `report.html`, `figures/*.svg` and `.csv`, `tables/*.csv` and `.tex`, each file whole. The same
 * result gives the same bytes. Files of an earlier report that this one does not have are left.
 *
 * @param folder made where it is not there; not written where it is a link that leads out of the folder that it is in
 * @returns the paths of the files written, or a sentence that says which folder could not be written and why
 * @example
 * await writeReport(result, 'out/report')()
 */
export const writeReport = (result: StudyResult, folder: string): TE.TaskEither<string, readonly string[]> =>
  TE.tryCatch(
    async () => {
      const files = await filesOf(reportOf(result))
      for (const [name, text] of files) await replaceInside(dirname(folder), join(basename(folder), name), text)
      return files.map(([name]) => join(folder, name))
    },
    cause => `cannot write the report to '${folder}': ${(cause as Error).message}`,
  )
