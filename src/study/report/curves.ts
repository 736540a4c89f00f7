/** Figures over epochs: learning curves, and what plasticity did meanwhile. */
import type { Diagnostics } from '../../train/diagnostics/types.js'
import type { EpochResult } from '../../train/index.js'
import type { CellResult } from '../statistics/cells.js'
import { alphaHistograms, diagnostic, norm, type Quantity, type SeriesRow, series } from './diagnostics.js'
import {
  bottom,
  colorOf,
  dashOf,
  epochAxis,
  type Figure,
  inOrder,
  number,
  PART_WIDTH,
  type Row,
  type Spec,
  shown,
  shownParameter,
  told,
  WIDTH,
} from './figure.js'
import { slug } from './text.js'
import type { Style } from './theme.js'

const BAND = 'Lines are means over the seeds that completed, bands one standard deviation to either side.'

/** Lines with bands. */
const lines = (styles: readonly Style[], rows: readonly SeriesRow[], y: Spec, low: string): readonly Spec[] => {
  const epochs = Math.max(...rows.map(({ epoch }) => epoch))
  const x = epochAxis(epochs)
  const color = colorOf(styles, rows)
  return [
    {
      mark: { type: 'area', opacity: 0.13, clip: true },
      encoding: { x, y: { field: low, type: 'quantitative', ...y }, y2: { field: 'high' }, color },
    },
    {
      mark: { type: 'line', clip: true, ...(epochs === 1 && { point: true }) },
      encoding: { x, y: { field: 'mean', type: 'quantitative', ...y }, color, strokeDash: dashOf(styles, rows) },
    },
    {
      // Something to point at.
      mark: {
        type: 'point',
        filled: true,
        size: 90,
        opacity: 0,
        ...told({
          variant: 'variant',
          epoch: 'epoch',
          mean: 'mean',
          'standard deviation': 'sd',
          seeds: 'seeds',
        }),
      },
      encoding: { x, y: { field: 'mean', type: 'quantitative', ...y }, color },
    },
  ]
}

interface Kind {
  readonly id: string
  readonly title: string
  readonly caption: string
  readonly quantities: readonly Quantity[]
  /** Of the y axis. */
  readonly y: Spec
  /** Whether all quantities have the same axis. */
  readonly together?: boolean
}

const wide = (rows: readonly SeriesRow[]): boolean => {
  const positive = rows.map(({ mean }) => mean).filter(mean => mean > 0)
  return Math.max(...positive) > 30 * Math.min(...positive)
}

const LOG: Spec = { scale: { type: 'log', nice: false }, axis: { tickCount: 5, format: '~g' } }

/** A figure over epochs: one plot, or one for each of several quantities; a log axis where values span more than a factor of 30. */
const overEpochs = (styles: readonly Style[], kind: Kind, cell: CellResult, several: boolean): readonly Figure[] => {
  const rows = series(cell.variants, kind.quantities)
  const log = kind.y.log === true && wide(rows)
  if (rows.length === 0) return []
  const labels = kind.quantities
    .map(({ label }) => label)
    .filter(label => rows.some(({ quantity, mean }) => quantity === label && (mean > 0 || !log)))
  const { log: _, ...plain } = kind.y
  const y = { ...plain, ...(log && LOG) }
  const layer = lines(styles, rows, y, log ? 'bottom' : 'low')
  return [
    {
      id: several ? `${kind.id}-${slug(cell.name)}` : kind.id,
      title: kind.title,
      cell: cell.name,
      caption: kind.caption,
      rows: rows as readonly object[] as readonly Row[],
      spec: {
        params: [shownParameter(styles, rows)],
        transform: [shown, ...(log ? [{ filter: 'datum.mean > 0' }, bottom('mean')] : [])],
        ...(labels.length > 1
          ? {
              facet: { field: 'quantity', type: 'nominal', sort: labels, title: null },
              columns: 2,
              spec: { width: PART_WIDTH, height: 160, layer },
              resolve: {
                scale: { y: kind.together ? 'shared' : 'independent' },
                axis: { x: 'independent', y: 'independent' },
              },
            }
          : { width: WIDTH, height: 300, layer }),
      },
    },
  ]
}

const loss = (key: 'trainLoss' | 'testLoss', label: string): Quantity => ({
  label,
  of: (epoch: EpochResult) => epoch[key],
})
const quantity = (label: string, key: keyof Diagnostics): Quantity => ({ label, of: diagnostic(key) })
const normOf = (label: string, key: keyof Diagnostics): Quantity => ({ label, of: norm(key) })

const kinds: readonly Kind[] = [
  {
    id: 'accuracy',
    title: 'Accuracy over epochs',
    caption: `Accuracy on the test set. ${BAND}`,
    quantities: [{ label: 'test accuracy', of: ({ testAccuracy }) => testAccuracy }],
    y: { title: 'test accuracy', scale: { zero: false }, axis: { format: '.0%' } },
  },
  {
    id: 'loss',
    title: 'Loss over epochs',
    caption: `Cross-entropy on the test set, and on the training batches with dropout. ${BAND}`,
    quantities: [loss('testLoss', 'test loss'), loss('trainLoss', 'training loss')],
    y: { title: null, scale: { zero: false }, log: true },
  },
  {
    id: 'alpha',
    title: 'The plasticity coefficient over epochs',
    caption: `Alpha over all parameters and recorded steps of an epoch: its mean, its standard deviation, and the part of it near a bound. ${BAND}`,
    quantities: [
      quantity('mean of alpha', 'alphaMean'),
      quantity('standard deviation of alpha', 'alphaStd'),
      quantity('part near the lower bound', 'alphaFractionNearMin'),
      quantity('part near the upper bound', 'alphaFractionNearMax'),
    ],
    y: { title: null, scale: { zero: false } },
  },
  {
    id: 'norms',
    title: 'Norms over epochs',
    caption: `Root mean squares over the recorded steps of an epoch. Homeostasis stands between raw and effective update. ${BAND}`,
    quantities: [
      normOf('gradient', 'rawGradientNorm'),
      normOf('raw update', 'rawUpdateNorm'),
      normOf('effective update', 'effectiveUpdateNorm'),
      normOf('step, learning rate included', 'stepNorm'),
      normOf('change by plasticity', 'plasticityDeltaNorm'),
      normOf('parameters', 'parameterNorm'),
    ],
    y: { title: null, scale: { zero: false }, log: true },
  },
  {
    id: 'controller',
    title: 'Learning-rate multipliers by layer group',
    caption: `What the controller multiplies the learning rate by, the mean over steps. ${BAND}`,
    quantities: [
      quantity('early blocks', 'controllerMultiplierMeanEarlyBlocks'),
      quantity('late blocks', 'controllerMultiplierMeanLateBlocks'),
      quantity('classifier', 'controllerMultiplierMeanClassifier'),
    ],
    y: { title: null, scale: { zero: false } },
    together: true,
  },
]

const heatMap = (styles: readonly Style[], cell: CellResult, several: boolean): readonly Figure[] => {
  const rows = alphaHistograms(cell.variants)
  if (rows.length === 0) return []
  const last = Math.max(...rows.map(({ epoch }) => epoch))
  const order = inOrder(
    'variant',
    styles.map(({ variant }) => variant),
  )
  return [
    {
      id: several ? `alpha-histogram-${slug(cell.name)}` : 'alpha-histogram',
      title: 'Histogram of the plasticity coefficient over epochs',
      cell: cell.name,
      caption:
        'Part of all parameters and recorded steps whose alpha is in a bin; 64 bins between the bounds, what is beyond them in the outermost. The colour scale is of square roots.',
      rows: rows as readonly object[] as readonly Row[],
      spec: {
        params: [shownParameter(styles, rows), order.parameter],
        // Each reaches a little under its neighbours, which are drawn later: no hairlines between them.
        transform: [
          shown,
          order.transform,
          { calculate: 'datum.epoch - 0.5', as: 'from' },
          { calculate: 'datum.epoch + 0.55', as: 'to' },
          { calculate: 'datum.high + 0.4 * (datum.high - datum.low)', as: 'top' },
        ],
        facet: { field: 'variant', type: 'nominal', sort: order.sort, title: null },
        columns: 2,
        spec: {
          width: PART_WIDTH,
          height: 170,
          mark: {
            type: 'rect',
            clip: true,
            ...told({
              variant: 'variant',
              epoch: 'epoch',
              'alpha from': 'low',
              'alpha to': 'high',
              part: 'share',
            }),
          },
          encoding: {
            x: number('from', 'epoch', {
              scale: { domain: [0.5, last + 0.5], nice: false },
              axis: {
                values: Array.from({ length: last }, (_, i) => i + 1),
                format: 'd',
                labelOverlap: true,
                grid: false,
              },
            }),
            x2: { field: 'to' },
            y: number('low', 'alpha', {
              scale: {
                domain: [Math.min(...rows.map(({ low }) => low)), Math.max(...rows.map(({ high }) => high))],
                nice: false,
              },
              axis: { grid: false },
            }),
            y2: { field: 'top' },
            color: number('share', 'part', {
              scale: { type: 'sqrt', scheme: 'viridis' },
              legend: { title: 'part', format: '~%', gradientLength: 140 },
            }),
          },
        },
        resolve: { axis: { x: 'independent', y: 'independent' } },
      },
    },
  ]
}

/** The figures over epochs of all cells; what the runs did not record is left out. */
export const curves = (styles: readonly Style[], cells: readonly CellResult[]): readonly Figure[] => {
  const several = cells.length > 1
  const [accuracy, losses, alpha, ...others] = kinds.map(kind =>
    cells.flatMap(cell => overEpochs(styles, kind, cell, several)),
  )
  const histograms = cells.flatMap(cell => heatMap(styles, cell, several))
  return [accuracy, losses, alpha, histograms, ...others].flatMap(figures => figures ?? [])
}
