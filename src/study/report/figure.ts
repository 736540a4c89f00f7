/** What a figure is: rows, and a Vega-Lite specification of how they are drawn. */
import type { Style } from './theme.js'

/** A value of a table or of the rows of a figure. */
export type Value = string | number | boolean | undefined

/** A row: values by the name of their column. */
export type Row = Readonly<Record<string, Value>>

/** A part of a Vega-Lite specification. */
export type Spec = Readonly<Record<string, unknown>>

/** A figure, as data. */
export interface Figure {
  /** The stem of its files: letters, digits, `.` and `-`. */
  readonly id: string
  /** What it shows; figures of one title are of different cells. */
  readonly title: string
  /** What it is of: a cell, or what the cells of a series have in common. None where it is of the whole study. */
  readonly cell?: string
  /** How it is to be read. */
  readonly caption: string
  readonly rows: readonly Row[]
  /** Without data. */
  readonly spec: Spec
}

/** The width in pixels of a plot in an SVG; each part of a figure that has several is `PART_WIDTH` wide. */
export const WIDTH = 560
/** @see WIDTH */
export const PART_WIDTH = 250

/**
 * An order of names, as a parameter of the figure, a transform and what a channel sorts by. Given to `sort` itself, they would
 * become words of an expression, where a name such as `constructor` is something else.
 */
export const inOrder = (field: string, names: readonly Value[]) => ({
  parameter: { name: `${field}Order`, value: names } satisfies Spec,
  transform: { calculate: `indexof(${field}Order, datum.${field})`, as: `${field}Place` } satisfies Spec,
  sort: { field: `${field}Place`, op: 'min', order: 'ascending' } satisfies Spec,
})

/** Only variants that are switched on: a parameter of every figure that has variants. */
export const shown: Spec = { filter: 'indexof(shown, datum.variant) >= 0' }

const of = (styles: readonly Style[], rows: readonly object[]): readonly Style[] =>
  styles.filter(({ variant }) => rows.some(row => (row as Row).variant === variant))

/** The switch of variants. */
export const shownParameter = (styles: readonly Style[], rows: readonly object[]): Spec => ({
  name: 'shown',
  value: of(styles, rows).map(({ variant }) => variant),
})

/** A channel whose values are those of the variants' styles. */
const channel = (styles: readonly Style[], rows: readonly object[], range: (style: Style) => unknown): Spec => ({
  field: 'variant',
  type: 'nominal',
  title: null,
  scale: { domain: of(styles, rows).map(({ variant }) => variant), range: of(styles, rows).map(range) },
  // By itself it would have the names of the domain, as words of an expression: see `inOrder`.
  legend: { values: { expr: 'shown' } },
})

/** Colours of the variants that the rows have. */
export const colorOf = (styles: readonly Style[], rows: readonly object[]) =>
  channel(styles, rows, ({ color }) => color)
/** Dashes of the same. */
export const dashOf = (styles: readonly Style[], rows: readonly object[]) => channel(styles, rows, ({ dash }) => dash)
/** Shapes of their points. */
export const shapeOf = (styles: readonly Style[], rows: readonly object[]) =>
  channel(styles, rows, ({ shape }) => shape)

/** A quantitative channel. */
export const number = (field: string, title: string | null, more: Spec = {}): Spec => ({
  field,
  type: 'quantitative',
  title,
  ...more,
})

/** Epochs on an axis: whole ones. */
export const epochAxis = (last: number): Spec =>
  number('epoch', 'epoch', {
    scale: { zero: false, nice: false },
    axis: { grid: false, tickMinStep: 1, tickCount: Math.min(last, 10), format: 'd' },
  })

/**
 * Where a band on a log axis begins, as the column `bottom`: a tenth of the mean at least, for there is no way down to zero. The
 * rows keep the true end.
 */
export const bottom = (mean: string): Spec => ({ calculate: `max(datum.low, datum.${mean} / 10)`, as: 'bottom' })

const NAMES = ['variant', 'quantity', 'against', 'cell', 'settings']

/** What a pointer is told, and who does not see, as properties of a mark: each column as `title: field`, without those that a row lacks. */
export const told = (columns: Readonly<Record<string, string>>): Spec => {
  const each = (part: (title: string, text: string) => string, none: string) =>
    Object.entries(columns).map(([title, field]) => {
      const value = `datum['${field}']`
      return `(isValid(${value}) ? ${part(title, NAMES.includes(field) ? value : `format(${value}, '.4~f')`)} : ${none})`
    })
  return {
    tooltip: { expr: `merge(${each((title, text) => `{'${title}': ${text}}`, '{}').join(', ')})` },
    description: { expr: `slice(${each((title, text) => `'; ${title}: ' + ${text}`, "''").join(' + ')}, 2)` },
  }
}
