/** What must be a transform, and what a transform must give: said at the call, by name. */
import { isExpr } from '../expr/expr.js'
import { names, type Tree } from '../expr/tree.js'

/** A value as a sentence says it. */
const shown = (x: unknown): string => {
  if (typeof x === 'function') return 'a function, perhaps one that makes a transform and was not called'
  if (typeof x === 'object' && x !== null && 'optimizer' in x)
    return "a configuration, of which fromConfig of 'plastax/config' makes one"
  if (typeof x === 'object' && x !== null) return Array.isArray(x) ? 'an array' : 'an object'
  return typeof x === 'string' ? `'${x}'` : String(x)
}

/** Whether a value is a gradient transform. */
export const isTransform = (x: unknown): boolean =>
  typeof x === 'object' &&
  x !== null &&
  'init' in x &&
  'update' in x &&
  typeof x.init === 'function' &&
  typeof x.update === 'function'

/**
 * The value itself, if it is a gradient transform.
 *
 * @param whole who takes it
 * @param part what it is there
 * @throws TypeError naming both, and what was given
 */
export const admitTransform = <T>(whole: string, part: string, value: T): T => {
  if (!isTransform(value))
    throw new TypeError(`${whole}: ${part} is ${shown(value)}; a gradient transform was expected`)
  return value
}

/**
 * The value itself, if it is a function.
 *
 * @param what what it should be, in words
 * @throws TypeError naming who takes it, what it is there, and what was given
 */
export const admitFunction = <T>(whole: string, part: string, value: T, what: string): T => {
  if (typeof value !== 'function') throw new TypeError(`${whole}: ${part} is ${shown(value)}; ${what} was expected`)
  return value
}

/**
 * Updates that a rule gave: an Expr for each leaf that has a gradient.
 *
 * @throws TypeError naming rule and leaf
 */
export const admitUpdates = (rule: string, updates: unknown, gradients: Tree<unknown>): void => {
  if (typeof updates !== 'object' || updates === null || isExpr(updates))
    throw new TypeError(
      `${rule} gave ${isExpr(updates) ? 'a single Expr' : shown(updates)}; a tree was expected, with an Expr for each leaf`,
    )
  const given = updates as Tree<unknown>
  for (const leaf of names(gradients)) {
    if (!Object.hasOwn(given, leaf))
      throw new TypeError(`${rule} gave nothing for '${leaf}', which has a gradient; an Expr was expected`)
    if (!isExpr(given[leaf]))
      throw new TypeError(`${rule} gave ${shown(given[leaf])} for '${leaf}'; an Expr was expected`)
  }
}

/**
 * What `update` of a transform gave: updates and the next state.
 *
 * @throws TypeError naming the rule, and the leaf where it is one
 */
export const resultOf = <R>(rule: string, result: R, gradients: Tree<unknown>): R => {
  if (!Array.isArray(result) || result.length !== 2)
    throw new TypeError(`${rule} gave ${shown(result)}; a pair was expected, [updates, state]`)
  admitUpdates(rule, result[0], gradients)
  return result
}
