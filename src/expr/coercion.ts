/** Symbols where a value is wanted. */

/** What JavaScript asks of an object that is to be a number or a text. */
export interface Coerced {
  readonly [Symbol.toPrimitive]: (hint: string) => string
}

/**
 * Throws where a symbol is used as a number; as a text it says what it is.
 *
 * @throws TypeError that says what to write instead
 */
export const refuseCoercion =
  (sort: 'tensor' | 'number') =>
  (hint: string): string => {
    if (hint === 'string') return `a symbolic ${sort}`
    throw new TypeError(
      `a symbolic ${sort} has no value while a rule is traced: write x.add(1) for x + 1, x.greater(0) for x > 0, condition.where(a, b) for condition ? a : b`,
    )
  }
