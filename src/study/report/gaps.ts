/** Figures of gaps between variants. */
import { type Cell, cellOf } from '../plan.js'
import { type CellResult, groupBy } from '../statistics/cells.js'
import type { Comparison } from '../statistics/comparisons.js'
import type { StudyResult } from '../types.js'
import { gapUnit } from './comparisons.js'
import {
  colorOf,
  dashOf,
  type Figure,
  inOrder,
  number,
  PART_WIDTH,
  type Row,
  type Spec,
  shapeOf,
  shown,
  shownParameter,
  told,
  WIDTH,
} from './figure.js'
import { slug } from './text.js'
import type { Style } from './theme.js'

type Metric = StudyResult['metric']

/** A gap as a row: in percentage points, or in loss; positive where the variant is better. */
const gapRow = (metric: Metric, { cell, variant, against, gap, corrected }: Comparison): readonly Row[] => {
  if (gap === undefined) return []
  const unit = gapUnit(metric)
  return [
    {
      cell,
      variant,
      against,
      [unit.gap]: unit.scaled(gap.mean),
      [unit.low]: unit.scaled(gap.interval?.[0]),
      [unit.high]: unit.scaled(gap.interval?.[1]),
      seeds: gap.pairs,
      wins: gap.wins,
      p: gap.p,
      pHolm: corrected,
    },
  ]
}

const tip = ({ gap, low, high }: ReturnType<typeof gapUnit>): Spec =>
  told({
    variant: 'variant',
    against: 'against',
    gap,
    'interval from': low,
    'interval to': high,
    seeds: 'seeds',
    'seeds ahead': 'wins',
    p: 'p',
    'p (Holm)': 'pHolm',
  })

const zero = (channel: 'x' | 'y'): Spec => ({
  mark: { type: 'rule', color: '#444', strokeDash: [3, 3] },
  encoding: { [channel]: { datum: 0 } },
})

const ERRORS =
  'Bars are bootstrap intervals of the mean gap over shared seeds, 95 % each for itself; fewer than five seeds have none.'

const forest = (
  metric: Metric,
  styles: readonly Style[],
  cell: string,
  several: boolean,
  rows: readonly Row[],
): Figure => {
  const y: Spec = {
    field: 'against',
    type: 'nominal',
    title: null,
    sort: null,
    axis: { grid: true, tickBand: 'extent' },
  }
  const order = inOrder(
    'variant',
    styles.map(({ variant }) => variant),
  )
  const offset: Spec = { field: 'variant', type: 'nominal', sort: order.sort }
  const color = colorOf(styles, rows)
  const unit = gapUnit(metric)
  const x = (field: string) => number(field, `mean gap, ${unit.title}`, { axis: { tickCount: 8 } })
  return {
    id: several ? `gaps-${slug(cell)}` : 'gaps',
    title: 'Gaps of variants with plasticity to the others',
    cell,
    caption: `Right of zero the variant does better than what stands at the left. ${ERRORS}`,
    rows,
    spec: {
      params: [shownParameter(styles, rows), order.parameter],
      transform: [shown, order.transform],
      width: WIDTH,
      height: { step: Math.max(7, 26 / Math.max(1, new Set(rows.map(({ variant }) => variant)).size)), for: 'offset' },
      layer: [
        zero('x'),
        {
          mark: { type: 'rule', strokeWidth: 2 },
          encoding: { y, yOffset: offset, x: x(unit.low), x2: { field: unit.high }, color },
        },
        {
          mark: { type: 'point', filled: true, size: 55, opacity: 1, ...tip(unit) },
          encoding: { y, yOffset: offset, x: x(unit.gap), color, shape: shapeOf(styles, rows) },
        },
      ],
    },
  }
}

/** What varies along the axis of a figure of gaps. */
interface Axis {
  readonly id: string
  readonly title: string
  readonly of: (cell: Cell) => number
  /** The cell with that put aside: the gaps of one figure have it in common. */
  readonly rest: (cell: Cell) => string
  readonly x: Spec
}

const BY_FRACTION: Axis = {
  id: 'gap-by-fraction',
  title: 'Gap by data fraction',
  of: ({ fraction }) => fraction,
  rest: cell => cellOf({ ...cell, fraction: 1 }).replace(', 100 %', ''),
  x: {
    title: 'fraction of the training examples',
    scale: { type: 'log', nice: false, padding: 14 },
    axis: { format: '~%', grid: false },
  },
}

const BY_NOISE: Axis = {
  id: 'gap-by-label-noise',
  title: 'Gap by label noise',
  of: ({ labelNoise }) => labelNoise,
  rest: cell => cellOf({ ...cell, labelNoise: 0 }),
  x: { title: 'wrong labels', scale: { nice: false, zero: false, padding: 14 }, axis: { format: '~%', grid: false } },
}

const along = (
  metric: Metric,
  styles: readonly Style[],
  cells: readonly CellResult[],
  all: readonly Comparison[],
  { id, title, of, rest, x: axis }: Axis,
): readonly Figure[] => {
  const series = groupBy(cells, ({ at }) => rest(at)).filter(group => new Set(group.map(({ at }) => of(at))).size > 1)
  return series.flatMap(group => {
    const name = rest((group[0] as CellResult).at)
    const values = group.map(({ at }) => of(at))
    const rows = group.flatMap(cell =>
      all
        .filter(comparison => comparison.cell === cell.name)
        .flatMap(comparison => gapRow(metric, comparison).map((row): Row => ({ ...row, at: of(cell.at) }))),
    )
    if (rows.length === 0) return []
    const order = inOrder('against', [...new Set(rows.map(({ against }) => against))])
    const x = number('at', axis.title as string, { ...axis, axis: { ...(axis.axis as Spec), values } })
    const color = colorOf(styles, rows)
    const unit = gapUnit(metric)
    const y = (field: string) => number(field, `gap, ${unit.title}`)
    return [
      {
        id: series.length > 1 ? `${id}-${slug(name)}` : id,
        title,
        cell: name,
        caption: `Each plot is against the opponent that it is named after. Above zero the variant does better. ${ERRORS}`,
        rows,
        spec: {
          params: [shownParameter(styles, rows), order.parameter],
          transform: [shown, order.transform],
          facet: {
            field: 'against',
            type: 'nominal',
            sort: order.sort,
            title: null,
          },
          columns: 2,
          spec: {
            width: PART_WIDTH,
            height: 170,
            layer: [
              zero('y'),
              { mark: { type: 'rule' }, encoding: { x, y: y(unit.low), y2: { field: unit.high }, color } },
              {
                mark: { type: 'line' },
                encoding: { x, y: y(unit.gap), color, strokeDash: dashOf(styles, rows) },
              },
              {
                mark: { type: 'point', filled: true, size: 40, opacity: 1, ...tip(unit) },
                encoding: { x, y: y(unit.gap), color },
              },
            ],
          },
          resolve: { axis: { x: 'independent', y: 'independent' } },
        },
      },
    ]
  })
}

/** Figures of gaps: those of each cell, and along fractions and noise where there are several. */
export const gapFigures = (
  metric: Metric,
  styles: readonly Style[],
  cells: readonly CellResult[],
  all: readonly Comparison[],
): readonly Figure[] => [
  ...cells.flatMap(({ name }) => {
    const rows = all.filter(({ cell }) => cell === name).flatMap(comparison => gapRow(metric, comparison))
    return rows.length === 0 ? [] : [forest(metric, styles, name, cells.length > 1, rows)]
  }),
  ...along(metric, styles, cells, all, BY_FRACTION),
  ...along(metric, styles, cells, all, BY_NOISE),
]
