/** One sentence on what a comparison supports, and no more. */

import { count, points } from '../study/report/text.js'
import { FEWEST_PAIRS, type PairedGap } from '../study/statistics/gap.js'
import { namedVariants as variants, WITHOUT_PLASTICITY } from '../study/variants.js'
import type { VariantSummary } from './summary.js'

const CAVEAT = `only what beats ${WITHOUT_PLASTICITY}, the same update without plasticity, can be an effect of plasticity`

// What tells a pattern of plasticity from a change of step size, once a variant is ahead.
const FURTHER = variants.filter(({ name, role }) => role === 'control' && name !== WITHOUT_PLASTICITY)
const further = `, and only if it beats ${FURTHER.map(({ name }) => name).join(', ')} as well`

const isAhead = ({ interval }: PairedGap): boolean => interval !== undefined && interval[0] > 0

const aheadOf = ({ wins, ties, pairs }: PairedGap): string =>
  `ahead on ${wins} of ${count(pairs, 'seed')}${ties > 0 ? `, level on ${ties}` : ''}`

/** A variant against the control, as a clause. */
const clause = (variant: string, gap: PairedGap): string => {
  const mean = `${points(gap.mean)} points to ${WITHOUT_PLASTICITY}`
  if (gap.interval === undefined) return `${variant} is ${mean} (${aheadOf(gap)})`
  const [low, high] = gap.interval
  const figures = `${mean}, interval ${points(low)} to ${points(high)}, ${aheadOf(gap)}`
  if (isAhead(gap)) return `${variant} does better than ${WITHOUT_PLASTICITY} (${figures})`
  if (high < 0) return `${variant} does worse than ${WITHOUT_PLASTICITY} (${figures})`
  return `for an effect in ${variant} there is no evidence (${figures})`
}

/**
 * What the summaries support about plasticity, in one sentence.
 *
 * It compares each variant with plasticity with the control without, on the same seeds; says that it cannot tell with fewer
 * than five seeds, and "no evidence" where the interval of the mean gap includes zero.
 *
 * @param summaries of all variants compared
 * @example
 * verdict(summarize(rows, runs))
 * // '3 seeds cannot tell (5 or more can): neuroplastic is +0.21 points to alpha-one (ahead on 2 of 3 seeds); only what ...'
 */
export const verdict = (summaries: readonly VariantSummary[]): string => {
  const lost = summaries.filter(({ diverged }) => diverged > 0)
  const diverged = lost.map(
    ({ variant, diverged, completed }) => `${variant} on ${diverged} of ${count(diverged + completed, 'seed')}`,
  )
  const note = diverged.length > 0 ? `; diverged, and left out: ${diverged.join(', ')}` : ''
  const plastic = summaries.filter(({ role }) => role === 'plasticity')
  if (plastic.length === 0) return `This says nothing about plasticity: no variant here has any${note}.`

  const faced = plastic.flatMap(({ variant, gaps }) => {
    const gap = gaps[WITHOUT_PLASTICITY]
    return gap === undefined ? [] : [{ variant, gap }]
  })
  if (faced.length === 0)
    return `This says nothing about plasticity: there is no seed on which both a variant with it and ${WITHOUT_PLASTICITY} were trained to the end${note}.`

  const clauses = faced.map(({ variant, gap }) => clause(variant, gap)).join('; ')
  const fewest = Math.min(...faced.map(({ gap }) => gap.pairs))
  const opening =
    fewest < FEWEST_PAIRS
      ? `${count(fewest, 'seed')} cannot tell (${FEWEST_PAIRS} or more can): `
      : 'At 95 % confidence over all its gaps, '
  const proviso = faced.some(({ gap }) => isAhead(gap)) ? `${CAVEAT}${further}` : CAVEAT
  return `${opening}${clauses}; ${proviso}${note}.`
}
