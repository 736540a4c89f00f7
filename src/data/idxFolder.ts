/** A folder of four IDX files, as two sets of images. */
import { sequenceS } from 'fp-ts/lib/Apply.js'
import * as E from 'fp-ts/lib/Either.js'
import { flow, pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type Content, expectPublishedIfAny, expectReference, type Published } from './checksums.js'
import { bothFaults, type DataError } from './error.js'
import { readFolder } from './files.js'
import { type Idx, parseIdx } from './idx.js'
import type { FileKey, PerFile } from './idxSets.js'
import { type ImageSplits, imageSetFromIdx } from './imageSet.js'

/** Looks at all files of a folder and gives the check of each. */
export type Verify = (contents: PerFile<Content>) => (key: FileKey, found: Content) => E.Either<DataError, Content>

/** A folder to load, and how. */
export interface Origin {
  /** What the splits tell they came from. */
  readonly name: string
  readonly folder: string
  readonly verify: Verify
  /** What would be right where a file is at fault; by default what the fault itself says. */
  readonly remedy?: string
}

/** Each file must be the one of a published set. */
export const against =
  (set: Published<FileKey>): Verify =>
  () =>
    expectReference(set)

const entries = (contents: PerFile<Content>) => Object.entries(contents) as [FileKey, Content][]

/** Where one file is of a published set, those of official size must all be. */
export const againstIfAny = (set: Published<FileKey>): Verify =>
  flow(entries, expectPublishedIfAny(set, 'official size'))

/** Nothing is compared. */
export const unverified: Verify = () => (_, found) => E.right(found)

// The faults of all parts are reported, not only those of the first.
const together = sequenceS(E.getApplicativeValidation({ concat: bothFaults }))

const splitsOf =
  (source: string, verify: Verify) =>
  (contents: PerFile<Content>): E.Either<DataError, ImageSplits> => {
    const check = verify(contents)
    const decode = (key: FileKey): E.Either<DataError, Idx> =>
      pipe(
        check(key, contents[key]),
        E.chain(({ file, content }) => parseIdx(file)(content)),
      )
    const file = (key: FileKey): string => contents[key].file
    return pipe(
      together({
        trainImages: decode('trainImages'),
        trainLabels: decode('trainLabels'),
        testImages: decode('testImages'),
        testLabels: decode('testLabels'),
      }),
      E.chain(idx =>
        together({
          train: imageSetFromIdx(file('trainImages'), file('trainLabels'))(idx.trainImages, idx.trainLabels),
          test: imageSetFromIdx(file('testImages'), file('testLabels'))(idx.testImages, idx.testLabels),
        }),
      ),
      E.map(({ train, test }) => ({ train, test, source })),
    )
  }

/** Reads, checks and decodes the four files; one fault names whatever is wrong with any of them. */
export const loadOrigin = ({ name, folder, verify, remedy }: Origin): TE.TaskEither<DataError, ImageSplits> =>
  pipe(
    readFolder(folder),
    TE.chainEitherK(splitsOf(name, verify)),
    TE.mapLeft(fault => ({ ...fault, remedy: remedy ?? fault.remedy })),
  )
