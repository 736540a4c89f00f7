/** Where data sets are: the part that Plastax ships, and the usual places of the full set. */
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type DataError, dataError } from './error.js'
import { findFiles, readContent } from './files.js'
import { FASHION_MNIST } from './idxSets.js'

const NAME = 'fashion-mnist'
const DEBIAN = `/usr/share/datasets/${NAME}`

/** How to get the full set, in words that end a `DataError`. */
export const GET_FULL =
  `run: apt-get install dataset-fashion-mnist (it installs into ${DEBIAN}), ` +
  `or put the four files of https://github.com/zalandoresearch/fashion-mnist into ~/.keras/datasets/${NAME}`

/** Where sets are looked for. */
export interface Where {
  /** The working folder; by default that of the process. */
  readonly cwd?: string
  /** Environment variables; by default those of the process. */
  readonly env?: NodeJS.ProcessEnv
}

const isPlastax = (manifest: string): boolean => {
  try {
    return JSON.parse(manifest).name === 'plastax'
  } catch {
    return false
  }
}

const rootAbove = async (folder: string): Promise<string> => {
  const manifest = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '')
  if (isPlastax(manifest)) return folder
  const parent = dirname(folder)
  if (parent === folder) throw new Error('no package.json of plastax above this module')
  return rootAbove(parent)
}

/** The folder of the data that Plastax ships, found from where this module is: in `src`, or compiled in `dist`. */
export const shippedFolder: TE.TaskEither<DataError, string> = pipe(
  TE.tryCatch(
    () => rootAbove(dirname(fileURLToPath(import.meta.url))),
    () =>
      dataError(
        `src/data/images/${NAME}`,
        'cannot be found: this module is not inside the package plastax (is it bundled?)',
        'name a folder with the data, or leave plastax out of the bundle',
      ),
  ),
  TE.map(root => join(root, 'src', 'data', 'images', NAME)),
)

/**
 * The folders in which a full Fashion-MNIST usually is, in the order in which they are looked through: that of
 * `$PLASTAX_DATA`, the working folder's, those of PyTorch and Keras, and Debian's.
 *
 * @param env environment variables; by default those of the process
 * @example
 * usualPlaces({ PLASTAX_DATA: '/data' })[0] // '/data/fashion-mnist'
 */
export const usualPlaces = (env: NodeJS.ProcessEnv = process.env): readonly string[] => [
  ...(env.PLASTAX_DATA ? [join(env.PLASTAX_DATA, NAME)] : []),
  join('data', NAME),
  join('data', 'FashionMNIST', 'raw'),
  join(homedir(), '.keras', 'datasets', NAME),
  DEBIAN,
]

const nowhere = (places: readonly string[]): DataError =>
  dataError('Fashion-MNIST', `the full set is in none of ${places.join(', ')}`, GET_FULL)

/** The first that is there, looked for one after another; else the fault given. */
export const firstOf = <A>(
  candidates: readonly TE.TaskEither<DataError, A>[],
  none: DataError,
): TE.TaskEither<DataError, A> =>
  pipe(
    candidates.reduce(
      (found, next) =>
        pipe(
          found,
          TE.alt(() => next),
        ),
      TE.left(none),
    ),
    TE.mapLeft(() => none),
  )

const isFull = (folder: string): TE.TaskEither<DataError, string> =>
  pipe(
    findFiles(folder),
    TE.chain(({ trainLabels }) => readContent(trainLabels)),
    TE.filterOrElse(
      ({ content }) => content.length === FASHION_MNIST.files.trainLabels.bytes,
      () => dataError(folder, 'has not 60000 training labels', GET_FULL),
    ),
    TE.map(() => folder),
  )

/**
 * The first folder that has the full set: all four files, and 60,000 training labels, so that the part which Plastax ships
 * is not taken for it.
 *
 * @param places folders to look in, in this order; by default the usual ones
 * @returns the folder, or a fault that lists where was looked and says how to get the set
 * @example
 * await findFullFashionMnist()() // right('/usr/share/datasets/fashion-mnist')
 */
export const findFullFashionMnist = (places: readonly string[] = usualPlaces()): TE.TaskEither<DataError, string> =>
  firstOf(places.map(isFull), nowhere(places))
