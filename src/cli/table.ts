/** The table of a comparison. */
import Table from 'cli-table3'
import { fixed, points } from '../study/report/text.js'
import type { PairedGap, Spread } from '../study/statistics/gap.js'
import { GRADIENT_ONLY } from '../study/variants.js'
import type { VariantSummary } from './summary.js'

const NONE = '-'

const percent = (spread: Spread | undefined): string => {
  if (spread === undefined) return NONE
  const mean = fixed(100 * spread.mean, 2)
  return spread.sd === undefined ? mean : `${mean} ± ${fixed(100 * spread.sd, 2)}`
}

const gapText = (gap: PairedGap | undefined): string =>
  gap === undefined ? NONE : `${points(gap.mean)} (${gap.wins}/${gap.pairs})`

/** The heads of the columns. */
export const heads: readonly string[] = [
  'variant',
  'final %',
  'best %',
  `vs\n${GRADIENT_ONLY}`,
  'vs own\nalpha = 1',
  's per\nepoch',
  'alpha',
  'alpha\nrange',
  'near\nlo, hi',
]

/** The cells of a variant's row, in the order of `heads`. */
export const cells = (summary: VariantSummary): readonly string[] => {
  const { variant, finalAccuracy, bestAccuracy, secondsPerEpoch, alpha, controls, gaps, diverged } = summary
  return [
    diverged > 0 ? `${variant}\n(${diverged} diverged)` : variant,
    percent(finalAccuracy),
    percent(bestAccuracy),
    gapText(gaps[GRADIENT_ONLY]),
    gapText(gaps[controls[0] ?? '']),
    secondsPerEpoch?.toFixed(2) ?? NONE,
    alpha ? `${alpha.mean.toFixed(2)} ± ${alpha.sd.toFixed(2)}` : NONE,
    alpha ? `[${alpha.min.toFixed(1)}, ${alpha.max.toFixed(1)}]` : NONE,
    alpha ? `${(100 * alpha.nearLow).toFixed(0)}, ${(100 * alpha.nearHigh).toFixed(0)}` : NONE,
  ]
}

/** What the columns mean, for whoever reads the table later. */
export const legend =
  'Test accuracy, mean ± sd over seeds; best: of all epochs, picked on the test set. vs: paired gap of final accuracy in points\n' +
  '(seeds ahead / seeds); own: the same rule with alpha = 1. s per epoch: training alone. alpha: at the last step, over all\n' +
  'parameters; near: % within 5 % of a bound, or beyond it.'

/**
 * A table as text, without colour: the first column to the left, others to the right.
 *
 * @param heads of the columns, which may have several lines
 * @example
 * drawTable(['epoch', 'loss'], [['1', '0.69']])
 */
export const drawTable = (heads: readonly string[], rows: readonly (readonly string[])[]): string => {
  const table = new Table({
    head: [...heads],
    style: { head: [], border: [] },
    colAligns: heads.map((_, i) => (i === 0 ? 'left' : 'right')),
    // No lines between rows.
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  })
  for (const row of rows) table.push([...row])
  // That took the line under the heads as well: it is the top one with other joints.
  const lines = table.toString().split('\n')
  const [top = ''] = lines
  const headLines = Math.max(...heads.map(head => head.split('\n').length))
  const rule = top.replace('┌', '├').replaceAll('┬', '┼').replace('┐', '┤')
  return lines.toSpliced(1 + headLines, 0, rule).join('\n')
}

/** The table of a comparison. */
export const renderTable = (summaries: readonly VariantSummary[]): string => drawTable(heads, summaries.map(cells))
