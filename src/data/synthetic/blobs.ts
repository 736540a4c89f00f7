/** Gaussian blobs: the plainest set of classes, with an error that no model can avoid. */

import { sequenceT } from 'fp-ts/lib/Apply.js'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import { numberIn, seedOf } from '../admit.js'
import type { DataSet } from '../dataSet.js'
import type { DataError } from '../error.js'
import type { Examples } from '../examples.js'
import { normals, purpose, stream } from '../random.js'

/** Options of `blobs`. */
export interface BlobsOptions {
  /** An integer in [1, 256]; default 10. */
  readonly classes?: number
  /** Values per example, an integer >= 1; default 32. */
  readonly inputs?: number
  /** Examples to train with, classes in turn: an integer >= 1, default 2000. */
  readonly count?: number
  /** Examples to test with, an integer >= 1; default 1000. */
  readonly testCount?: number
  /** Standard deviation of the centres, in that of the blobs: >= 0, default 0.6. At 0 nothing tells classes apart. */
  readonly separation?: number
  /** An integer, default 0. */
  readonly seed?: number
}

const draw = (centres: readonly Float32Array[], inputs: number, count: number, random: RandomGenerator): Examples => {
  const classes = centres.length
  const images = normals(random, count * inputs)
  const labels = Uint8Array.from({ length: count }, (_, i) => i % classes)
  labels.forEach((label, i) => {
    const centre = centres[label] as Float32Array
    for (let j = 0; j < inputs; j++) (images[i * inputs + j] as number) += centre[j] as number
  })
  return { images, labels, count, shape: [inputs], classes }
}

/**
 * Examples about a centre for each class. Wrong labels come with `prepare({ labelNoise })` or `withLabelNoise`.
 *
 * $$ c_k \sim N(0, s^2 I), \qquad x_i \sim N(c_{y_i}, I), \qquad y_i = i \bmod K $$
 *
 * @param options see `BlobsOptions`
 * @returns the set, the same for the same options, or what is wrong with one of them
 * @example
 * blobs({ classes: 3, inputs: 2, separation: 4 })
 */
export const blobs = ({
  classes = 10,
  inputs = 32,
  count = 2000,
  testCount = 1000,
  separation = 0.6,
  seed = 0,
}: BlobsOptions = {}): E.Either<DataError, DataSet> =>
  pipe(
    sequenceT(E.Apply)(
      numberIn('classes', classes, 'integer in [1, 256]'),
      numberIn('inputs', inputs, 'integer in [1, inf)'),
      numberIn('count', count, 'integer in [1, inf)'),
      numberIn('testCount', testCount, 'integer in [1, inf)'),
      numberIn('separation', separation, '[0, inf)'),
      seedOf(seed),
    ),
    E.map(() => {
      // A stream for each part, so that more training examples leave centres and test as they are.
      const centres = Array.from({ length: classes }, (_, k) =>
        normals(stream(purpose.blobs, seed, 0, k), inputs).map(z => separation * z),
      )
      return {
        name: 'blobs',
        source: 'made',
        inputShape: [inputs],
        classes,
        train: draw(centres, inputs, count, stream(purpose.blobs, seed, 1)),
        test: draw(centres, inputs, testCount, stream(purpose.blobs, seed, 2)),
      }
    }),
  )
