/** What a study supports, in sentences, and no more. */

import type { CellResult } from '../statistics/cells.js'
import { beyondReach, type Claim, claims, type Reach, reachOfClaims } from '../statistics/claims.js'
import type { Comparison } from '../statistics/comparisons.js'
import type { StudyResult } from '../types.js'
import { count, gapText, listed, probability, valueText } from './text.js'
import { cellAnswer, names, type Standing, standing, studyAnswer } from './verdict.js'

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

/** Figures of a gap: `'alpha-one (+0.45 points, interval +0.20 to +0.70, ahead on 8 of 8 seeds, p 0.0078, 0.11 corrected)'`. */
const figures = (metric: Metric, comparison: Comparison): string => {
  const { variant, against, gap, corrected, own, diverged, lost, won } = comparison
  const alone = [
    ...(lost > 0 ? [`it alone finished ${count(lost, 'seed')}`] : []),
    ...(won > 0 ? [`it diverged alone on ${count(won, 'seed')}`] : []),
  ]
  if (gap === undefined)
    return diverged === 0
      ? 'no seed was run for both'
      : `no seed finished by both: of ${count(diverged, 'seed')} ${variant} finished ${won}, ${against} ${lost}`
  return [
    `${gapText(metric, gap.mean)} ${unitOf(metric)}`,
    ...(gap.interval ? [`interval ${gap.interval.map(end => gapText(metric, end)).join(' to ')}`] : []),
    `ahead on ${gap.wins} of ${count(gap.pairs, 'seed')}${gap.ties > 0 ? `, level on ${gap.ties}` : ''}`,
    own ? `p ${probability(gap.p)}` : `p ${probability(gap.p)}, ${probability(corrected ?? 1)} corrected`,
    ...alone,
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
  const value = valueText(metric, metric === 'accuracy' ? best.mean : -best.mean)
  return [`Best mean final ${metric}: ${best.variant}, ${value}. That alone is no evidence of a difference.`]
}

const cellFindings = (
  result: StudyResult,
  cell: CellResult,
  all: readonly Comparison[],
  claimed: readonly Claim[],
  reach: Reach,
): CellFindings => {
  const { metric } = result
  const own = all.filter(comparison => comparison.cell === cell.name)
  const baselines = own.filter(({ role }) => role === 'baseline')
  const others = own.filter(({ role }) => role !== 'baseline')
  return {
    cell: cell.name,
    answer: cellAnswer(
      result,
      claimed.filter(claim => claim.cell === cell.name),
      reach,
    ),
    sentences: [
      ...names(others, 'variant').map(variant =>
        against(
          metric,
          variant,
          others.filter(comparison => comparison.variant === variant),
        ),
      ),
      ...names(baselines, 'against').map(name => baseline(metric, name, baselines)),
      ...meanOf(metric, cell),
      ...divergedOf(cell),
    ],
  }
}

const are = (subjects: readonly unknown[]) => (subjects.length === 1 ? 'is' : 'are')

const cautionsOf = (result: StudyResult, all: readonly Comparison[], reach: Reach): readonly string[] => {
  const { claims, seeds, smallest, corrected } = reach
  const beyond = beyondReach(reach)
  const bystanders = Object.keys(result.variants).filter(
    name =>
      result.variants[name]?.role !== 'plasticity' &&
      !result.against.includes(name) &&
      !Object.values(result.controls || {}).some(own => own.includes(name)),
  )
  const mixed = ['plastax', 'tfjs'].filter(name => new Set(result.runs.map(({ versions }) => versions[name])).size > 1)
  const reasons = [...new Set(result.missing.map(({ reason }) => reason))]
  return [
    ...(beyond
      ? [
          `${count(seeds, 'seed')} can reach p ${probability(smallest)} at best, which Holm's correction for ${count(claims, 'claim')} makes ${probability(corrected)}: here no claim can be made good, however large the gaps. With ${beyond.seedsNeeded} seeds it can.`,
        ]
      : []),
    ...(bystanders.length > 0
      ? [`${listed(bystanders)} ${are(bystanders)} in the tables and figures, and in no comparison.`]
      : []),
    ...(all.some(({ gap }) => gap)
      ? ['Each p and interval is over seeds, on one set of test images: what other images would give is not in it.']
      : []),
    ...(all.some(({ gap }) => gap?.exact === false)
      ? ['With more than 16 seeds the sign-flip test takes 100,000 random patterns of signs, from a fixed seed.']
      : []),
    ...(mixed.length > 0
      ? [`Runs are of several versions of ${listed(mixed)}, whose numbers need not agree in the last digits.`]
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
      ? [`${count(result.missing.length, 'run')} ${are(result.missing)} missing: ${listed(reasons)}.`]
      : []),
  ]
}

/**
 * The sentences of a report. The first rests on the claims alone, of which each is one test. A gap to another counts as one
 * where its p after Holm's correction is at most 5 %; all else is "no evidence",
 * which is not evidence of no difference.
 *
 * @param cells of `cellResults`
 * @param all of `comparisons`
 * @example
 * findings(result, cells, comparisons(result, cells)).answer
 */
export const findings = (result: StudyResult, cells: readonly CellResult[], all: readonly Comparison[]): Findings => {
  const claimed = claims(result, cells, all)
  const reach = reachOfClaims(claimed)
  return {
    answer: studyAnswer(result, cells, claimed),
    cautions: cautionsOf(result, all, reach),
    cells: cells.map(cell => cellFindings(result, cell, all, claimed, reach)),
  }
}
