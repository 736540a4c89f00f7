/** Claims that one transform is another, in a limit. */
import type { GradientTransform, StepContext } from '../../src/index.js'
import { arbitraryTrial } from '../arbitraries/trial.js'
import { firstDifference, roundingOf, someNonZero } from '../compare.js'
import type { Law } from '../law.js'
import { firstBroken, play } from '../play.js'
import type { Values } from '../values.js'

/**
 * Reduction: gives the same updates, step by step, as another transform.
 *
 * @param other what it reduces to
 * @param options.when what it depends on, in words; for the law's name
 * @param options.context entries of the context in which it does; default those of the check
 * @param options.within what may be off, as part of the leaf's largest update; default 2e-6
 * @example
 * assertLaws(neuroPlastic({ plasticity: { plasticityScale: 0 } }), [reducesTo(gradientOnly(), { when: 's = 0' })])
 */
export const reducesTo = (
  other: GradientTransform<unknown>,
  {
    when = 'always',
    context = {},
    within = 2e-6,
  }: { readonly when?: string; readonly context?: StepContext; readonly within?: number } = {},
): Law => ({
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
})
