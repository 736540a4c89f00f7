/** Optimizers from configuration. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { GradientTransform } from '../transform/index.js'
import { boolean, type ConfigErrors, eps, number, oneOf, record } from './decode.js'
import { neuroPlasticFromConfig } from './neuroPlasticConfig.js'
import { adam, adamw, sgd } from './optimizers.js'

type FromConfig = (
  config: unknown,
  warn: (message: string) => void,
) => E.Either<ConfigErrors, GradientTransform<unknown>>

const moments = {
  b1: number('[0, 1)', 0.9),
  b2: number('[0, 1)', 0.999),
  eps,
}
const learningRate = (byDefault: number) => number('(0, inf)', byDefault)

const decoders: Readonly<Record<string, FromConfig>> = {
  neuroplastic: neuroPlasticFromConfig,
  sgd: config =>
    pipe(
      record({
        optimizer: oneOf('sgd'),
        learningRate: learningRate(0.01),
        momentum: number('[0, 1)', 0),
        nesterov: boolean(false),
        weightDecay: number('[0, inf)', 0),
      })(config, ''),
      E.map(sgd),
    ),
  adam: config =>
    pipe(
      record({
        optimizer: oneOf('adam'),
        learningRate: learningRate(0.001),
        ...moments,
        weightDecay: number('[0, inf)', 0),
      })(config, ''),
      E.map(({ optimizer: _, ...options }) => adam(options)),
    ),
  adamw: config =>
    pipe(
      record({
        optimizer: oneOf('adamw'),
        learningRate: learningRate(0.001),
        ...moments,
        weightDecay: number('[0, inf)', 1e-4),
      })(config, ''),
      E.map(({ optimizer: _, ...options }) => adamw(options)),
    ),
}

const [first = '', ...others] = Object.keys(decoders)

/** Only the name, which decides what else there may be. */
const nameOf = (config: unknown): E.Either<ConfigErrors, string> =>
  typeof config === 'object' && config !== null && 'optimizer' in config
    ? oneOf(first, ...others)(config.optimizer, 'optimizer')
    : E.left([
        `the configuration must be an object with a key optimizer, one of '${Object.keys(decoders).join("', '")}'`,
      ])

/**
 * The transform that a configuration describes, or everything that is wrong with it.
 *
 * @param config `{ optimizer: 'neuroplastic', learningRate, ... }`, as parsed from JSON or YAML; absent keys have defaults
 * @param options.warn is told of keys that others make irrelevant; default `console.warn`
 * @returns right a transform to `compile`; left every problem, a sentence each
 * @example
 * pipe(
 *   fromConfig({ optimizer: 'neuroplastic', learningRate: 0.1, plasticity: { minAlpha: 0.5 } }),
 *   E.map(compile),
 * )
 */
export const fromConfig = (
  config: unknown,
  { warn = console.warn }: { readonly warn?: (message: string) => void } = {},
): E.Either<ConfigErrors, GradientTransform<unknown>> =>
  pipe(
    nameOf(config),
    E.flatMap(name => (decoders[name] as FromConfig)(config, warn)),
  )
