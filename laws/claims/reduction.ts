/** Claims that one transform is another, in a limit. */

import type { GradientTransform, StepContext } from '../../src/index.js'
import { type OptionsOf, options, plain, value } from '../../src/schema/index.js'
import { arbitraryTrial } from '../arbitraries/trial.js'
import { firstDifference, roundingOf, someNonZero } from '../compare.js'
import type { Law } from '../law.js'
import { firstBroken, play } from '../play.js'
import type { Values } from '../values.js'

const reductionOptions = options({
  /** What it depends on, in words; for the law's name. Default `'always'`. */
  when: value<string, 'always'>('always'),
  /** Entries of the context in which it does; default those of the check. */
  context: value<StepContext>(),
  /** What may be off, as part of the leaf's largest update; default 2e-6. */
  within: plain('[0, inf)', 2e-6),
})

export interface ReductionOptions extends OptionsOf<typeof reductionOptions> {}

/**
 * Reduction: gives the same updates, step by step, as another transform.
 *
 * @param other what it reduces to
 * @example
 * assertLaws(neuroPlastic({ plasticity: { plasticityScale: 0 } }), [reducesTo(gradientOnly(), { when: 's = 0' })])
 */
export const reducesTo = (other: GradientTransform<unknown>, given: ReductionOptions = {}): Law => {
  const { when, context = {}, within } = reductionOptions.read('reducesTo', given)
  return {
    kind: 'law',
    name: `reduction: ${when}`,
    statement: `u(g) = u'(g) \\quad (${when})`,
    trials: arbitraryTrial(),
    check: (subject, trial) => {
      const inContext = { ...subject, context: (step: number) => ({ ...subject.context(step), ...context }) }
      const expected = play({ ...inContext, transform: other }, trial).map(({ updates }) => updates)
      const rounding = roundingOf(expected, within)
      const broken = firstBroken(play(inContext, trial), ({ updates }, t) =>
        firstDifference('updates', updates, expected[t] as Values, rounding(t)),
      )
      return { broken, interesting: someNonZero(trial.gradients) }
    },
  }
}
