/** Values as a person reads them. */
import type { Shape } from '../src/index.js'
import type { Leaf, Values } from './values.js'

/** The shortest decimal that gives the same float32, or the same double where it is none. */
export const showNumber = (x: number): string => {
  if (Math.fround(x) !== x) return String(x)
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(x.toPrecision(digits))
    if (Math.fround(short) === x) return String(short)
  }
  return String(x)
}

const nested = (values: readonly number[], [n, ...rest]: Shape): string => {
  if (n === undefined) return showNumber(values[0] as number)
  const size = values.length / Math.max(1, n)
  return `[${Array.from({ length: n }, (_, i) => nested(values.slice(i * size, (i + 1) * size), rest)).join(', ')}]`
}

/** A leaf as nested lists. */
export const showLeaf = ({ shape, values }: Leaf): string => nested(values, shape)

/** A tree as an object of nested lists. */
export const showValues = (values: Values): string =>
  `{ ${Object.entries(values)
    .map(([name, leaf]) => `'${name}': ${showLeaf(leaf)}`)
    .join(', ')} }`

/** Whatever else a law drew. */
export const showExtra = (value: unknown): string =>
  typeof value === 'number'
    ? showNumber(value)
    : Array.isArray(value)
      ? `[${value.map(showExtra).join(', ')}]`
      : typeof value === 'object' && value !== null && 'source' in value
        ? String(value.source)
        : String(JSON.stringify(value))
