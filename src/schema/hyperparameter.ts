/** Hyperparameters: admissible ranges, written as intervals, and what is thrown outside them. */
import { isScalar, type ScalarLike } from '../expr/scalar.js'

/** A number that shapes a rule: a plain one, or a symbolic one that state or context hold (`injectHyperparameters`). */
export type Hyperparameter = ScalarLike

/** A hyperparameter out of its range: the message names it, its value and the admissible range. */
export class HyperparameterError extends RangeError {
  override readonly name = 'HyperparameterError'
  constructor(
    readonly parameter: string,
    readonly value: unknown,
    readonly admissible: string,
  ) {
    super(`${parameter} must be ${admissible}; got ${typeof value === 'string' ? `'${value}'` : String(value)}`)
  }
}

/** An interval as mathematics writes it: `(0, 1]`, `[0, inf)`; whole numbers only after `integer in`. */
export type Interval = `${'' | 'integer in '}${'(' | '['}${number | '-inf'}, ${number | 'inf'}${')' | ']'}`

/** Whether a number is in the interval that a text describes; NaN is in none. */
const reader = (interval: Interval): ((value: number) => boolean) => {
  const [, open, low, high, close] = /([([])(.+), (.+)([)\]])$/.exec(interval) ?? []
  const [lo, hi] = [low, high].map(bound => Number(bound?.replace('inf', 'Infinity'))) as [number, number] // of two
  const whole = interval.startsWith('integer')
  return value =>
    (open === '[' ? value >= lo : value > lo) &&
    (close === ']' ? value <= hi : value < hi) &&
    (!whole || Number.isInteger(value))
}

// A few dozen intervals are asked about thousands of times.
const readers = new Map<Interval, (value: number) => boolean>()

/** Whether a value is a number in the interval; NaN is in none. */
export const within = (value: unknown, interval: Interval): value is number => {
  if (typeof value !== 'number') return false
  const contains = readers.get(interval) ?? reader(interval)
  readers.set(interval, contains)
  return contains(value)
}

/** An interval as a sentence says it. */
export const showInterval = (interval: Interval): string =>
  interval.startsWith('integer in ') ? `an ${interval}` : `a number in ${interval}`

/** What is known of a hyperparameter before it runs: its value, unless it is symbolic. */
const known = (parameter: string, value: Hyperparameter, admissible = 'a number'): number | undefined => {
  if (isScalar(value)) return value.node.op === 'literal' ? value.node.value : undefined
  if (typeof value === 'number') return value
  throw new HyperparameterError(parameter, value, admissible)
}

/**
 * The value itself if it is a number in the interval, or symbolic: then its range is for whoever sets it to keep.
 *
 * @throws HyperparameterError naming parameter, value and interval
 * @example
 * admit('decay', 0.9, '[0, 1)') // 0.9
 */
export const admit = <T extends Hyperparameter>(parameter: string, value: T, interval: Interval): T => {
  const number = known(parameter, value, showInterval(interval))
  if (number !== undefined && !within(number, interval))
    throw new HyperparameterError(parameter, number, showInterval(interval))
  return value
}

/**
 * Two ends of an interval, the lower of which is at most the upper one.
 *
 * @throws HyperparameterError naming the lower one
 * @example
 * admitEnds(['minAlpha', 0.2], ['maxAlpha', 2])
 */
export const admitEnds = (
  [lower, lo]: readonly [string, Hyperparameter],
  [upper, hi]: readonly [string, Hyperparameter],
): void => {
  const [a, b] = [known(lower, lo), known(upper, hi)]
  if (a !== undefined && b !== undefined && !(a <= b))
    throw new HyperparameterError(lower, a, `at most ${upper}, which is ${b}`)
}

/**
 * An epsilon: positive, and still so as a float32, where it is added to keep a division safe.
 *
 * @throws HyperparameterError
 */
export const admitEps = <T extends Hyperparameter>(parameter: string, value: T): T => {
  const number = known(parameter, value, 'a positive number')
  if (number !== undefined && !(within(number, '(0, inf)') && Math.fround(number) > 0))
    throw new HyperparameterError(parameter, number, 'a positive number that float32 can hold (from 1e-45)')
  return value
}

/**
 * What a table has under a name.
 *
 * @throws HyperparameterError naming parameter, value and the names that there are
 * @example
 * choose('over', 'leaf', { leaf: 1, tree: 2 }) // 1
 */
export const choose = <K extends string, T>(parameter: string, name: K, table: Readonly<Record<K, T>>): T => {
  if (!Object.hasOwn(table, name))
    throw new HyperparameterError(parameter, name, `one of '${Object.keys(table).join("', '")}'`)
  return table[name]
}
