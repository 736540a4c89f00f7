/** An optimizer from its configuration: what it says of its options, as data, decides how each is read. */

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { Described, Kind } from '../optimizers/describe.js'
import type { ConfigErrors } from '../runtime/problems.js'
import { configured } from '../transform/configured.js'
import type { Interval } from '../transform/hyperparameter.js'
import { type GradientTransform, HyperparameterError, type OptimizerConfig } from '../transform/index.js'
import { boolean, type Decoder, eps, number, oneOf, optional, record, selector } from './decode.js'
import { scheduledIn } from './scheduleConfig.js'

const isPair = (kind: readonly unknown[]): kind is readonly [readonly string[], Interval] => Array.isArray(kind[0])

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

const decoderOf = (kind: Kind): Decoder<unknown> => {
  if (typeof kind !== 'string') return isPair(kind) ? pair(...kind) : oneOfAll(kind)
  if (kind === 'boolean') return boolean()
  if (kind === 'selector') return selector
  if (kind === 'eps') return eps
  const interval = kind.replace(/^scheduled /, '') as Interval // what is left of a Kind
  return kind.startsWith('scheduled ') ? scheduledIn(interval) : number(interval)
}

/** What is made, or what no field can say by itself: that one option must not be more than another, say. */
const admitted = <T>(make: () => T): E.Either<ConfigErrors, T> =>
  E.tryCatch(make, error => {
    if (error instanceof HyperparameterError) return [error.message]
    throw error
  })

/** Reads the configuration of an optimizer: its name and its options, each of which may be absent. */
export const readerOf = (
  name: string,
  optimizer: Described<never, GradientTransform<unknown>>,
): ((config: unknown) => E.Either<ConfigErrors, GradientTransform<unknown>>) => {
  const fields = Object.fromEntries(
    Object.entries(optimizer.kinds).map(([key, kind]) => [key, optional(decoderOf(kind))]),
  )
  const schema = record({ optimizer: oneOf(name), ...fields })
  return config =>
    pipe(
      schema(config, ''),
      // The configuration itself says how it was made, where it has a schedule's or a mask's description.
      E.flatMap(
        ({ optimizer: _, ...options }) =>
          admitted(() => configured(optimizer(options as never), config as OptimizerConfig)), // read as its kinds say
      ),
    )
}
