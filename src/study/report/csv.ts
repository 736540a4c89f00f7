/** Rows as CSV. */
import type { Value } from './figure.js'
import { clean } from './text.js'

const field = (value: Value): string => {
  const text = value === undefined ? '' : String(typeof value === 'number' ? clean(value) : value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * CSV text, one head line and one line for each row; numbers with twelve digits at most, what is absent empty.
 *
 * @example
 * csv(['variant', 'mean'], [['adam', 0.885]]) // 'variant,mean\nadam,0.885\n'
 * @see RFC 4180
 */
export const csv = (heads: readonly string[], rows: readonly (readonly Value[])[]): string =>
  [heads, ...rows].map(row => `${row.map(field).join(',')}\n`).join('')
