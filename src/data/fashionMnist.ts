/** Loads Fashion-MNIST: the part that Plastax ships, the full set, or a folder of anything in its form. */
import { sequenceS } from 'fp-ts/lib/Apply.js'
import * as E from 'fp-ts/lib/Either.js'
import { flow, pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import {
  type Content,
  expectOfficialIfAny,
  expectReference,
  type FileKey,
  OFFICIAL,
  type PerFile,
  SHIPPED,
} from './checksums.js'
import { bothFaults, type DataError } from './error.js'
import { readFolder } from './files.js'
import { type Idx, parseIdx } from './idx.js'
import { type ImageSplits, imageSetFromIdx } from './imageSet.js'
import { findFullFashionMnist, GET_FULL, shippedFolder } from './places.js'
import { balancedSubset } from './subset.js'

/** Where images come from: a name, or a folder (one that is called `full` is `./full`). */
export type DataSource = 'shipped' | 'full' | (string & {})

/** Options of `loadFashionMnist`. */
export interface LoadOptions {
  /**
   * `'shipped'` (default): a fixed tenth of the training images, 600 of each class, and all test images. `'full'`: the
   * whole set, from the first of the usual places that has it. Else a folder with the four files, of which each may be
   * gzip-ed.
   */
  readonly source?: DataSource | undefined
  /** How much of the training images to take, from each class alike: in (0, 1], default 1. Test images are always all. */
  readonly fraction?: number | undefined
  /** Which of them: an integer, default 0. */
  readonly seed?: number | undefined
  /**
   * Whether content is compared with the checksums of Fashion-MNIST; default true. In a folder only files of official size
   * beside at least one official file are: MNIST passes, a damaged Fashion-MNIST does not. Set to false for a folder in
   * which labels or images of the official set were changed on purpose.
   */
  readonly verify?: boolean | undefined
}

type Verify = (contents: PerFile<Content>) => (key: FileKey, found: Content) => E.Either<DataError, Content>

interface Origin {
  readonly name: string
  readonly folder: string
  readonly verify: Verify
  /** What would be right where a file is at fault; by default what the fault itself says. */
  readonly remedy?: string
}

const against =
  (reference: typeof OFFICIAL): Verify =>
  () =>
  (key, found) =>
    expectReference(reference[key])(found)

const unverified: Verify = () => (_, found) => E.right(found)

const RESTORE = 'reinstall plastax: npm install --force plastax; in a checkout: git restore data'

const entries = (contents: PerFile<Content>) => Object.entries(contents) as [FileKey, Content][]

const originOf = (source: DataSource): TE.TaskEither<DataError, Origin> => {
  if (source === 'shipped')
    return pipe(
      shippedFolder,
      TE.map(folder => ({ name: source, folder, verify: against(SHIPPED), remedy: RESTORE })),
    )
  if (source === 'full')
    return pipe(
      findFullFashionMnist(),
      TE.map(folder => ({
        name: folder,
        folder,
        verify: against(OFFICIAL),
        remedy: `remove ${folder}, and if no other place has the set, ${GET_FULL}`,
      })),
    )
  return TE.right({ name: source, folder: source, verify: flow(entries, expectOfficialIfAny) })
}

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

/**
 * Loads Fashion-MNIST, or another set in its form: 28 x 28 grey images of ten classes in four IDX files.
 *
 * @param options where from, how much of the training images, and whether to compare checksums
 * @returns training and test images, or what is wrong: a file that is missing, truncated, damaged, of other dimensions,
 * labels that do not fit, or a fraction outside (0, 1]; `showDataError` has it in one line
 * @example
 * const shipped = await loadFashionMnist()()
 * const tenth = await loadFashionMnist({ source: 'full', fraction: 0.1, seed: 1 })()
 * const mnist = await loadFashionMnist({ source: '/data/mnist' })()
 * @see Xiao, Rasul and Vollgraf, Fashion-MNIST, arXiv 1708.07747
 */
export const loadFashionMnist = (options: LoadOptions = {}): TE.TaskEither<DataError, ImageSplits> => {
  const { source = 'shipped', fraction = 1, seed = 0, verify = true } = options
  return pipe(
    originOf(source),
    TE.chain(origin =>
      pipe(
        readFolder(origin.folder),
        TE.chainEitherK(splitsOf(origin.name, verify ? origin.verify : unverified)),
        TE.mapLeft(fault => ({ ...fault, remedy: origin.remedy ?? fault.remedy })),
      ),
    ),
    TE.chainEitherK(splits =>
      pipe(
        splits.train,
        balancedSubset(fraction, seed),
        E.map(train => ({ ...splits, train })),
      ),
    ),
  )
}
