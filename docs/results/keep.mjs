/**
 * Keeps of a finished study what `docs/results` has of it: `node docs/results/keep.mjs STUDY-FOLDER docs/results/NAME`.
 *
 * The page and the tables of runs, results and comparisons. Figures and formatted tables are in the page as well. The libraries that
 * draw them are the same in all pages: they lie in one file beside the folders.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [study, kept] = process.argv.slice(2)
if (study === undefined || kept === undefined) {
  process.stderr.write('usage: node docs/results/keep.mjs STUDY-FOLDER docs/results/NAME\n')
  process.exit(1)
}
const report = join(study, 'report')
mkdirSync(kept, { recursive: true })
for (const table of ['runs', 'results', 'comparisons'])
  copyFileSync(join(report, 'tables', `${table}.csv`), join(kept, `${table}.csv`))

// A script without attributes is a library.
const libraries = []
const page = readFileSync(join(report, 'report.html'), 'utf8').replaceAll(/<script>(.*?)<\/script>/gs, (_, text) => {
  libraries.push(text)
  return libraries.length === 1 ? '<script src="../libraries.js"></script>' : ''
})
writeFileSync(join(kept, 'report.html'), page)
writeFileSync(join(kept, '..', 'libraries.js'), libraries.join('\n;\n'))
