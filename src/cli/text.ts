/** Words for numbers. */

/** A count with its noun: `'1 seed'`, `'3 seeds'`. */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`

/** A difference of accuracies in percentage points, with its sign: `'+0.42'`. */
export const points = (gap: number): string => {
  const text = (100 * gap).toFixed(2)
  // What rounds to zero has no sign to speak of.
  return Number(text) === 0 ? '0.00' : gap > 0 ? `+${text}` : text
}
