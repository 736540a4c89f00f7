/** The ranking of variants, as a table and as a figure. */
import type { CellResult } from '../statistics/cells.js'
import type { Rank } from '../statistics/ranking.js'
import { integer, spreadText, text } from './columns.js'
import {
  colorOf,
  type Figure,
  inOrder,
  number,
  type Spec,
  shapeOf,
  shown,
  shownParameter,
  told,
  WIDTH,
} from './figure.js'
import { type Table, tableOf } from './table.js'
import { listed } from './text.js'
import type { Style } from './theme.js'

const HOW = 'over all cells and the seeds there that all variants have'

const seedsHead = (cells: readonly CellResult[]): string => (cells.length > 1 ? 'seeds of all cells' : 'seeds')

/** Who has no rank, as the end of a sentence. */
const leftOut = (ranks: readonly Rank[], cells: readonly CellResult[]): string => {
  const ranked = ranks.map(({ variant }) => variant)
  const run = new Set(cells.flatMap(({ variants }) => variants.map(({ variant }) => variant)))
  const others = [...run].filter(variant => !ranked.includes(variant))
  return others.length === 0 ? '' : `; left out, as not run in every cell: ${listed(others)}`
}

/** The ranking as a table, where there is one. */
export const rankingTable = (ranks: readonly Rank[], cells: readonly CellResult[]): readonly Table[] =>
  tableOf<Rank>(
    {
      id: 'ranking',
      title: 'Ranking',
      note: `Mean rank ± standard deviation ${HOW}, 1 is best; diverged runs come last, equal ones share their places${leftOut(ranks, cells)}`,
    },
    [
      text('variant', 'variant', ({ variant }) => variant),
      {
        head: 'mean rank',
        numeric: true,
        show: ({ rank }) => spreadText(rank, 2),
        csv: { rankMean: ({ rank }) => rank.mean, rankSd: ({ rank }) => rank.sd },
      },
      integer(seedsHead(cells), 'seedsOfAllCells', ({ blocks }) => blocks),
    ],
    ranks,
  )

/** The ranking as a figure, where there is one. */
export const rankingFigure = (
  styles: readonly Style[],
  ranks: readonly Rank[],
  results: readonly CellResult[],
): readonly Figure[] => {
  if (ranks.length === 0) return []
  const rows = ranks.flatMap(({ variant, rank, blocks, cells }) => [
    { variant, cell: 'all', rank: rank.mean, sd: rank.sd, seedsOfAllCells: blocks },
    ...(cells.length > 1
      ? cells.map(({ cell, rank }) => ({ variant, cell, rank, sd: undefined, seedsOfAllCells: undefined }))
      : []),
  ])
  const order = inOrder(
    'variant',
    ranks.map(({ variant }) => variant),
  )
  const y: Spec = { field: 'variant', type: 'nominal', title: null, sort: order.sort }
  const x = number('rank', 'mean rank, 1 is best', {
    scale: { domain: [0.8, ranks.length + 0.2], nice: false },
    axis: { tickMinStep: 1, format: 'd' },
  })
  const color = { ...colorOf(styles, rows), legend: null }
  return [
    {
      id: 'ranking',
      title: 'Ranking',
      caption: `Mean rank ${HOW}; ticks are means within a cell. Diverged runs come last${leftOut(ranks, results)}. A rank says nothing of how large a gap is, nor whether it is one.`,
      rows,
      spec: {
        params: [shownParameter(styles, rows), order.parameter],
        transform: [shown, order.transform],
        width: WIDTH,
        height: { step: 24 },
        layer: [
          {
            transform: [{ filter: "datum.cell !== 'all'" }],
            mark: {
              type: 'tick',
              thickness: 2,
              size: 14,
              opacity: 0.55,
              ...told({ variant: 'variant', cell: 'cell', rank: 'rank' }),
            },
            encoding: { x, y, color },
          },
          {
            transform: [{ filter: "datum.cell === 'all'" }],
            mark: {
              type: 'point',
              filled: true,
              size: 110,
              opacity: 1,
              ...told({
                variant: 'variant',
                'mean rank': 'rank',
                'standard deviation': 'sd',
                [seedsHead(results)]: 'seedsOfAllCells',
              }),
            },
            encoding: { x, y, color, shape: { ...shapeOf(styles, rows), legend: null } },
          },
        ],
      },
    },
  ]
}
