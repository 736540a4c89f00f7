/** What a study supports, in sentences, and no more. */

import { type CellResult, groupBy } from '../statistics/cells.js'
import { type Comparison, SIGNIFICANCE } from '../statistics/comparisons.js'
import { seedsNeeded } from '../statistics/holm.js'
import type { StudyResult } from '../types.js'
import { count, gapText, listed, probability } from './text.js'

/** What the comparisons of one cell say. */
export interface CellFindings {
  readonly cell: string
  /** Whether the modulation beats its own step size. */
  readonly answer: string
  /** Each variant with plasticity against its controls, then the baselines, then runs that diverged. */
  readonly sentences: readonly string[]
}

/** What the whole study says. */
export interface Findings {
  readonly answer: string
  /** What is to be kept in mind with all of it. */
  readonly cautions: readonly string[]
  readonly cells: readonly CellFindings[]
}

type Metric = StudyResult['metric']
const unitOf = (metric: Metric): string => (metric === 'accuracy' ? 'points' : 'in loss')

type Standing = 'ahead' | 'behind' | 'perhaps ahead' | 'perhaps behind' | 'open'

const standing = ({ gap, corrected = 1 }: Comparison): Standing => {
  if (gap === undefined || gap.p > SIGNIFICANCE) return 'open'
  const side = gap.mean > 0 ? 'ahead' : 'behind'
  return corrected <= SIGNIFICANCE ? side : `perhaps ${side}`
}

/** Figures of a gap: `'alpha-one (+0.45 points, interval +0.20 to +0.70, ahead on 8 of 8 seeds, p 0.0078, 0.11 corrected)'`. */
const figures = (metric: Metric, { gap, corrected }: Comparison): string => {
  if (gap === undefined) return 'no seed finished by both'
  return [
    `${gapText(metric, gap.mean)} ${unitOf(metric)}`,
    ...(gap.interval ? [`interval ${gap.interval.map(end => gapText(metric, end)).join(' to ')}`] : []),
    `ahead on ${gap.wins} of ${count(gap.pairs, 'seed')}${gap.ties > 0 ? `, level on ${gap.ties}` : ''}`,
    `p ${probability(gap.p)}, ${probability(corrected ?? 1)} corrected`,
  ].join(', ')
}

const LEAD: Readonly<Record<Standing, string>> = {
  ahead: 'does better than',
  behind: 'does worse than',
  'perhaps ahead': 'before the correction alone, does better than',
  'perhaps behind': 'before the correction alone, does worse than',
  open: 'no evidence of a difference from',
}
const ORDER: readonly Standing[] = ['ahead', 'behind', 'perhaps ahead', 'perhaps behind', 'open']

/** A variant against several others, grouped by how it stands. */
const against = (metric: Metric, variant: string, all: readonly Comparison[]): string => {
  const clauses = ORDER.flatMap(kind => {
    const same = all.filter(comparison => standing(comparison) === kind)
    return same.length === 0
      ? []
      : [`${LEAD[kind]} ${listed(same.map(each => `${each.against} (${figures(metric, each)})`))}`]
  })
  return `${variant}: ${clauses.join('; ')}.`
}

const names = (all: readonly Comparison[], key: 'variant' | 'against'): readonly string[] => [
  ...new Set(all.map(comparison => comparison[key])),
]

/** Variants that are ahead of all their controls, of some, and behind some; by evidence that outlasts the correction, or by any. */
const verdicts = (controls: readonly Comparison[], corrected = true) => {
  const by = names(controls, 'variant').map(variant => {
    const own = controls.filter(comparison => comparison.variant === variant)
    const at = (kind: 'ahead' | 'behind') =>
      own.filter(comparison => {
        const found = standing(comparison)
        return found === kind || (!corrected && found === `perhaps ${kind}`)
      })
    return { variant, own, ahead: at('ahead'), behind: at('behind') }
  })
  return {
    full: by.filter(({ own, ahead }) => ahead.length === own.length),
    part: by.filter(({ own, ahead }) => ahead.length > 0 && ahead.length < own.length),
    behind: by.filter(({ behind }) => behind.length > 0),
  }
}

/** What the number of seeds and comparisons can show at all. */
interface Reach {
  readonly comparisons: number
  readonly seeds: number
  /** The smallest p of so many seeds, and after Holm's correction over so many comparisons. */
  readonly smallest: number
  readonly corrected: number
}

const reachOf = (all: readonly Comparison[]): Reach => {
  const tested = all.flatMap(({ gap }) => gap ?? [])
  const smallest = Math.min(1, ...tested.map(gap => gap.smallest))
  return {
    comparisons: tested.length,
    seeds: Math.max(0, ...tested.map(({ pairs }) => pairs)),
    smallest,
    corrected: Math.min(1, tested.length * smallest),
  }
}

const cannotTell = ({ comparisons, seeds }: Reach): string =>
  `No evidence: ${count(seeds, 'seed')} cannot give any that outlasts Holm's correction for ${count(comparisons, 'comparison')}. Before it,`

const plural = (subjects: readonly unknown[]) => (subjects.length === 1 ? 'does' : 'do')

/** Variants that stand alike to the same others, together. */
const alike = (rows: readonly (readonly [variant: string, others: readonly string[]])[]) =>
  groupBy(rows, ([, others]) => others.join()).map(
    group => [group.map(([variant]) => variant), group[0]?.[1] ?? []] as const,
  )

const answerOf = (controls: readonly Comparison[], reach: Reach, lead = cannotTell(reach)): string => {
  if (controls.length === 0)
    return 'This says nothing of what the modulation does beyond its step size: there is no variant with plasticity beside a control.'
  const tested = controls.flatMap(({ gap }) => gap ?? [])
  if (tested.length === 0)
    return 'This says nothing of plasticity: no seed was finished by both a variant with plasticity and a control.'
  const { smallest, seeds } = reachOf(controls)
  if (smallest > SIGNIFICANCE)
    return `No evidence: ${count(seeds, 'seed')} cannot tell whether the modulation beats its own step size. The smallest p that the sign-flip test can reach with so few is ${probability(smallest)}.`
  const corrected = reach.corrected <= SIGNIFICANCE
  const { full, part, behind } = verdicts(controls, corrected)
  const beaten = listed(names(controls, 'against'))
  const winners = full.map(({ variant }) => variant)
  return [
    ...(corrected ? [] : [lead]),
    winners.length > 0
      ? `${listed(winners)} ${plural(winners)} better than every control (${beaten})${corrected ? ': evidence that the modulation beats its own step size' : ''}.`
      : `${corrected ? 'No evidence that the modulation beats its own step size: no' : 'no'} variant does better than every control (${beaten}).`,
    ...alike(part.map(({ variant, ahead }) => [variant, names(ahead, 'against')])).map(
      ([variants, others]) => `${listed(variants)} ${plural(variants)} better than ${listed(others)} alone.`,
    ),
    ...alike(behind.map(({ variant, behind }) => [variant, names(behind, 'against')])).map(
      ([variants, others]) => `${listed(variants)} ${plural(variants)} worse than ${listed(others)}.`,
    ),
  ].join(' ')
}

/** What a baseline comes to against the variants with plasticity. */
const baseline = (metric: Metric, name: string, all: readonly Comparison[]): string => {
  const own = all.filter(comparison => comparison.against === name)
  const brief = (kind: Standing) =>
    own
      .filter(comparison => standing(comparison) === kind)
      .map(({ variant, gap }) =>
        gap ? `${variant} (${gapText(metric, -gap.mean)} ${unitOf(metric)})` : `${variant} (no pair)`,
      )
  const clauses = (
    [
      ['behind', 'does better than'],
      ['ahead', 'does worse than'],
      ['perhaps behind', 'before the correction alone, does better than'],
      ['perhaps ahead', 'before the correction alone, does worse than'],
      ['open', 'no evidence of a difference from'],
    ] as const
  ).flatMap(([kind, lead]) => (brief(kind).length > 0 ? [`${lead} ${listed(brief(kind))}`] : []))
  return `Plain ${name}: ${clauses.join('; ')}.`
}

const divergedOf = ({ variants }: CellResult): readonly string[] => {
  const lost = variants.flatMap(({ variant, runs, completed }) =>
    completed.length < runs.length
      ? [`${variant} on ${runs.length - completed.length} of ${count(runs.length, 'seed')}`]
      : [],
  )
  return lost.length > 0 ? [`Diverged, and left out of all means and gaps: ${listed(lost)}.`] : []
}

const meanOf = (metric: Metric, { variants }: CellResult): readonly string[] => {
  const means = variants.flatMap(({ variant, completed }) => {
    const finals = completed.flatMap(({ epochs }) => epochs.at(-1) ?? [])
    const values = finals.map(({ testAccuracy, testLoss }) => (metric === 'accuracy' ? testAccuracy : -testLoss))
    return values.length === 0 ? [] : [{ variant, mean: values.reduce((a, b) => a + b, 0) / values.length }]
  })
  if (means.length < 2) return []
  const best = means.reduce((a, b) => (b.mean > a.mean ? b : a))
  const value = metric === 'accuracy' ? `${(100 * best.mean).toFixed(2)} %` : (-best.mean).toFixed(4)
  return [`Best mean final ${metric}: ${best.variant}, ${value}. That alone is no evidence of a difference.`]
}

const cellFindings = (metric: Metric, cell: CellResult, all: readonly Comparison[], reach: Reach): CellFindings => {
  const own = all.filter(comparison => comparison.cell === cell.name)
  const controls = own.filter(({ role }) => role === 'control')
  const baselines = own.filter(({ role }) => role === 'baseline')
  const plastic = own.filter(({ role }) => role === 'plasticity')
  return {
    cell: cell.name,
    answer: answerOf(controls, reach, 'Before the correction,'),
    sentences: [
      ...names([...controls, ...plastic], 'variant').map(variant =>
        against(
          metric,
          variant,
          [...controls, ...plastic].filter(comparison => comparison.variant === variant),
        ),
      ),
      ...names(baselines, 'against').map(name => baseline(metric, name, baselines)),
      ...meanOf(metric, cell),
      ...divergedOf(cell),
    ],
  }
}

const overall = (cells: readonly CellResult[], all: readonly Comparison[], reach: Reach): string => {
  const controls = all.filter(({ role }) => role === 'control')
  if (cells.length === 0) return 'No run is finished yet.'
  // With one cell, or where nothing can be told anywhere, the cell's answer is that of the study.
  if (cells.length === 1 || reachOf(controls).smallest > SIGNIFICANCE) return answerOf(controls, reach)
  const corrected = reach.corrected <= SIGNIFICANCE
  const won = cells.flatMap(({ name }) => {
    const { full } = verdicts(
      controls.filter(({ cell }) => cell === name),
      corrected,
    )
    return full.length > 0 ? [`${listed(full.map(({ variant }) => variant))} in ${name}`] : []
  })
  const opening = corrected ? '' : `${cannotTell(reach)} `
  return won.length === 0
    ? `${corrected ? 'No evidence that the modulation beats its own step size: ' : opening}in none of the ${cells.length} cells does a variant with plasticity do better than every control.`
    : `${opening}${corrected ? 'In' : 'in'} ${won.length} of ${count(cells.length, 'cell')} a variant with plasticity does better than every control: ${won.join('; ')}. Elsewhere there is no evidence that the modulation beats its own step size.`
}

const cautionsOf = (result: StudyResult, all: readonly Comparison[], reach: Reach): readonly string[] => {
  const { comparisons, seeds, smallest, corrected } = reach
  const reasons = [...new Set(result.missing.map(({ reason }) => reason))]
  return [
    ...(smallest <= SIGNIFICANCE && corrected > SIGNIFICANCE
      ? [
          `${count(seeds, 'seed')} can reach p ${probability(smallest)} at best, which Holm's correction for ${count(comparisons, 'comparison')} makes ${probability(corrected)}: here no gap can be significant after it, however large. With ${seedsNeeded(comparisons, SIGNIFICANCE)} seeds it can.`,
        ]
      : []),
    ...(all.some(({ gap }) => gap?.exact === false)
      ? ['With more than 16 seeds the sign-flip test takes 100,000 random patterns of signs, from a fixed seed.']
      : []),
    ...(result.selection === 'test'
      ? ['Settings were selected on the test set, as published: all results are optimistic.']
      : []),
    ...(result.selection === 'all'
      ? [
          'Of the settings that were run, each variant is compared with its best by mean on the test set: optimistic for all.',
        ]
      : []),
    ...(result.missing.length > 0
      ? [
          `${count(result.missing.length, 'run')} ${result.missing.length === 1 ? 'is' : 'are'} missing: ${listed(reasons)}.`,
        ]
      : []),
  ]
}

/**
 * The sentences of a report. A gap counts as one where its p after Holm's correction is at most 5 %; all else is "no evidence",
 * which is not evidence of no difference.
 *
 * @param cells of `cellResults`
 * @param all of `comparisons`
 * @example
 * findings(result, cells, comparisons(result, cells)).answer
 */
export const findings = (result: StudyResult, cells: readonly CellResult[], all: readonly Comparison[]): Findings => {
  const reach = reachOf(all)
  return {
    answer: overall(cells, all, reach),
    cautions: cautionsOf(result, all, reach),
    cells: cells.map(cell => cellFindings(result.metric, cell, all, reach)),
  }
}
