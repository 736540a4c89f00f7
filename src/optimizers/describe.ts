/** Optimizers that know their names: what makes one from options makes it from a configuration too, and says how it was made. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { Interval } from '../transform/hyperparameter.js'
import {
  type GradientTransform,
  HyperparameterError,
  type OptimizerConfig,
  type Scheduled,
} from '../transform/index.js'
import { type ConfigErrors, type Decoder, eps, number, oneOf, optional, record, selector } from './decode.js'
import { scheduledIn } from './scheduleConfig.js'

/** A reader for every option: what an option may be is stated once more, for data that nobody type-checked. */
export type Fields<O> = { readonly [K in keyof O]-?: Decoder<O[K] | undefined> }

/** A function from options to a transform, which also reads the options from a configuration. */
export interface Described<O, T> {
  (options?: O): T
  readonly decode: (config: unknown) => E.Either<ConfigErrors, T>
  /** The names of the options. */
  readonly options: readonly string[]
}

/** What is made, or what no field can say by itself: that one option must not be more than another, say. */
const admitted = <T>(make: () => T): E.Either<ConfigErrors, T> =>
  E.tryCatch(make, error => {
    if (error instanceof HyperparameterError) return [error.message]
    throw error
  })

/**
 * Gives an optimizer its name: `config` of the transforms that it makes is `{ optimizer: name, ...options }`.
 *
 * @param fields a decoder for each option; defaults are the function's own
 */
export const described = <O extends object, T extends GradientTransform<unknown>>(
  name: string,
  fields: Fields<O>,
  make: (options: O) => T,
): Described<O, T> => {
  // Every option may be absent, which the compiler does not know of an arbitrary O.
  const optimizer = (options = {} as O): T => ({ ...make(options), config: { optimizer: name, ...options } })
  // The record reads what its fields say, an O: TypeScript does not follow a type parameter that far.
  const schema = record({ optimizer: oneOf(name), ...fields }) as unknown as Decoder<O & { readonly optimizer: string }>
  const decode = (config: unknown): E.Either<ConfigErrors, T> =>
    pipe(
      schema(config, ''),
      // The configuration itself says how it was made, where it has a schedule's or a mask's description.
      E.flatMap(({ optimizer: _, ...options }) =>
        admitted(() => ({ ...make(options as unknown as O), config: config as OptimizerConfig })),
      ),
    )
  return Object.assign(optimizer, { decode, options: Object.keys(fields) })
}

/** A number of an interval, or a schedule of it. */
export const scheduled = (interval: Interval): Decoder<Scheduled | undefined> => optional(scheduledIn(interval))

/** A number of an interval. */
export const within = (interval: Interval) => optional(number(interval))

/** Options that many optimizers have. */
export const learningRate = { learningRate: scheduled('(0, inf)') }
export const decay = { weightDecay: scheduled('[0, inf)'), mask: optional(selector) }
export const epsilon = { eps: optional(eps) }
export const betas = { b1: within('[0, 1)'), b2: within('[0, 1)') }
