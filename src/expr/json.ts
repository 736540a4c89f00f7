/** Plain data, and a text of it that is the same exactly where the data are. */

/** What JSON can say, and all doubles. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** A double by its bits, short: the digits that are read back to it, and `-0` apart from `0`. */
export const numberText = (x: number): string => (Object.is(x, -0) ? '-0' : String(x))

const isPlain = (value: object): boolean => {
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/**
 * The text of plain data: numbers in full, keys in one order, nothing left out.
 *
 * @param what the name of the data, for the error
 * @throws TypeError where something is no plain data: a function, an instance, `undefined`
 */
export const jsonText = (value: unknown, what: string): string => {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${Array.from(value, (item, i) => jsonText(item, `${what}[${i}]`))}]`
  if (typeof value === 'object' && isPlain(value)) {
    const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${jsonText(item, `${what}.${key}`)}`)}}`
  }
  throw new TypeError(
    `${what} is ${value === undefined ? 'undefined' : typeof value === 'object' ? 'an instance' : `a ${typeof value}`}; plain data was expected: numbers, words, lists and records of them`,
  )
}
