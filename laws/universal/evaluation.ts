/** Where a transform is evaluated. */
import { evaluationParams } from '../../src/index.js'
import { arbitraryTrial } from '../arbitraries/trial.js'
import { firstDifference, someNonZero, stateDifference } from '../compare.js'
import type { Law } from '../law.js'
import { firstBroken, optimizerOf, play } from '../play.js'
import { slotsOf } from '../state.js'
import { fromTensors, toTensors, type Values } from '../values.js'

/**
 * To evaluate between steps changes nothing of what training does, bit for bit; it gives a tree like the parameters, and those
 * themselves where the transform keeps no others.
 */
export const evaluates: Law = {
  kind: 'law',
  name: 'evaluation weights',
  statement:
    '\\mathrm{evaluate}(p_t, s_t) \\text{ leaves } p_t, s_t; \\text{ it is } p_t \\text{ where } s_t \\text{ keeps no weights}',
  trials: arbitraryTrial({ maxSteps: 3 }),
  check: (subject, { params, gradients }) => {
    const alone = play(subject, { params, gradients })
    const optimizer = optimizerOf(subject)
    const start = toTensors(params)
    let training = { params: start, state: optimizer.init(start) }
    const step = (gradient: Values, i: number): string | undefined => {
      const evaluated = fromTensors(evaluationParams(subject.transform, training.params, training.state))
      const before = fromTensors(training.params)
      training = optimizer.step(training, toTensors(gradient), subject.context(i))
      const expected = alone[i]
      const free = () => (subject.transform.evaluate === undefined ? 0 : Number.POSITIVE_INFINITY)
      return (
        firstDifference('what is evaluated', evaluated, before, free) ??
        (expected &&
          (firstDifference('evaluated between steps, params', fromTensors(training.params), expected.params) ??
            stateDifference(slotsOf(training.state), expected.state)))
      )
    }
    return { broken: firstBroken(gradients, step), interesting: someNonZero(gradients) }
  },
}
