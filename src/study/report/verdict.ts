/** Whether the modulation beats its own step size: what the claims support, in sentences. */
import { type CellResult, groupBy } from '../statistics/cells.js'
import { beyondReach, type Claim, type Reach, reachOfClaims } from '../statistics/claims.js'
import { type Comparison, ownControls, SIGNIFICANCE } from '../statistics/comparisons.js'
import type { StudyResult } from '../types.js'
import { count, listed, probability } from './text.js'

/** How a variant stands to another: by evidence that outlasts the correction, by evidence that does not, or not known. */
export type Standing = 'ahead' | 'behind' | 'perhaps ahead' | 'perhaps behind' | 'open'

/** A comparison with an own control is one part of a claim, and is corrected with it, not by itself. */
export const standing = ({ gap, corrected = 1, own, lost, won }: Comparison): Standing => {
  if (gap === undefined || gap.p > SIGNIFICANCE) return 'open'
  const side = gap.mean > 0 ? 'ahead' : 'behind'
  // To be better on the seeds that one has survived is no lead.
  if ((side === 'ahead' ? lost : won) > 0) return 'open'
  return own || corrected <= SIGNIFICANCE ? side : `perhaps ${side}`
}

/** Each name once. */
export const names = (all: readonly Comparison[], key: 'variant' | 'against'): readonly string[] => [
  ...new Set(all.map(comparison => comparison[key])),
]

type Asked = Pick<StudyResult, 'controls' | 'variants'>

const plastic = ({ variants }: Asked): readonly string[] =>
  Object.keys(variants).filter(name => variants[name]?.role === 'plasticity')

const verb = (subjects: readonly unknown[], one: string, many: string) => (subjects.length === 1 ? one : many)
const does = (subjects: readonly string[]): string => `${listed(subjects)} ${verb(subjects, 'does', 'do')}`

/** Variants with plasticity of which the question cannot be asked: there is nothing to intervene on. */
const unmodulated = (result: Asked): readonly string[] =>
  plastic(result).filter(name => ownControls(result.controls, name)?.length === 0)

const QUESTION = 'whether the modulation beats its own step size'

const doesNotArise = (subjects: readonly string[]): string =>
  `The question ${QUESTION} does not arise for ${listed(subjects)}, which ${verb(subjects, 'observes', 'observe')} no alpha.`

/** The answer where there are no claims at all: why. */
export const notAsked = (result: Asked): string | undefined => {
  if (plastic(result).length === 0)
    return 'This says nothing of what a modulation does beyond its step size: there is no variant with plasticity.'
  if (result.controls === false) return `It was not asked ${QUESTION}: the study has controls: false.`
  if (result.controls === undefined)
    return `It was not asked ${QUESTION}: the study has no controls made from its own rules.`
  const without = unmodulated(result)
  return without.length === plastic(result).length ? doesNotArise(without) : undefined
}

const holds = ({ corrected = 1 }: Claim): boolean => corrected <= SIGNIFICANCE
const perhaps = (claim: Claim): boolean => (claim.p ?? 1) <= SIGNIFICANCE && !holds(claim)

/** `'neuroplastic (p 0.0078, 0.016 corrected)'`. */
const figures = ({ variant, p = 1, corrected = 1 }: Claim): string =>
  `${variant} (p ${probability(p)}, ${probability(corrected)} corrected)`

/** Variants that stand alike to the same others, together. */
const alike = (rows: readonly (readonly [variant: string, others: readonly string[]])[]) =>
  groupBy(
    rows.filter(([, others]) => others.length > 0),
    ([, others]) => others.join(),
  ).map(group => [group.map(([variant]) => variant), group[0]?.[1] ?? []] as const)

const stands = (claims: readonly Claim[], side: Standing, how: string): readonly string[] =>
  alike(
    claims.map(({ variant, own }) => [
      variant,
      names(
        own.filter(each => standing(each) === side),
        'against',
      ),
    ]),
  ).map(([variants, others]) => `${does(variants)} ${how} ${listed(others)}`)

/** No p of so few seeds is small enough, or none is after the correction. */
const beyond = (reach: Reach): string | undefined => {
  const found = beyondReach(reach)
  if (found === undefined) return undefined
  const { smallest, seeds, claims, corrected } = reach
  return smallest > SIGNIFICANCE
    ? `No evidence: ${count(seeds, 'seed')} cannot tell ${QUESTION}. The smallest p that the sign-flip test can reach with so few is ${probability(smallest)}.`
    : `No evidence: ${count(seeds, 'seed')} cannot give any that outlasts Holm's correction for ${count(claims, 'claim')}, which makes the smallest p ${probability(corrected)}.`
}

const SHOWN = 3

/** Of pairs without a gap, who finished how many seeds: nothing where none was run. */
const finished = (all: readonly Comparison[]): string => {
  const pairs = all.map(
    ({ variant, against, diverged, won, lost }) =>
      `${variant} finished ${won} and ${against} ${lost} of ${count(diverged, 'seed')}`,
  )
  const rest = pairs.length > SHOWN ? [`${pairs.length - SHOWN} more pairs`] : []
  return pairs.length === 0 ? '' : ` (${[...pairs.slice(0, SHOWN), ...rest].join('; ')})`
}

/**
 * The answer of a cell.
 *
 * @param claims its own
 * @param reach of the study's
 */
export const cellAnswer = (result: Asked, claims: readonly Claim[], reach: Reach): string => {
  const before = notAsked(result)
  if (before !== undefined) return before
  const tested = claims.filter(({ p }) => p !== undefined)
  if (tested.length === 0)
    return `This says nothing of plasticity: no seed was finished by both a variant with plasticity and each of its controls${finished(claims.flatMap(({ own }) => own.filter(({ gap }) => gap === undefined)))}.`
  const [full, rest] = [tested.filter(holds), tested.filter(claim => !holds(claim))]
  const out = beyond(reach)
  const clauses = [
    out?.replace(/\.$/, '') ??
      (full.length > 0
        ? `${listed(full.map(figures))} ${verb(full, 'does', 'do')} better than every control of ${verb(full, 'its', 'their')} own: evidence that the modulation beats its own step size`
        : 'No evidence that the modulation beats its own step size: no variant does better than every control of its own'),
    ...rest
      .filter(perhaps)
      .map(claim => `Before Holm's correction alone, ${figures(claim)} does better than every control of its own`),
    ...stands(
      rest.filter(claim => !perhaps(claim)),
      'ahead',
      'better than',
    ),
    ...stands(rest, 'behind', 'worse than'),
  ]
  const without = unmodulated(result)
  return [`${clauses.join('. ')}.`, ...(without.length > 0 ? [doesNotArise(without)] : [])].join(' ')
}

/** The answer of the study. */
export const studyAnswer = (result: Asked, cells: readonly CellResult[], all: readonly Claim[]): string => {
  if (cells.length === 0) return 'No run is finished yet.'
  const reach = reachOfClaims(all)
  const before = notAsked(result)
  if (before !== undefined) return before
  // With one cell, or where nothing can be told anywhere, the cell's answer is that of the study.
  if (cells.length === 1) return cellAnswer(result, all, reach)
  const out = beyond(reach)
  if (out !== undefined) return out
  const won = cells.flatMap(({ name }) => {
    const full = all.filter(claim => claim.cell === name && holds(claim))
    return full.length > 0 ? [`${listed(full.map(figures))} in ${name}`] : []
  })
  const without = unmodulated(result)
  const answer =
    won.length === 0
      ? `No evidence that the modulation beats its own step size: in none of the ${cells.length} cells does a variant with plasticity do better than every control of its own.`
      : `In ${won.length} of ${count(cells.length, 'cell')} a variant with plasticity does better than every control of its own: evidence that there the modulation beats its own step size: ${won.join('; ')}.${won.length < cells.length ? ' Elsewhere there is none.' : ''}`
  return [answer, ...(without.length > 0 ? [doesNotArise(without)] : [])].join(' ')
}
