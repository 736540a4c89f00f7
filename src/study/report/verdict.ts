/** Whether the modulation beats its own step size: what the comparisons with controls support, in sentences. */
import { type CellResult, groupBy } from '../statistics/cells.js'
import { type Comparison, SIGNIFICANCE } from '../statistics/comparisons.js'
import { controls } from '../variants.js'
import { count, listed, probability } from './text.js'

/** How a variant stands to another: by evidence that outlasts the correction, by evidence that does not, or not known. */
export type Standing = 'ahead' | 'behind' | 'perhaps ahead' | 'perhaps behind' | 'open'

export const standing = ({ gap, corrected = 1, lost, won }: Comparison): Standing => {
  if (gap === undefined || gap.p > SIGNIFICANCE) return 'open'
  const side = gap.mean > 0 ? 'ahead' : 'behind'
  // To be better on the seeds that one has survived is no lead.
  if ((side === 'ahead' ? lost : won) > 0) return 'open'
  return corrected <= SIGNIFICANCE ? side : `perhaps ${side}`
}

/** Each name once. */
export const names = (all: readonly Comparison[], key: 'variant' | 'against'): readonly string[] => [
  ...new Set(all.map(comparison => comparison[key])),
]

/** The comparisons with controls: those with ablations say what a part is good for, which is another question. */
const heldAgainst = (all: readonly Comparison[]): readonly Comparison[] => all.filter(({ role }) => role === 'control')

/** Variants that are ahead of all their controls, of some, and behind some; by evidence that outlasts the correction, or by any. */
const verdicts = (held: readonly Comparison[], corrected = true) => {
  const by = names(held, 'variant').map(variant => {
    const own = held.filter(comparison => comparison.variant === variant)
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
export interface Reach {
  readonly comparisons: number
  readonly seeds: number
  /** The smallest p of so many seeds, and after Holm's correction over so many comparisons. */
  readonly smallest: number
  readonly corrected: number
}

/** Of some comparisons. */
export const reachOf = (all: readonly Comparison[]): Reach => {
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

/** `'a and b do'`. */
const does = (rows: readonly { readonly variant: string }[]): string =>
  `${listed(rows.map(({ variant }) => variant))} ${plural(rows)}`

/** Which of the usual controls are missing, each of which keeps another thing of the step size. */
const butFor = (beaten: readonly string[]): string => {
  const missing = Object.keys(controls).filter(name => !beaten.includes(name))
  return missing.length === 0 ? '' : `, as far as it can tell without ${listed(missing)}`
}

/** What the verdict would be without the correction. */
const uncorrected = (held: readonly Comparison[]): readonly string[] => {
  const { full } = verdicts(held, false)
  const largest = Math.max(...full.flatMap(({ own }) => own.map(({ gap }) => gap?.p ?? 1)))
  return full.length === 0
    ? []
    : [`Before Holm's correction ${does(full)} better than all of them, at p ${probability(largest)} or less`]
}

const SHOWN = 3

/** Of pairs without a gap, who finished how many seeds. */
const finished = (all: readonly Comparison[]): string => {
  const pairs = all.map(
    ({ variant, against, diverged, won, lost }) =>
      `${variant} finished ${won} and ${against} ${lost} of ${count(diverged, 'seed')}`,
  )
  return [...pairs.slice(0, SHOWN), ...(pairs.length > SHOWN ? [`${pairs.length - SHOWN} more pairs`] : [])].join('; ')
}

/**
 * The answer of a cell.
 *
 * @param all its comparisons
 * @param reach of the study's
 * @param lead how it begins where no gap can be significant after the correction
 */
export const cellAnswer = (all: readonly Comparison[], reach: Reach, lead: string): string => {
  const held = heldAgainst(all)
  if (held.length === 0)
    return 'This says nothing of what the modulation does beyond its step size: there is no variant with plasticity beside a control.'
  const tested = held.flatMap(({ gap }) => gap ?? [])
  if (tested.length === 0)
    return `This says nothing of plasticity: no seed was finished by both a variant with plasticity and a control (${finished(held)}).`
  const { smallest, seeds } = reachOf(held)
  if (smallest > SIGNIFICANCE)
    return `No evidence: ${count(seeds, 'seed')} cannot tell whether the modulation beats its own step size. The smallest p that the sign-flip test can reach with so few is ${probability(smallest)}.`
  const corrected = reach.corrected <= SIGNIFICANCE
  const { full, part, behind } = verdicts(held, corrected)
  const beaten = names(held, 'against')
  const clauses = [
    full.length > 0
      ? `${does(full)} better than every control (${listed(beaten)})${corrected ? `: evidence that the modulation beats its own step size${butFor(beaten)}` : ''}`
      : `${corrected ? 'No evidence that the modulation beats its own step size: no' : 'no'} variant does better than every control (${listed(beaten)})`,
    ...alike(part.map(({ variant, ahead }) => [variant, names(ahead, 'against')])).map(
      ([variants, others]) => `${listed(variants)} ${plural(variants)} better than ${listed(others)} alone`,
    ),
    ...alike(behind.map(({ variant, behind }) => [variant, names(behind, 'against')])).map(
      ([variants, others]) => `${listed(variants)} ${plural(variants)} worse than ${listed(others)}`,
    ),
    ...(corrected && full.length === 0 ? uncorrected(held) : []),
  ]
  // In one sentence where its beginning is said of all of it.
  return corrected ? `${clauses.join('. ')}.` : `${lead} ${clauses.join('; ')}.`
}

/** The answer of the study. */
export const studyAnswer = (cells: readonly CellResult[], all: readonly Comparison[], reach: Reach): string => {
  const held = heldAgainst(all)
  if (cells.length === 0) return 'No run is finished yet.'
  // With one cell, or where nothing can be told anywhere, the cell's answer is that of the study.
  if (cells.length === 1 || reachOf(held).smallest > SIGNIFICANCE) return cellAnswer(all, reach, cannotTell(reach))
  const corrected = reach.corrected <= SIGNIFICANCE
  const won = cells.flatMap(({ name }) => {
    const { full } = verdicts(
      held.filter(({ cell }) => cell === name),
      corrected,
    )
    return full.length > 0 ? [`${listed(full.map(({ variant }) => variant))} in ${name}`] : []
  })
  const opening = corrected ? '' : `${cannotTell(reach)} `
  return won.length === 0
    ? `${corrected ? 'No evidence that the modulation beats its own step size: ' : opening}in none of the ${cells.length} cells does a variant with plasticity do better than every control.`
    : `${opening}${corrected ? 'In' : 'in'} ${won.length} of ${count(cells.length, 'cell')} a variant with plasticity does better than every control: ${won.join('; ')}.${corrected && won.length < cells.length ? ' Elsewhere there is no evidence that the modulation beats its own step size.' : ''}`
}
