/** A study's report, as data: findings, figures and tables. */

import { type CellResult, cellResults } from '../statistics/cells.js'
import { comparisons } from '../statistics/comparisons.js'
import { ranking } from '../statistics/ranking.js'
import type { Role, StudyResult } from '../types.js'
import { curves } from './curves.js'
import type { Figure } from './figure.js'
import { type Findings, findings } from './findings.js'
import { gapFigures } from './gaps.js'
import { rankingFigure } from './ranking.js'
import { stabilityFigures } from './stability.js'
import type { Table } from './table.js'
import { tables } from './tables.js'
import { count, listed } from './text.js'
import { type Style, stylesOf } from './theme.js'

/** All that is written: plain data. */
export interface Report {
  readonly name: string
  readonly description: string
  /** What was run, as head and text. */
  readonly setting: readonly (readonly [head: string, text: string])[]
  readonly variants: readonly (Style & { readonly role: Role; readonly description: string })[]
  readonly findings: Findings
  readonly figures: readonly Figure[]
  readonly tables: readonly Table[]
}

const SELECTION: Readonly<Record<StudyResult['selection'], string>> = {
  fixed: 'as given',
  validation: 'selected on examples put aside from training, with the same number of candidates for every variant',
  test: 'selected on the test set, with the same number of candidates for every variant',
  all: 'all candidates are reported',
}

const unique = <A>(values: readonly A[]): readonly A[] => [...new Set(values)]
const percent = (part: number): string => `${Number((100 * part).toPrecision(3))} %`

const settingOf = (result: StudyResult, cells: readonly CellResult[]): Report['setting'] => {
  const specs = result.runs.map(({ spec }) => spec)
  const of = (text: (at: CellResult['at']) => string) => listed(unique(cells.map(({ at }) => text(at))))
  const seeds = unique(specs.map(({ seed }) => seed)).length
  const versions = unique(result.runs.flatMap(run => Object.keys(run.versions))).map(
    name => `${name} ${listed(unique(result.runs.flatMap(run => run.versions[name] ?? [])))}`,
  )
  const noise = cells.some(({ at }) => at.labelNoise > 0)
  return [
    ...(cells.length > 0
      ? ([
          ['data', of(({ data: { name, source } }) => (source === undefined ? name : `${name} (${source})`))],
          ['of the training examples', of(({ fraction }) => percent(fraction))],
          ...(noise ? [['wrong labels in training', of(({ labelNoise }) => percent(labelNoise))] as const] : []),
          ['model', of(({ model: { name, width } }) => (width === undefined ? name : `${name} of width ${width}`))],
          ['seeds', String(seeds)],
          ['epochs', listed(unique(specs.map(({ epochs }) => String(epochs))))],
          ['batch size', listed(unique(specs.map(({ batchSize }) => String(batchSize))))],
          ...(specs.some(({ augment }) => augment) ? [['augmentation', 'cropped and flipped'] as const] : []),
        ] as const)
      : []),
    ['settings', SELECTION[result.selection]],
    [
      'judged by',
      result.metric === 'accuracy' ? 'test accuracy after the last epoch' : 'test loss after the last epoch',
    ],
    ...(result.options.length > 0 ? [['asked for with', result.options.join(' ')] as const] : []),
    [
      'runs',
      `${count(result.runs.length, 'run')}${result.missing.length > 0 ? `, ${result.missing.length} missing` : ''}`,
    ],
    ...(versions.length > 0 ? [['versions', versions.join(', ')] as const] : []),
  ]
}

/**
 * The report of a study. The same result gives the same report.
 *
 * @example
 * reportOf(result).findings.answer
 */
export const reportOf = (result: StudyResult): Report => {
  const cells = cellResults(result)
  const all = comparisons(result, cells)
  const ranks = ranking(result.metric, cells)
  const styles = stylesOf(result.variants)
  return {
    name: result.name,
    description: result.description,
    setting: settingOf(result, cells),
    variants: styles.map(style => ({
      ...style,
      ...(result.variants[style.variant] as { readonly role: Role; readonly description: string }),
    })),
    findings: findings(result, cells, all),
    figures: [
      ...rankingFigure(styles, ranks, cells),
      ...gapFigures(result.metric, styles, cells, all),
      ...stabilityFigures(styles, cells),
      ...curves(styles, cells),
    ],
    tables: tables(result, cells, all, ranks),
  }
}
