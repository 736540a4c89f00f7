/** Optimizers that know their names: what makes one from options says how it was made, and as data what each option may be. */
import { configured } from '../transform/configured.js'
import type { Hyperparameter, Interval } from '../transform/hyperparameter.js'
import type { GradientTransform, LeafSelector, Scheduled } from '../transform/index.js'
import { admitOptions } from '../transform/options.js'

/**
 * What an option may be, as data for whoever reads configurations: a number of an interval, or a schedule beside it; an
 * epsilon, which float32 can hold; one of some words, or such a word with a number; leaves; true or false.
 */
export type Kind =
  | Interval
  | `scheduled ${Interval}`
  | 'eps'
  | 'boolean'
  | 'selector'
  | readonly string[]
  | readonly [words: readonly string[], Interval]

type Words<T> = [T] extends [never] ? never : readonly T[]

/** The kinds of values of a type. */
type KindOf<T> =
  | ([boolean] extends [Extract<T, boolean>] ? 'boolean' : never)
  | ([T] extends [LeafSelector] ? 'selector' : never)
  | ([number] extends [T] ? Interval | 'eps' : never)
  | ([Scheduled] extends [T] ? `scheduled ${Interval}` : never)
  | Words<Extract<T, string>>
  | (T extends readonly [infer Word, Hyperparameter] ? readonly [Words<Extract<Word, string>>, Interval] : never)

/** The kind of every option. */
export type Kinds<O> = { readonly [K in keyof O]-?: KindOf<Exclude<O[K], undefined>> }

/** A function from options to a transform, which also says what its options are. */
export interface Described<O, T> {
  (options?: O): T
  /** The names of the options. */
  readonly options: readonly string[]
  /** What each may be in a configuration. */
  readonly kinds: Readonly<Record<string, Kind>>
}

/**
 * Gives an optimizer its name: `config` of the transforms that it makes is `{ optimizer: name, ...options }`.
 *
 * @param kinds what each option may be; defaults are the function's own
 */
export const described = <O extends object, T extends GradientTransform<unknown>>(
  name: string,
  kinds: Kinds<O>,
  make: (options: O) => T,
): Described<O, T> => {
  // Every option may be absent, which the compiler does not know of an arbitrary O.
  const names = Object.keys(kinds)
  const optimizer = (options = {} as O): T =>
    configured(make(admitOptions(name, options, names)), { optimizer: name, ...options })
  // A record of kinds, of whatever options.
  return Object.assign(optimizer, { options: names, kinds: kinds as Readonly<Record<string, Kind>> })
}

/** Options that many optimizers have. */
export const learningRate = { learningRate: 'scheduled (0, inf)' } as const
export const decay = { weightDecay: 'scheduled [0, inf)', mask: 'selector' } as const
export const epsilon = { eps: 'eps' } as const
export const betas = { b1: '[0, 1)', b2: '[0, 1)' } as const
