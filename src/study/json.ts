/** JSON of results, which may have numbers that JSON has no word for. */

/**
 * Plain data as JSON text. NaN and infinities become the strings `'NaN'`, `'Infinity'` and `'-Infinity'`, rather than `null`,
 * which would not say which.
 *
 * @param indent spaces; 0 for one line
 * @example
 * toJson({ loss: Number.NaN }, 0) // '{"loss":"NaN"}\n'
 */
export const toJson = (value: unknown, indent = 2): string =>
  `${JSON.stringify(value, (_, part) => (typeof part === 'number' && !Number.isFinite(part) ? String(part) : part), indent)}\n`

const words: ReadonlySet<unknown> = new Set(['NaN', 'Infinity', '-Infinity'])

/**
 * What `toJson` wrote.
 *
 * @throws SyntaxError
 * @example
 * fromJson('{"loss":"NaN"}') // { loss: NaN }
 */
export const fromJson = (text: string): unknown =>
  JSON.parse(text, (_, part) => (words.has(part) ? Number(part) : part))
