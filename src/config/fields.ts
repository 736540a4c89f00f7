/** Options read from data: what each may be, as data, decides how it is read. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { Scalar } from '../expr/scalar.js'
import { map } from '../expr/tree.js'
import type { Complete, Field, Fields, Interval } from '../schema/index.js'
import { intervalOf, isPair, type Kind } from '../schema/kind.js'
import { boolean, type Decoder, eps, expected, number, oneOf, selector } from './decode.js'

const oneOfAll = ([first = '', ...others]: readonly string[]): Decoder<string> => oneOf(first, ...others)

/** `['heuristic', 1e-6]` and the like. */
const pair =
  (words: readonly string[], interval: Interval): Decoder<readonly [string, number]> =>
  (value, path) => {
    const [word, size] = Array.isArray(value) && value.length === 2 ? value : [value, undefined]
    return pipe(
      oneOfAll(words)(word ?? null, `${path}[0]`),
      E.flatMap(known =>
        pipe(
          number(interval)(size, `${path}[1]`),
          E.map(found => [known, found] as const),
        ),
      ),
    )
  }

/** What a configuration cannot say. */
const unspeakable: Decoder<never> = (_, path) => expected(path, 'left out of a configuration', 'a value')

/** Reads a value of a kind; `scheduled` one that may be a schedule. */
export const decoderOf = (kind: Kind, scheduled: (interval: Interval) => Decoder<unknown>): Decoder<unknown> => {
  if (typeof kind !== 'string') {
    if ('read' in kind) return unspeakable
    if ('words' in kind) return oneOfAll(kind.words)
    return isPair(kind) ? pair(...kind) : oneOfAll(kind)
  }
  if (kind === 'boolean') return boolean()
  if (kind === 'selector') return selector
  if (kind === 'eps') return eps
  if (kind === 'function' || kind === 'value') return unspeakable
  return kind.startsWith('scheduled ') ? scheduled(intervalOf(kind)) : number(intervalOf(kind))
}

/**
 * A decoder for each option, with its default where it is absent. What is symbolic, no configuration has.
 *
 * @param scheduled reads what may be a schedule; default a number alone
 */
export const decodersOf = <F extends Fields>(
  fields: F,
  scheduled: (interval: Interval) => Decoder<unknown> = number,
): { readonly [K in keyof F]: Decoder<Exclude<Complete<F>[K], Scalar>> } => {
  const read = ({ kind, fallback, needed }: Field<unknown>): Decoder<unknown> => {
    const decode = decoderOf(kind, scheduled)
    return (value, path) => (value === undefined && needed === undefined ? E.right(fallback) : decode(value, path))
  }
  return map(read)(fields) as { readonly [K in keyof F]: Decoder<Exclude<Complete<F>[K], Scalar>> } // field by field
}
