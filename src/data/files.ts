/** Reads the four files of a data set from a folder. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { sequenceS } from 'fp-ts/lib/Apply.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { readPlain } from '../node/folder.js'
import type { Content } from './checksums.js'
import { bothFaults, type DataError, dataError } from './error.js'
import { decompressIdx } from './idx.js'
import { FILES, type PerFile } from './idxSets.js'

// At once; the faults of all are reported, not only those of the first.
const together = sequenceS(TE.getApplicativeTaskValidation(T.ApplyPar, { concat: bothFaults }))

const REMEDY =
  'name a folder with the four files train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and ' +
  't10k-labels-idx1-ubyte, each with or without .gz'

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  ENOTDIR: 'is not a folder',
  EISDIR: 'is a folder',
  EACCES: 'may not be read',
}

/** What hinders reading a file or a folder, in words. */
export const unreadable =
  (remedy: string) =>
  (file: string) =>
  (cause: unknown): DataError => {
    const { code = '', message } = cause as NodeJS.ErrnoException
    return dataError(file, reasons[code] ?? `cannot be read (${message})`, remedy)
  }

const faultOf = unreadable(REMEDY)

/**
 * The paths of the four files in a folder; where both forms of one are there, the gzip-ed.
 *
 * @returns the paths, or one fault that names all files that are missing
 */
export const findFiles = (folder: string): TE.TaskEither<DataError, PerFile<string>> =>
  pipe(
    TE.tryCatch(() => readdir(folder), faultOf(folder)),
    TE.chain(names => {
      const find = (name: string) => [`${name}.gz`, name].find(form => names.includes(form))
      const missing = Object.values(FILES).filter(name => find(name) === undefined)
      if (missing.length > 0)
        return TE.left(dataError(folder, `has no ${missing.join(', no ')}, with or without .gz`, REMEDY))
      const path = (name: string) => join(folder, find(name) ?? name)
      return TE.right({
        trainImages: path(FILES.trainImages),
        trainLabels: path(FILES.trainLabels),
        testImages: path(FILES.testImages),
        testLabels: path(FILES.testLabels),
      })
    }),
  )

/** Reads a file and decompresses it. */
export const readContent = (file: string): TE.TaskEither<DataError, Content> =>
  pipe(
    TE.tryCatch(() => readPlain(file), faultOf(file)),
    TE.chainEitherK(decompressIdx(file)),
    TE.map(content => ({ file, content })),
  )

/** Reads the four files of a folder. */
export const readFolder = (folder: string): TE.TaskEither<DataError, PerFile<Content>> =>
  pipe(
    findFiles(folder),
    TE.chain(({ trainImages, trainLabels, testImages, testLabels }) =>
      together({
        trainImages: readContent(trainImages),
        trainLabels: readContent(trainLabels),
        testImages: readContent(testImages),
        testLabels: readContent(testLabels),
      }),
    ),
  )
