/** Examples put aside to choose by. */
import { sequenceT } from 'fp-ts/lib/Apply.js'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { numberIn, seedOf } from './admit.js'
import { type DataError, dataError } from './error.js'
import { type Examples, indicesByClass, pick, type Values } from './examples.js'
import { purpose, stream } from './random.js'
import { shuffled } from './shuffle.js'

/** A set in two parts that share no example. */
export interface ValidationSplit<V extends Values> {
  readonly train: Examples<V>
  readonly validation: Examples<V>
}

/** As many as the fraction says, but no class loses its last example to validation. */
const held = (members: Uint32Array, fraction: number): number =>
  Math.min(Math.round(fraction * members.length), Math.max(0, members.length - 1))

/**
 * Splits a set: part of each class for validation, the rest for training, both in the original order.
 *
 * $$ v_c = \min(\operatorname{round}(f n_c), n_c - 1) \text{ examples of each class } c \text{ for validation} $$
 *
 * @param fraction for validation, in (0, 1)
 * @param seed an integer
 * @returns both parts, the same for the same arguments, or what is wrong: an argument, or a fraction of which nothing is left
 * @example
 * pipe(train, validationSplit(0.1, 0)) // right({ train: nine tenths, validation: a tenth })
 */
export const validationSplit =
  (fraction: number, seed: number) =>
  <V extends Values>(set: Examples<V>): E.Either<DataError, ValidationSplit<V>> =>
    pipe(
      sequenceT(E.Apply)(numberIn('validation', fraction, '(0, 1)', ', such as 0.1 for a tenth'), seedOf(seed)),
      E.chain(() => {
        const random = stream(purpose.validation, seed)
        const halves = indicesByClass(set).map(members => {
          const order = shuffled(random, members)
          const size = held(members, fraction)
          return { aside: order.subarray(0, size), kept: order.subarray(size) }
        })
        const aside = halves.flatMap(half => [...half.aside])
        const kept = halves.flatMap(half => [...half.kept])
        if (aside.length === 0)
          return E.left(
            dataError(
              'validation',
              `is ${fraction}, of which ${set.count} examples leave none`,
              'use a larger fraction',
            ),
          )
        const part = (indices: readonly number[]) => pick(Uint32Array.from(indices).sort())(set)
        return E.right({ train: part(kept), validation: part(aside) })
      }),
    )
