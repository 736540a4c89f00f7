/** JSON of results, which may have numbers that JSON has no word for. */

/**
 * Plain data as JSON text. NaN and infinities become the strings `'NaN'`, `'Infinity'` and `'-Infinity'`, rather than `null`,
 * which would not say which; the decoder `real` reads them.
 *
 * @param indent spaces; 0 for one line
 * @example
 * toJson({ loss: Number.NaN }, 0) // '{"loss":"NaN"}\n'
 */
export const toJson = (value: unknown, indent = 2): string =>
  `${JSON.stringify(value, (_, part) => (typeof part === 'number' && !Number.isFinite(part) ? String(part) : part), indent)}\n`
