/** Decoding untrusted configuration: every problem reported, not only the first. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { type ConfigErrors, isNonEmpty } from '../runtime/problems.js'
import { type Interval, showInterval, within } from '../schema/hyperparameter.js'
import { suggestion } from '../schema/suggestion.js'
import type { LeafSelector } from '../transform/index.js'
import { patternOf } from './pattern.js'

/** Reads a value found at a path (`plasticity.minAlpha`); `undefined` is an absent key. */
export type Decoder<T> = (value: unknown, path: string) => E.Either<ConfigErrors, T>

/** A word from outside, of which a message repeats no more than a line. */
const shown = (word: string): string =>
  word.length <= 80 ? word : `${word.slice(0, 60)}... (${word.length} characters)`

const show = (value: unknown): string => {
  if (typeof value === 'string') return `'${shown(value)}'`
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  return String(value)
}

/** The fault of a value that is not what it must be. */
export const expected = (path: string, what: string, value: unknown, hint = ''): E.Either<ConfigErrors, never> =>
  E.left([`${path} must be ${what}; got ${show(value)}${hint}`])

/** Reads what may be absent. */
export const optional =
  <T>(decode: Decoder<T>): Decoder<T | undefined> =>
  (value, path) =>
    value === undefined ? E.right(undefined) : decode(value, path)

/** A number of an interval, or its default, if it has one, where absent. */
export const number =
  (interval: Interval, byDefault?: number): Decoder<number> =>
  (value = byDefault, path) =>
    within(value, interval) ? E.right(value) : expected(path, showInterval(interval), value)

/** An epsilon of 1e-8, or another that float32 can hold. */
export const eps = number('[1e-45, inf)', 1e-8)

export const boolean =
  (byDefault?: boolean): Decoder<boolean> =>
  (value = byDefault, path) =>
    typeof value === 'boolean' ? E.right(value) : expected(path, 'true or false', value)

/** One of some words, the first of which is the default. */
export const oneOf =
  <const T extends string>(...words: readonly [T, ...T[]]): Decoder<T> =>
  (value = words[0], path) => {
    const word = words.find(candidate => candidate === value)
    if (word !== undefined) return E.right(word)
    const hint = typeof value === 'string' ? suggestion(value, words) : ''
    return expected(path, `one of '${words.join("', '")}'`, value, hint)
  }

type Read<D> = D extends Decoder<infer T> ? T : never
/** What a {@link record} of these fields reads as. */
export type Decoded<Fields> = {
  readonly [K in keyof Fields as undefined extends Read<Fields[K]> ? never : K]: Read<Fields[K]>
} & {
  readonly [K in keyof Fields as undefined extends Read<Fields[K]> ? K : never]?: Exclude<Read<Fields[K]>, undefined>
}

/** The leaves whose names match a pattern, given as a string. */
export const selector: Decoder<LeafSelector> = (value, path) => {
  if (typeof value !== 'string') return expected(path, 'a pattern of leaf names, as a string', value)
  return pipe(
    patternOf(value),
    E.bimap(
      (what): ConfigErrors => [
        `${path} must be a pattern of literals, '.', classes, '*', '+', '?', '|', groups, '^' and '$'; ${show(value)} has ${what}`,
      ],
      // Of the name alone, which is how a mask that selects nothing is known for a slip.
      matches => (name: string) => matches(name),
    ),
  )
}

/** A record of just these keys; any other is an error, with what was probably meant. */
export const record =
  <const Fields extends Readonly<Record<string, Decoder<unknown>>>>(fields: Fields): Decoder<Decoded<Fields>> =>
  (value = {}, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return expected(path || 'the configuration', 'an object', value)
    const at = (key: string) => (path === '' ? shown(key) : `${path}.${shown(key)}`)
    const given = value as Readonly<Record<string, unknown>>
    const keys = Object.keys(fields)
    const results = keys.map(
      key => fields[key]?.(Object.hasOwn(given, key) ? given[key] : undefined, at(key)) ?? E.right(undefined),
    )
    const errors = [
      ...Object.keys(given)
        .filter(key => !Object.hasOwn(fields, key))
        .map(key => `${at(key)} is not a key${suggestion(key, keys)}`),
      ...results.flatMap(result => (E.isLeft(result) ? result.left : [])),
    ]
    if (isNonEmpty(errors)) return E.left(errors)
    const entries = results.flatMap((result, i) =>
      E.isRight(result) && result.right !== undefined ? [[keys[i], result.right]] : [],
    )
    return E.right(Object.fromEntries(entries) as Decoded<Fields>) // decoded field by field
  }

/** An array, each item of which is read. */
export const list =
  <T>(decode: Decoder<T>): Decoder<readonly T[]> =>
  (value, path) => {
    if (!Array.isArray(value)) return expected(path, 'an array', value)
    const results = value.map((item: unknown, i) => decode(item, `${path}[${i}]`))
    const errors = results.flatMap(result => (E.isLeft(result) ? result.left : []))
    return isNonEmpty(errors)
      ? E.left(errors)
      : E.right(results.flatMap(result => (E.isRight(result) ? [result.right] : [])))
  }

/** A record of any keys, each value of which is read. */
export const dictionary =
  <T>(decode: Decoder<T>): Decoder<Readonly<Record<string, T>>> =>
  (value, path) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (record(Object.fromEntries(Object.keys(value).map(key => [key, decode])))(value, path) as ReturnType<
          Decoder<Readonly<Record<string, T>>>
        >) // a field for each key that there is
      : expected(path, 'an object', value)
