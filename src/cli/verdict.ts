/** One sentence on what a comparison supports, and no more. */

import { ALL } from '../study/controls.js'
import { count, points } from '../study/report/text.js'
import { FEWEST_PAIRS, type PairedGap } from '../study/statistics/gap.js'
import type { VariantSummary } from './summary.js'

const CAVEAT =
  'only what beats every control of its own rule, first of all the same update with alpha = 1, can be an effect of plasticity'

const isAhead = ({ interval }: PairedGap): boolean => interval !== undefined && interval[0] > 0

const aheadOf = ({ wins, ties, pairs }: PairedGap): string =>
  `ahead on ${wins} of ${count(pairs, 'seed')}${ties > 0 ? `, level on ${ties}` : ''}`

/** A variant, and a control of its own. */
interface Faced {
  readonly variant: string
  readonly control: string
  readonly gap: PairedGap
}

/** A variant against a control, as a clause. */
const clause = ({ variant, control, gap }: Faced): string => {
  const mean = `${points(gap.mean)} points to ${control}`
  if (gap.interval === undefined) return `${variant} is ${mean} (${aheadOf(gap)})`
  const [low, high] = gap.interval
  const figures = `${mean}, interval ${points(low)} to ${points(high)}, ${aheadOf(gap)}`
  if (isAhead(gap)) return `${variant} does better than ${control} (${figures})`
  if (high < 0) return `${variant} does worse than ${control} (${figures})`
  return `for an effect in ${variant} there is no evidence (${figures})`
}

/**
 * What the summaries support about plasticity, in one sentence.
 *
 * It compares each variant with plasticity with the controls of its own rule, on the same seeds; says that it cannot tell with fewer
 * than five seeds, and "no evidence" where the interval of the mean gap includes zero.
 *
 * @param summaries of all variants compared
 * @example
 * verdict(summarize(rows, runs))
 * // '3 seeds cannot tell (5 or more can): neuroplastic is +0.21 points to neuroplastic-alpha-one (ahead on 2 of 3 seeds); only what ...'
 */
export const verdict = (summaries: readonly VariantSummary[]): string => {
  const lost = summaries.filter(({ diverged }) => diverged > 0)
  const diverged = lost.map(
    ({ variant, diverged, completed }) => `${variant} on ${diverged} of ${count(diverged + completed, 'seed')}`,
  )
  const note = diverged.length > 0 ? `; diverged, and left out: ${diverged.join(', ')}` : ''
  const plastic = summaries.filter(({ role }) => role === 'plasticity')
  if (plastic.length === 0) return `This says nothing about plasticity: no variant here has any${note}.`

  if (plastic.every(({ controls }) => controls.length === 0))
    return `It was not asked whether the modulation beats its own step size: no control of its own was trained${note}.`

  const faced = plastic.flatMap(({ variant, controls, gaps }) =>
    controls.flatMap((control): readonly Faced[] => {
      const gap = gaps[control]
      return gap === undefined ? [] : [{ variant, control, gap }]
    }),
  )
  if (faced.length === 0)
    return `This says nothing about plasticity: there is no seed on which both a variant with it and a control of its own were trained to the end${note}.`

  const clauses = faced.map(clause).join('; ')
  const fewest = Math.min(...faced.map(({ gap }) => gap.pairs))
  const opening =
    fewest < FEWEST_PAIRS
      ? `${count(fewest, 'seed')} cannot tell (${FEWEST_PAIRS} or more can): `
      : 'At 95 % confidence over all its gaps, '
  const few = faced.some(({ gap }) => isAhead(gap)) && plastic.some(({ controls }) => controls.length < ALL.length)
  return `${opening}${clauses}; ${CAVEAT}${few ? '; --controls all has the others' : ''}${note}.`
}
