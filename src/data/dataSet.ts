/** One form of all data sets that are classified, and what is done to them before training. */

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { flag, type OptionsOf, options, value } from '../schema/index.js'
import type { DataError } from './error.js'
import type { Examples, Values } from './examples.js'
import type { ImageSplits } from './imageSet.js'
import { withLabelNoise } from './labelNoise.js'
import { subset } from './subset.js'
import { validationSplit } from './validation.js'

/** A data set: what it is, examples to train with, examples to test with, and some to choose by where they were put aside. */
export interface DataSet<V extends Values = Values> {
  /** Such as `'cifar10'`. */
  readonly name: string
  /** Where it came from: a folder, `'shipped'`, or `'made'` for one that is computed. */
  readonly source: string
  /** Of one example, channels last: `[32, 32, 3]`. */
  readonly inputShape: readonly number[]
  readonly classes: number
  readonly train: Examples<V>
  readonly test: Examples<V>
  /** Taken from the training examples; only where it was asked for. */
  readonly validation?: Examples<V>
}

export const prepareOptions = options({
  /** How much of the training examples to take: in (0, 1], default 1. Those to test with are always all. */
  fraction: value<number, 1>(1),
  /** Whether that part has every class in proportion. */
  balanced: flag(true),
  /** How much of the training examples to put aside first, for validation: in [0, 1), default 0, which is none. */
  validation: value<number, 0>(0),
  /** How much of the labels to train with to make wrong: in [0, 1], default 0. Validation and test keep theirs. */
  labelNoise: value<number, 0>(0),
  /** Which examples and labels those are: an integer, default 0. */
  seed: value<number, 0>(0),
})

/** What is done to a set before training. */
export interface PrepareOptions extends OptionsOf<typeof prepareOptions, undefined> {}

/** A data set from two sets of images that were loaded. */
export const dataSetOf =
  (name: string) =>
  ({ train, test, source }: ImageSplits): DataSet<Uint8Array> => ({
    name,
    source,
    inputShape: train.shape,
    classes: train.classes,
    train,
    test,
  })

const putAside =
  (fraction: number, seed: number) =>
  <V extends Values>(data: DataSet<V>): E.Either<DataError, DataSet<V>> =>
    fraction === 0
      ? E.right(data)
      : pipe(
          data.train,
          validationSplit(fraction, seed),
          E.map(parts => ({ ...data, ...parts })),
        )

const noisyTraining =
  (rate: number, seed: number) =>
  <V extends Values>(data: DataSet<V>): E.Either<DataError, DataSet<V>> =>
    rate === 0
      ? E.right(data)
      : pipe(
          data.train,
          withLabelNoise(rate, seed),
          E.map(train => ({ ...data, train })),
        )

/**
 * Puts examples aside for validation, takes a part of the rest, and makes some of its labels wrong, in this order: so the
 * validation set is the same for every fraction and every rate of noise.
 *
 * @param options see `PrepareOptions`; without any the set stays as it is
 * @returns the set, the same for the same arguments, or what is wrong with an option
 * @example
 * pipe(blobs({ classes: 3 }), E.chain(prepare({ validation: 0.1, labelNoise: 0.2, seed: 1 })))
 */
export const prepare = (given: PrepareOptions = {}) => {
  const { fraction, balanced, validation, labelNoise, seed } = prepareOptions.read('prepare', given)
  return <V extends Values>(data: DataSet<V>): E.Either<DataError, DataSet<V>> =>
    pipe(
      data,
      putAside(validation, seed),
      E.chain(aside =>
        pipe(
          aside.train,
          subset(fraction, seed, { balanced }),
          E.map(train => ({ ...aside, train })),
        ),
      ),
      E.chain(noisyTraining(labelNoise, seed)),
    )
}
