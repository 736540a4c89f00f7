/** Part of a set. */
import { sequenceT } from 'fp-ts/lib/Apply.js'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { numberIn, seedOf } from './admit.js'
import type { DataError } from './error.js'
import { type Examples, indicesByClass, pick, type Values } from './examples.js'
import { randomStream, SUBSET_STREAM, shuffled } from './shuffle.js'

/** How a part is picked. */
export interface SubsetOptions {
  /** Whether each class keeps its share, to the nearest example; else examples are picked whatever their class. Default true. */
  readonly balanced?: boolean | undefined
}

const portion = (members: Uint32Array, fraction: number): number => Math.max(1, Math.round(fraction * members.length))

const subsetIndices = (set: Examples, fraction: number, seed: number, balanced: boolean): Uint32Array => {
  const random = randomStream(seed, SUBSET_STREAM)
  const groups = balanced ? indicesByClass(set) : [Uint32Array.from(set.labels, (_, i) => i)]
  const picked = groups.flatMap(members => [...shuffled(random, members).subarray(0, portion(members, fraction))])
  return Uint32Array.from(picked).sort()
}

/**
 * A part of a set, picked at random, in the original order. With one seed a smaller part is contained in a larger one.
 *
 * $$ n_c' = \max(1, \operatorname{round}(f n_c)) \text{ examples of each class } c \text{ that has } n_c > 0 $$
 *
 * and of the whole set likewise where it is not balanced.
 *
 * @param fraction in (0, 1]; 1 is the whole set
 * @param seed an integer; its low 32 bits count
 * @returns the part, the same for the same arguments, or what is wrong with them
 * @example
 * pipe(train, subset(0.1, 0, { balanced: false }))
 */
export const subset =
  (fraction: number, seed: number, { balanced = true }: SubsetOptions = {}) =>
  <V extends Values>(set: Examples<V>): E.Either<DataError, Examples<V>> =>
    pipe(
      sequenceT(E.Apply)(numberIn('fraction', fraction, '(0, 1]', ', such as 0.1 for a tenth'), seedOf(seed)),
      E.map(() => (fraction === 1 ? set : pick(subsetIndices(set, fraction, seed, balanced))(set))),
    )

/**
 * A part of a set with every class in proportion: `subset(fraction, seed)`.
 *
 * @param fraction in (0, 1]; 1 is the whole set
 * @param seed an integer; its low 32 bits count
 * @returns the part, or what is wrong with the arguments
 * @example
 * pipe(full, balancedSubset(0.1, 2017)) // the training images that Plastax ships
 */
export const balancedSubset = (fraction: number, seed: number) => subset(fraction, seed)
