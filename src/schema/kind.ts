/** What an option may be, as data for whoever checks one, reads one from a configuration, or describes one. */
import type { Expr } from '../expr/expr.js'
import type { Tree } from '../expr/tree.js'
import { admit, admitEps, choose, type Hyperparameter, HyperparameterError, type Interval } from './hyperparameter.js'

/** Whether a leaf is meant, given all parameters: their names, order and shapes. */
export type LeafSelector = (name: string, params: Tree<Expr>) => boolean

/** Words for a configuration, beside values that the function checks itself. */
export interface Words {
  readonly words: readonly string[]
}

/** Options within an option. */
export interface Nested {
  readonly read: (who: string, given: never) => unknown
}

/**
 * What an option may be: a number of an interval, or a schedule beside it; an epsilon, which float32 can hold; one of some
 * words, or such a word with a number; leaves; true or false; a function; options of its own; or a value that its function
 * checks itself, perhaps by words too.
 */
export type Kind =
  | Interval
  | `scheduled ${Interval}`
  | 'eps'
  | 'boolean'
  | 'selector'
  | 'function'
  | 'value'
  | readonly string[]
  | readonly [words: readonly string[], Interval]
  | Words
  | Nested

const isNested = (kind: Exclude<Kind, string>): kind is Nested => 'read' in kind

/** Whether a word comes with a number. */
export const isPair = (kind: readonly unknown[]): kind is readonly [readonly string[], Interval] =>
  Array.isArray(kind[0])

/** The interval of a kind that is one, or of its numbers where there may be a schedule. */
export const intervalOf = (kind: Interval | `scheduled ${Interval}`): Interval =>
  kind.replace(/^scheduled /, '') as Interval // what is left of it

const admitWord = (parameter: string, value: unknown, words: readonly string[]): void => {
  choose(parameter, value as string, Object.fromEntries(words.map(word => [word, word]))) // which refuses all else
}

const admitFunction = (parameter: string, value: unknown, what: string): void => {
  if (typeof value !== 'function') throw new HyperparameterError(parameter, value, what)
}

const admitFlag = (parameter: string, value: unknown): void => {
  if (typeof value !== 'boolean') throw new HyperparameterError(parameter, value, 'true or false')
}

const admitText = (kind: Extract<Kind, string>, parameter: string, value: unknown): void => {
  if (kind === 'boolean') admitFlag(parameter, value)
  else if (kind === 'selector') admitFunction(parameter, value, "a function of a leaf's name, such as named(/kernel$/)")
  else if (kind === 'function') admitFunction(parameter, value, 'a function')
  // Whatever it is: what is no number is refused with the others.
  else if (kind === 'eps') admitEps(parameter, value as Hyperparameter)
  else if (kind !== 'value' && (typeof value !== 'function' || !kind.startsWith('scheduled')))
    admit(parameter, value as Hyperparameter, intervalOf(kind))
}

/**
 * The value, if it is of a kind.
 *
 * @throws HyperparameterError naming parameter, value and what would be right
 */
export const checked = (kind: Kind, parameter: string, value: unknown): unknown => {
  if (typeof kind === 'string') admitText(kind, parameter, value)
  else if (isNested(kind))
    return kind.read(parameter, value as never) // which refuses what is no record
  else if ('words' in kind) {
    if (typeof value === 'string') admitWord(parameter, value, kind.words)
  } else if (isPair(kind)) {
    const [word, size] = Array.isArray(value) ? value : [value]
    admitWord(parameter, word, kind[0])
    admit(parameter, size, kind[1])
  } else admitWord(parameter, value, kind)
  return value
}
