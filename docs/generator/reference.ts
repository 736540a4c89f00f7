/** The reference: a page for each optimizer, an index, and the transforms. */
import { pipe } from 'fp-ts/lib/function.js'
import { groupBy } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import * as record from 'fp-ts/lib/ReadonlyRecord.js'
import type * as library from '../../src/index.js'
import * as variants from '../../src/neuroplastic/variants.js'
import * as catalogue from '../../src/optimizers/catalogue.js'
import { table } from '../../test/laws/table/index.js'
import { indexPage, optimizerPage, transformsPage } from './page.js'
import { type Entry, readDocstrings } from './read.js'

type Transform = library.GradientTransform<unknown>

/** Optimizers by name, each made with its defaults. */
const optimizers: Readonly<Record<string, Transform>> = {
  ...Object.fromEntries(Object.entries(catalogue).map(([name, make]) => [name, (make as () => Transform)()] as const)),
  ...Object.fromEntries(
    Object.entries(variants)
      .filter(([name]) => name !== 'settle' && name !== 'controlledNeuroPlastic')
      .map(([name, make]) => [name, (make as () => Transform)()] as const),
  ),
  controlledNeuroPlastic: variants.controlledNeuroPlastic('layerwise'),
}

/** Every transform of the library, in each setting of the law table. */
const all = pipe(
  table,
  groupBy(({ name }) => name),
  record.map(rows => rows.map(({ make }) => make())),
)

/** Pages by file name. */
export const reference = async (): Promise<Readonly<Record<string, string>>> => {
  const entries = (await readDocstrings()).filter(({ kind }) => kind === 'value')
  const entryOf = (name: string): Entry => {
    const found = entries.find(entry => entry.name === name)
    if (found === undefined) throw new Error(`the library does not export '${name}'`)
    return found
  }
  const described = Object.entries(optimizers)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, transform]) => [entryOf(name), transform] as const)
  const others = entries.filter(
    ({ name, file }) => !Object.hasOwn(optimizers, name) && file !== 'src/config/fromConfig.ts',
  )
  return {
    'README.md': indexPage(described, all),
    'transforms.md': transformsPage(
      others.filter(({ file }) => /^src\/(transform|neuroplastic|optimizers)\//.test(file)),
    ),
    ...Object.fromEntries(described.map(([entry, transform]) => [`${entry.name}.md`, optimizerPage(entry, transform)])),
  }
}
