/** Figures of learning-rate stability: how the final loss depends on the learning rate. */
import type { EpochResult } from '../../train/index.js'
import { type CellResult, type Group, groupBy } from '../statistics/cells.js'
import { spread } from '../statistics/gap.js'
import {
  bottom,
  colorOf,
  dashOf,
  type Figure,
  number,
  type Row,
  type Spec,
  shown,
  shownParameter,
  told,
  WIDTH,
} from './figure.js'
import { slug } from './text.js'
import type { Style } from './theme.js'

/** The final loss of a group, and how many of its runs diverged. */
const point = ({ variant, settings, runs, completed }: Group) => {
  const losses = completed.map(({ epochs }) => (epochs.at(-1) as EpochResult).testLoss)
  const { mean, sd } = losses.length > 0 ? spread(losses) : { mean: undefined, sd: undefined }
  return {
    variant,
    learningRate: settings.learningRate,
    loss: mean,
    sd,
    low: mean === undefined ? undefined : mean - (sd ?? 0),
    high: mean === undefined ? undefined : mean + (sd ?? 0),
    seeds: losses.length,
    diverged: runs.length - losses.length,
  }
}

/** One point for each variant and learning rate: where other settings differ too, that with the lowest loss. */
const pointsOf = (cell: CellResult) =>
  groupBy(cell.groups, ({ variant, settings }) => `${variant} ${settings.learningRate}`).map(groups =>
    groups.map(point).reduce((a, b) => ((b.loss ?? Infinity) < (a.loss ?? Infinity) ? b : a)),
  )

const figure = (styles: readonly Style[], cell: CellResult, several: boolean): readonly Figure[] => {
  const rows = pointsOf(cell)
  if (rows.length <= new Set(rows.map(({ variant }) => variant)).size) return []
  const losses = rows.flatMap(({ loss }) => loss ?? [])
  const log = losses.length > 0 && Math.max(...losses) > 10 * Math.min(...losses) && Math.min(...losses) > 0
  const color = colorOf(styles, rows)
  const rates = [...new Set(rows.map(({ learningRate }) => learningRate))].sort((a, b) => a - b)
  const lost = [...new Set(rows.filter(({ diverged }) => diverged > 0).map(({ variant }) => variant))]
  const x = number('learningRate', 'learning rate', {
    scale: { type: 'log', nice: false, padding: 12 },
    axis: { format: '~g', grid: false, values: rates, labelOverlap: 'greedy' },
  })
  const y = (field: string): Spec =>
    number(field, 'final test loss', {
      scale: log ? { type: 'log' } : { zero: false },
      ...(log && { axis: { format: '~g' } }),
    })
  const finite = { filter: 'isValid(datum.loss)' }
  return [
    {
      id: several ? `stability-${slug(cell.name)}` : 'stability',
      title: 'Final loss over the learning rate',
      cell: cell.name,
      caption:
        'Lines are means over the seeds that completed, bands one standard deviation to either side. A cross above the plot marks a learning rate with which a seed diverged.',
      rows: rows as readonly Row[],
      spec: {
        params: [shownParameter(styles, rows)],
        transform: [shown],
        width: WIDTH,
        height: 320,
        layer: [
          {
            transform: [finite, bottom('loss')],
            mark: { type: 'area', opacity: 0.13, clip: true },
            encoding: { x, y: y(log ? 'bottom' : 'low'), y2: { field: 'high' }, color },
          },
          {
            transform: [finite],
            mark: { type: 'line', clip: true },
            encoding: { x, y: y('loss'), color, strokeDash: dashOf(styles, rows) },
          },
          {
            transform: [finite],
            mark: {
              type: 'point',
              filled: true,
              size: 45,
              opacity: 1,
              clip: true,
              ...told({
                variant: 'variant',
                'learning rate': 'learningRate',
                'final loss': 'loss',
                'standard deviation': 'sd',
                seeds: 'seeds',
                diverged: 'diverged',
              }),
            },
            encoding: { x, y: y('loss'), color },
          },
          // A row of crosses for each variant, so that none hides another.
          ...lost.map((variant, i) => ({
            transform: [{ filter: `datum.diverged > 0 && datum.variant === '${variant}'` }],
            mark: {
              type: 'point',
              shape: 'cross',
              angle: 45,
              size: 70,
              filled: true,
              opacity: 1,
              ...told({
                variant: 'variant',
                'learning rate': 'learningRate',
                diverged: 'diverged',
                seeds: 'seeds',
              }),
            },
            encoding: { x, y: { value: -8 - 11 * i }, color },
          })),
        ],
      },
    },
  ]
}

/** The figure of each cell in which a variant was run with several learning rates. */
export const stabilityFigures = (styles: readonly Style[], cells: readonly CellResult[]): readonly Figure[] =>
  cells.flatMap(cell => figure(styles, cell, cells.length > 1))
