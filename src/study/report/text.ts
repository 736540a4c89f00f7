/** Words for numbers. */

/** A count with its noun: `'1 seed'`, `'3 seeds'`. */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`

/** A difference of accuracies in percentage points, with its sign: `'+0.42'`. */
export const points = (gap: number): string => {
  const text = (100 * gap).toFixed(2)
  // What rounds to zero has no sign to speak of.
  return Number(text) === 0 ? '0.00' : gap > 0 ? `+${text}` : text
}

/** A probability: two digits, or `'< 0.001'`. */
export const probability = (p: number): string => (p < 0.001 ? '< 0.001' : String(Number(p.toPrecision(2))))

/** A list in a sentence: `'a, b and c'`. */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

/** A gap by a metric, with its sign: accuracies in percentage points, losses as they are. */
export const gapText = (metric: 'accuracy' | 'loss', gap: number): string => {
  if (metric === 'accuracy') return points(gap)
  const text = gap.toFixed(4)
  return Number(text) === 0 ? '0.0000' : gap > 0 ? `+${text}` : text
}

/** A name for a file: `'fashion-mnist, 10 %, mlp'` becomes `'fashion-mnist-10-mlp'`. */
export const slug = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-')
    .replaceAll(/^-|-$/g, '')
