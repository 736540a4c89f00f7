/** Every data set by its name. */

import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { options } from '../schema/index.js'
import { loadCifar10 } from './cifar10/load.js'
import { type DataSet, dataSetOf, type PrepareOptions, prepare, prepareOptions } from './dataSet.js'
import { type DataError, dataError } from './error.js'
import { loadFashionMnist } from './fashionMnist.js'
import { type FolderOptions, folderOptions, loadMnist } from './mnist.js'
import { blobs } from './synthetic/blobs.js'
import { teacherLabels } from './synthetic/teacher.js'

const dataSetOptions = options({ ...folderOptions.fields, ...prepareOptions.fields })

/** Options of `loadDataSet`. Those of where a set is have no meaning for one that is computed. */
export interface DataSetOptions extends PrepareOptions, FolderOptions {}

type Load = (options: FolderOptions) => TE.TaskEither<DataError, DataSet>

// The usual place of a set that is not shipped has all of it.
const whole = ({ source, ...options }: FolderOptions): FolderOptions => ({
  ...options,
  ...(source !== 'full' && { source }),
})

const loaders = {
  'fashion-mnist': options => pipe(loadFashionMnist(options), TE.map(dataSetOf('fashion-mnist'))),
  mnist: options => pipe(loadMnist(whole(options)), TE.map(dataSetOf('mnist'))),
  cifar10: options => pipe(loadCifar10(whole(options)), TE.map(dataSetOf('cifar10'))),
  blobs: () => TE.fromEither(blobs()),
  'teacher-student': () => TE.fromEither(teacherLabels()),
} as const satisfies Record<string, Load>

const grey = { inputShape: [28, 28, 1], classes: 10 }
const row = { inputShape: [32], classes: 10 }
const forms: Readonly<Record<keyof typeof loaders, Pick<DataSet, 'inputShape' | 'classes'>>> = {
  'fashion-mnist': grey,
  mnist: grey,
  cifar10: { inputShape: [32, 32, 3], classes: 10 },
  blobs: row,
  'teacher-student': row,
}

/** A data set that `loadDataSet` knows. */
export type DataSetName = keyof typeof loaders

/** The names that `loadDataSet` knows. */
export const dataSetNames = Object.keys(loaders) as readonly DataSetName[]

const isName = (name: string): name is DataSetName => Object.hasOwn(loaders, name)

/** What the examples of a set are like, known before it is loaded. */
export const formOf = (name: DataSetName): Pick<DataSet, 'inputShape' | 'classes'> => forms[name]

/** Whether a set is made rather than read: then it has no source. */
export const isComputed = (name: DataSetName): boolean => name === 'blobs' || name === 'teacher-student'

/**
 * Loads a data set by its name, and prepares it.
 *
 * `'fashion-mnist'` is the tenth that Plastax ships unless `source` is `'full'` or a folder; `'mnist'` and `'cifar10'` are
 * looked for in the usual places unless it is a folder (`'full'` is what they are); `'blobs'` and `'teacher-student'` are computed with their default
 * settings (for others: `blobs`, `teacherLabels` and `prepare`).
 *
 * @param name one of `dataSetNames`; anything else is an error that lists them
 * @param options where it is, and what is done to it: see `FolderOptions` and `PrepareOptions`
 * @returns the set, the same for the same arguments, or what is wrong, with the command or folder that mends it
 * @example
 * const cifar = await loadDataSet('cifar10', { fraction: 0.1, validation: 0.1, labelNoise: 0.2, seed: 1 })()
 */
export const loadDataSet = (
  // Any text, since names come from configurations too; the union is for completion.
  name: DataSetName | (string & {}),
  given: DataSetOptions = {},
): TE.TaskEither<DataError, DataSet> => {
  const { source, verify, ...own } = dataSetOptions.read('loadDataSet', given)
  return isName(name)
    ? pipe((loaders[name] as Load)({ source, verify }), TE.chainEitherK(prepare(own)))
    : TE.left(dataError('data', `is '${name}'`, `use one of ${dataSetNames.join(', ')}`))
}
