/** Loads Fashion-MNIST: the part that Plastax ships, the full set, or a folder of anything in its form. */

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { flag, type OptionsOf, options, value } from '../schema/index.js'
import type { DataError } from './error.js'
import { against, againstIfAny, loadOrigin, type Origin, unverified } from './idxFolder.js'
import { FASHION_MNIST, SHIPPED } from './idxSets.js'
import type { ImageSplits } from './imageSet.js'
import { findFullFashionMnist, GET_FULL, shippedFolder } from './places.js'
import { balancedSubset } from './subset.js'

/** Where images come from: a name, or a folder (one that is called `full` is `./full`). */
export type DataSource = 'shipped' | 'full' | (string & {})

const loadOptions = options({
  /**
   * `'shipped'` (default): a fixed tenth of the training images, 600 of each class, and all test images. `'full'`: the
   * whole set, from the first of the usual places that has it. Else a folder with the four files, of which each may be
   * gzip-ed.
   */
  source: value<DataSource, 'shipped'>('shipped'),
  /** How much of the training images to take, from each class alike: in (0, 1], default 1. Test images are always all. */
  fraction: value<number, 1>(1),
  /** Which of them: an integer, default 0. */
  seed: value<number, 0>(0),
  /**
   * Whether content is compared with the checksums of Fashion-MNIST; default true. In a folder only files of official size
   * beside at least one official file are: MNIST passes, a damaged Fashion-MNIST does not. Set to false for a folder in
   * which labels or images of the official set were changed on purpose.
   */
  verify: flag(true),
})

/** Options of `loadFashionMnist`. */
export interface LoadOptions extends OptionsOf<typeof loadOptions, undefined> {}

const RESTORE = 'reinstall plastax: npm install --force plastax; in a checkout: git restore data'

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
        verify: against(FASHION_MNIST),
        remedy: `remove ${folder}, and if no other place has the set, ${GET_FULL}`,
      })),
    )
  return TE.right({ name: source, folder: source, verify: againstIfAny(FASHION_MNIST) })
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
export const loadFashionMnist = (given: LoadOptions = {}): TE.TaskEither<DataError, ImageSplits> => {
  const { source, fraction, seed, verify } = loadOptions.read('loadFashionMnist', given)
  return pipe(
    originOf(source),
    TE.chain(origin => loadOrigin(verify ? origin : { ...origin, verify: unverified })),
    TE.chainEitherK(splits =>
      pipe(
        splits.train,
        balancedSubset(fraction, seed),
        E.map(train => ({ ...splits, train })),
      ),
    ),
  )
}
