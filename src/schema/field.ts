/** An option as data: its kind and its default. The types repeat both, so that an editor shows them. */
import type { Hyperparameter, Interval } from './hyperparameter.js'
import type { Kind, LeafSelector, Nested } from './kind.js'
import type { Scheduled } from './schedule.js'

/** An option: what it may be, and what it is where it is not given. */
export interface Field<T, K extends Kind = Kind, D = unknown> {
  readonly kind: K
  /** Its default. */
  readonly fallback: D
  /** Whether it must be given. */
  readonly needed?: true
  /** The type of the option; there is no such value. */
  readonly given?: T
}

/** A number in a range, plain or symbolic; its default. */
export type Real<_Range, Default> = Hyperparameter | Default
/** A number in a range, plain or symbolic, or a schedule of it; its default. */
export type ScheduledReal<_Range, Default> = Scheduled | Default
/** True or false; its default. */
export type Flag<Default> = boolean | Default
/** One of some words; its default. */
export type Word<Words, Default> = Words | Default

type MayBe<D extends readonly unknown[]> = D extends readonly [infer First] ? First : undefined

// Made where modules load: a bundler must know that what nobody uses may go.

/** A number in an interval, plain or symbolic. */
export const real = /* @__NO_SIDE_EFFECTS__ */ <const K extends Interval, const D extends readonly [number?]>(
  kind: K,
  ...[fallback]: D
): Field<Real<K, MayBe<D>>, K, MayBe<D>> => ({ kind, fallback: fallback as MayBe<D> }) // which is undefined where there is none

/** A number in an interval that shapes the computation, and so is plain. */
export const plain = /* @__NO_SIDE_EFFECTS__ */ <const K extends Interval, const D extends readonly [number?]>(
  kind: K,
  ...[fallback]: D
): Field<number | (D extends readonly [] ? undefined : never), K, MayBe<D>> => ({
  kind,
  fallback: fallback as MayBe<D>, // likewise
})

/** A number in an interval, or a schedule of it. */
export const scheduled = /* @__NO_SIDE_EFFECTS__ */ <const I extends Interval, const D extends readonly [number?]>(
  interval: I,
  ...[fallback]: D
): Field<ScheduledReal<I, MayBe<D>>, `scheduled ${I}`, MayBe<D>> => ({
  kind: `scheduled ${interval}`,
  fallback: fallback as MayBe<D>, // likewise
})

/** A number that keeps a division safe: positive, also as float32 has it. */
export const eps = /* @__NO_SIDE_EFFECTS__ */ <const D extends number>(
  fallback: D,
): Field<Real<'(0, inf)', D>, 'eps', D> => ({ kind: 'eps', fallback })

/** True or false. */
export const flag = /* @__NO_SIDE_EFFECTS__ */ <const D extends boolean>(
  fallback: D,
): Field<Flag<D>, 'boolean', D> => ({ kind: 'boolean', fallback })

/** One of some words, of which the first is the default. */
export const oneOf = /* @__NO_SIDE_EFFECTS__ */ <const W extends string, const R extends readonly string[]>(
  first: W,
  ...others: R
): Field<Word<W | R[number], W>, readonly [W, ...R], W> => ({ kind: [first, ...others], fallback: first })

/** One of some words, or none of them. */
export const anyOf = /* @__NO_SIDE_EFFECTS__ */ <const W extends readonly string[]>(
  ...kind: W
): Field<Word<W[number], undefined>, W, undefined> => ({ kind, fallback: undefined })

/** One of some words with a number. */
export const wordWith = /* @__NO_SIDE_EFFECTS__ */ <
  const W extends readonly string[],
  const I extends Interval,
  const D extends readonly [W[number], number],
>(
  words: W,
  interval: I,
  fallback: D,
): Field<readonly [word: W[number], value: Hyperparameter], readonly [W, I], D> => ({
  kind: [words, interval],
  fallback,
})

/** Some leaves; where none are said, that is for the function to interpret. */
export const leaves = /* @__NO_SIDE_EFFECTS__ */ (): Field<LeafSelector | undefined, 'selector', undefined> => ({
  kind: 'selector',
  fallback: undefined,
})

/** A function. */
export const callback = /* @__NO_SIDE_EFFECTS__ */ <T>(): Field<T | undefined, 'function', undefined> => ({
  kind: 'function',
  fallback: undefined,
})

/** What the function that takes it checks itself. */
export const value = /* @__NO_SIDE_EFFECTS__ */ <T, D extends T | undefined = undefined>(
  fallback?: D,
): Field<T | (D & undefined), 'value', D> => ({ kind: 'value', fallback: fallback as D }) // as above

/** One of some words, of which the first is the default, or a value that its function checks itself. */
export const wordsOr =
  /* @__NO_SIDE_EFFECTS__ */

    <T>() =>
    <const W extends readonly [T & string, ...(T & string)[]]>(...words: W): Field<T, { readonly words: W }, W[0]> => ({
      kind: { words },
      fallback: words[0],
    })

/** Options within an option. */
export const nested = /* @__NO_SIDE_EFFECTS__ */ <T>(kind: Nested): Field<T | undefined, Nested, undefined> => ({
  kind,
  fallback: undefined,
})

/** An option that must be given. */
export const needed = /* @__NO_SIDE_EFFECTS__ */ <T, K extends Kind>({
  kind,
}: Field<T, K, undefined>): Field<Exclude<T, undefined>, K, never> =>
  // It has no default, and never comes to need one.
  ({ kind, fallback: undefined as never, needed: true })

/** A number that draws come from, 0 where none is said. */
export const seed = /* @__NO_SIDE_EFFECTS__ */ () => plain('integer in [0, 9007199254740991]', 0)
