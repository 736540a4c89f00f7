/** Claims about where a rule is evaluated. */

import { evaluationParams } from '../../src/index.js'
import { type OptionsOf, options, plain } from '../../src/schema/index.js'
import { arbitraryTrial } from '../arbitraries/trial.js'
import { firstDifference, largest } from '../compare.js'
import type { Law } from '../law.js'
import { must } from '../must.js'
import { firstBroken, optimizerOf } from '../play.js'
import { type Slot, slotsOf } from '../state.js'
import { fromTensors, mapValues, toTensors, type Values } from '../values.js'

/** What there is after some steps of a trial. */
export interface Trained {
  /** Parameters: the first ones, and those after each step. */
  readonly params: readonly Values[]
  /** The state after each step. */
  readonly states: readonly (readonly Slot[])[]
}

const evaluatesAtOptions = options({
  /** What may be off, as part of the leaf's largest parameter so far; default 1e-5. */
  within: plain('[0, inf)', 1e-5),
})

export interface EvaluatesAtOptions extends OptionsOf<typeof evaluatesAtOptions> {}

/**
 * What is evaluated after each step is what the papers evaluate, computed from the parameters that training went through. Where
 * they are seldom others than the trained ones, the law is vacuous.
 *
 * @param what it is, in words; for the law's name
 * @param weights from the parameters so far
 * @example
 * assertLaws(lookahead(sgd(), { syncPeriod: 2 }), [evaluatesAt('the last meeting', ({ params }) => params[2 * Math.floor((params.length - 1) / 2)])])
 */
export const evaluatesAt = (
  what: string,
  weights: (trained: Trained) => Values | undefined,
  given: EvaluatesAtOptions = {},
): Law => {
  const { within } = evaluatesAtOptions.read('evaluatesAt', given)
  return {
    kind: 'law',
    name: `evaluation weights: ${what}`,
    statement: `\\mathrm{evaluate}(p_t, s_t) = \\text{${what}}`,
    trials: arbitraryTrial({ minElements: 1, minSteps: 2, maxSteps: 5, magnitudes: 'typical' }),
    coverage: 0.5,
    check: (subject, { params, gradients }) => {
      const optimizer = optimizerOf(subject)
      const start = toTensors(params)
      let training = { params: start, state: optimizer.init(start) }
      const path = [fromTensors(start)]
      const states: (readonly Slot[])[] = []
      let apart = false
      const broken = firstBroken(gradients, (gradient, i) => {
        training = optimizer.step(training, toTensors(gradient), subject.context(i))
        path.push(fromTensors(training.params))
        states.push(slotsOf(training.state))
        const evaluated = fromTensors(evaluationParams(subject.transform, training.params, training.state))
        const expected = weights({ params: path, states })
        apart ||= firstDifference('', evaluated, path.at(-1) as Values) !== undefined
        return (
          expected &&
          firstDifference(
            'what is evaluated',
            evaluated,
            expected,
            leaf => within * largest(path.flatMap(values => values[leaf]?.values ?? [])),
          )
        )
      })
      return { broken, interesting: apart }
    },
  }
}

/**
 * Evaluated at the parameters after the last step whose number is a multiple of `period`, or at the first ones.
 *
 * @example
 * assertLaws(lookahead(sgd(), { syncPeriod: 2 }), [evaluatesAtEvery(2)])
 */
export const evaluatesAtEvery = (period: number): Law => {
  must(Number.isInteger(period) && period > 0, 'period', period, 'a whole number above 0')
  return evaluatesAt(
    `those after every ${period} steps`,
    ({ params }) => params[params.length - 1 - ((params.length - 1) % period)],
  )
}

/**
 * Evaluated at the moving average of the parameters, which begins with the first ones.
 *
 * @param decay the part of the average that stays at each step
 * @example
 * assertLaws(chain(sgd(), emaParams(0.9)), [evaluatesAtAverage(0.9)])
 */
export const evaluatesAtAverage = (decay: number): Law =>
  evaluatesAt(`the moving average, decay ${decay}`, ({ params }) =>
    params.reduce((average, p) =>
      mapValues((x, i, leaf) => decay * x + (1 - decay) * (p[leaf]?.values[i] as number))(average),
    ),
  )
