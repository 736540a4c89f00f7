/**
 * Decoding records: what comes from a disk or over a network is of unknown shape until it has been looked at, whoever wrote it.
 *
 * Beside the decoders of configurations these have no defaults: what a record lacks, it lacks. Keys that they do not know, such as
 * a later version may write, are left out.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { ConfigErrors } from '../runtime/problems.js'
import { type Decoded, type Decoder, expected, record } from './decode.js'

/** A value that is no list and not `null`, by its keys. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A decoder from a test, and what is right in words. */
export const passing =
  <T>(test: (value: unknown) => value is T, what: string): Decoder<T> =>
  (value, path) =>
    test(value) ? E.right(value) : expected(path, what, value)

/** Any text. */
export const text = passing((value): value is string => typeof value === 'string', 'text')

/** A text that is not empty. */
export const word = passing((value): value is string => typeof value === 'string' && value !== '', 'text')

/** `true` or `false`. */
export const flag = passing((value): value is boolean => typeof value === 'boolean', 'true or false')

/** A whole number of 0 or more. */
export const whole = passing(
  (value): value is number => Number.isSafeInteger(value) && (value as number) >= 0,
  'an integer in [0, inf)',
)

/** A whole number of 1 or more. */
export const positive = passing(
  (value): value is number => Number.isSafeInteger(value) && (value as number) >= 1,
  'an integer in [1, inf)',
)

const WORDS: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, '-Infinity': -Infinity }

/** A number that was measured: JSON has no word for some, which stand there as text (`toJson`). */
export const real: Decoder<number> = (value, path) => {
  if (typeof value === 'number') return E.right(value)
  return typeof value === 'string' && Object.hasOwn(WORDS, value)
    ? E.right(WORDS[value] as number)
    : expected(path, 'a number', value)
}

/** One of some words. */
export const among = <const T extends string>(...words: readonly T[]): Decoder<T> =>
  passing((value): value is T => words.some(each => each === value), `one of '${words.join("', '")}'`)

/** What either of two decoders reads; where neither does, the faults of the second. */
export const either =
  <A, B>(first: Decoder<A>, second: Decoder<B>): Decoder<A | B> =>
  (value, path) => {
    const found = first(value, path)
    return E.isRight(found) ? found : second(value, path)
  }

/** A decoder for each key of a type: a key that is added there is missed here, by the compiler. */
export type Fields<T> = { readonly [K in keyof T]-?: Decoder<T[K]> }

/** An object with these keys. */
export const struct = <const Fields extends Readonly<Record<string, Decoder<unknown>>>>(
  fields: Fields,
): Decoder<Decoded<Fields>> => {
  const decode = record(fields)
  const keys = Object.keys(fields)
  return (value, path) =>
    isObject(value)
      ? decode(Object.fromEntries(keys.flatMap(key => (Object.hasOwn(value, key) ? [[key, value[key]]] : []))), path)
      : expected(path || 'it', 'an object', value)
}

/** What a decoder reads, where it holds for the whole of it too; else a sentence. */
export const where =
  <T>(decode: Decoder<T>, problem: (value: T) => string | undefined): Decoder<T> =>
  (value, path) => {
    const found = decode(value, path)
    const wrong = E.isRight(found) ? problem(found.right) : undefined
    return wrong === undefined ? found : E.left([wrong])
  }

/**
 * A text as a record.
 *
 * @returns left what is wrong with it, every fault a sentence
 * @example
 * decodeJson(struct({ seed: whole }))('{"seed": 0}') // right { seed: 0 }
 */
export const decodeJson =
  <T>(decode: Decoder<T>, parse: (text: string) => unknown = JSON.parse) =>
  (json: string): E.Either<ConfigErrors, T> => {
    const parsed = E.tryCatch(
      () => parse(json),
      (): ConfigErrors => ['it is no JSON'],
    )
    return E.isLeft(parsed) ? parsed : decode(parsed.right, '')
  }

/** Faults as one sentence, of which a record that is wrong all over gives no more than the first few. */
export const brief = (faults: ConfigErrors): string => {
  const shown = faults.slice(0, 3).join('; ')
  return faults.length > 3 ? `${shown}; and ${faults.length - 3} more` : shown
}
