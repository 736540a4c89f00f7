/** Words for numbers. */

/** A count with its noun: `'1 seed'`, `'3 seeds'`. */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`

/** A number without what rounding left in its last digits: equal gaps of different accuracies are then equal. */
export const clean = (value: number): number => Number(value.toPrecision(12))

/** A number with so many digits after the point, halves away from 0, as by hand: that 0.345 is a little less in binary is noise. */
export const fixed = (value: number, digits: number): string => {
  const unit = 10 ** digits
  return ((Math.sign(value) * Math.round(clean(Math.abs(value) * unit))) / unit).toFixed(digits)
}

const signed = (value: number, digits: number): string => {
  const text = fixed(value, digits)
  // What rounds to zero has no sign to speak of.
  return Number(text) === 0 ? fixed(0, digits) : value > 0 ? `+${text}` : text
}

/** A difference of accuracies in percentage points, with its sign: `'+0.42'`. */
export const points = (gap: number): string => signed(100 * gap, 2)

/** A probability: two digits, or `'< 0.001'`. */
export const probability = (p: number): string => (p < 0.001 ? '< 0.001' : String(Number(p.toPrecision(2))))

/** A list in a sentence: `'a, b and c'`. */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

/** A gap by a metric, with its sign: accuracies in percentage points, losses as they are. */
export const gapText = (metric: 'accuracy' | 'loss', gap: number): string =>
  metric === 'accuracy' ? points(gap) : signed(gap, 4)

/** A value by a metric: an accuracy in per cent, or a loss. */
export const valueText = (metric: 'accuracy' | 'loss', value: number): string =>
  metric === 'accuracy' ? `${fixed(100 * value, 2)} %` : fixed(value, 4)

/** A name for a file: `'fashion-mnist, 10 %, mlp'` becomes `'fashion-mnist-10-mlp'`. */
export const slug = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-')
    .replaceAll(/^-|-$/g, '')
