/** Optimizers from configuration. */

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as record from 'fp-ts/lib/ReadonlyRecord.js'
import * as catalogue from '../optimizers/catalogue.js'
import type { Described } from '../optimizers/describe.js'
import type { ConfigErrors } from '../runtime/problems.js'
import { callback, type OptionsOf, options } from '../schema/index.js'
import type { GradientTransform } from '../transform/index.js'
import { oneOf } from './decode.js'
import { neuroPlasticFromConfig } from './neuroPlasticConfig.js'
import { readerOf } from './options.js'

type Decode = (config: unknown, warn: (message: string) => void) => E.Either<ConfigErrors, GradientTransform<unknown>>

// An optimizer joins by its place in the catalogue.
const decoders: Readonly<Record<string, Decode>> = {
  neuroplastic: neuroPlasticFromConfig,
  ...record.mapWithIndex((name: string, optimizer: Described<never, GradientTransform<unknown>>) =>
    readerOf(name, optimizer),
  )(catalogue),
}

const [first = '', ...others] = Object.keys(decoders)

/** Only the name, which decides what else there may be. */
const nameOf = (config: unknown): E.Either<ConfigErrors, string> =>
  typeof config === 'object' && config !== null && 'optimizer' in config
    ? oneOf(first, ...others)(config.optimizer, 'optimizer')
    : E.left([
        `the configuration must be an object with a key optimizer, one of '${Object.keys(decoders).join("', '")}'`,
      ])

/** How many values a configuration may have, each time that it is met: reading takes time in proportion. */
const most = 1000

/** Nothing, unless there are too many values, or a knot of them. */
const bounded = (config: unknown): E.Either<ConfigErrors, unknown> => {
  const open: unknown[] = [config]
  for (let met = 0; open.length > 0; met++) {
    if (met + open.length > most) return E.left([`the configuration must have at most ${most} values; got more`])
    const value = open.pop()
    if (typeof value !== 'object' || value === null) continue
    const keys = Object.keys(value)
    if (met + keys.length > most) return E.left([`the configuration must have at most ${most} values; got more`])
    for (const key of keys) open.push((value as Readonly<Record<string, unknown>>)[key])
  }
  return E.right(config)
}

const fromConfigOptions = options({
  /** Is told of keys that others make irrelevant; default `console.warn`. */
  warn: callback<(message: string) => void>(),
})

export interface FromConfigOptions extends OptionsOf<typeof fromConfigOptions> {}

/**
 * The transform that a configuration describes, or everything that is wrong with it.
 *
 * @param config `{ optimizer: 'neuroplastic', learningRate, ... }`, as parsed from JSON or YAML; absent keys have defaults
 * @returns right a transform to `compile`; left every problem, a sentence each
 * @example
 * pipe(
 *   fromConfig({ optimizer: 'neuroplastic', learningRate: 0.1, plasticity: { minAlpha: 0.5 } }),
 *   E.map(transform => compile(transform)),
 * )
 */
export const fromConfig = (
  config: unknown,
  given: FromConfigOptions = {},
): E.Either<ConfigErrors, GradientTransform<unknown>> => {
  const { warn = console.warn } = fromConfigOptions.read('fromConfig', given)
  return pipe(
    bounded(config),
    E.flatMap(nameOf),
    E.flatMap(name => (decoders[name] as Decode)(config, warn)),
  )
}
