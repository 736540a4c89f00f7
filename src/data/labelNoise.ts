/** Labels that are wrong on purpose. */

import { sequenceT } from 'fp-ts/lib/Apply.js'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { numberIn, seedOf } from './admit.js'
import { type DataError, dataError } from './error.js'
import type { Examples, Values } from './examples.js'
import { purpose, stream } from './random.js'
import { shuffled } from './shuffle.js'

/** Labels of which `flips`, picked at random, are another class, each other one equally likely. */
const noisy = ({ labels, classes }: Examples, flips: number, seed: number): Uint8Array => {
  const random = stream(purpose.labelNoise, seed)
  const order = shuffled(
    random,
    Uint32Array.from(labels, (_, i) => i),
  )
  const changed = labels.slice()
  // All of them skip over the true class, so none stays as it was.
  for (const index of order.subarray(0, flips))
    changed[index] = ((labels[index] as number) + uniformInt(random, 1, classes - 1)) % classes
  return changed
}

/**
 * Symmetric label noise: exactly `round(rate * count)` labels become another class, each other one equally likely. What they
 * were is kept in `trueLabels`. With one seed a higher rate changes the same labels to the same classes, and more of them.
 *
 * @param rate in [0, 1]; 0 changes nothing but keeps `trueLabels` all the same
 * @param seed an integer
 * @returns the set with other labels, the same for the same arguments, or what is wrong: an argument, or a set of one class
 * @example
 * pipe(train, withLabelNoise(0.2, 0))
 * @see Zhang et al., Understanding deep learning requires rethinking generalization, arXiv 1611.03530
 */
export const withLabelNoise =
  (rate: number, seed: number) =>
  <V extends Values>(set: Examples<V>): E.Either<DataError, Examples<V>> =>
    pipe(
      sequenceT(E.Apply)(numberIn('labelNoise', rate, '[0, 1]', ', such as 0.2 for a fifth'), seedOf(seed)),
      E.chain(() => {
        const flips = Math.round(rate * set.count)
        if (flips > 0 && set.classes < 2)
          return E.left(
            dataError('labelNoise', 'needs another class, and there is only one', 'use two or more classes'),
          )
        const labels = flips === 0 ? set.labels : noisy(set, flips, seed)
        return E.right({ ...set, labels, trueLabels: set.trueLabels ?? set.labels })
      }),
    )
