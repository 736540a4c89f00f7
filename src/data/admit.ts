/** What a parameter may be: its value, or what is wrong with it. */
import * as E from 'fp-ts/lib/Either.js'
import { type Interval, showInterval, within } from '../schema/hyperparameter.js'
import { type DataError, dataError } from './error.js'

/**
 * A number in an interval, or a fault that names the parameter and the interval.
 *
 * @param hint goes after the interval, such as `', such as 0.1 for a tenth'`
 * @example
 * numberIn('rate', 2, '[0, 1]') // left: 'rate: is 2; use a number in [0, 1]'
 */
export const numberIn = (name: string, value: number, interval: Interval, hint = ''): E.Either<DataError, number> =>
  within(value, interval)
    ? E.right(value)
    : E.left(dataError(name, `is ${value}`, `use ${showInterval(interval)}${hint}`))

/** A seed: any integer that a double holds exactly. */
export const seedOf = (seed: number): E.Either<DataError, number> =>
  Number.isSafeInteger(seed) ? E.right(seed) : E.left(dataError('seed', `is ${seed}`, 'use an integer, such as 0'))
