/** An error is as if nothing had been asked. */
import * as tf from '@tensorflow/tfjs'
import { type Expr, type GradientTransform, opaque, tree } from '../../src/index.js'
import { arbitraryTrial } from '../arbitraries/trial.js'
import { firstDifference, someNonZero, stateDifference } from '../compare.js'
import type { Law } from '../law.js'
import { firstBroken, play } from '../play.js'
import { slotsOf } from '../state.js'
import { fromTensors, toTensors, type Values } from '../values.js'

/** What a node throws that was told to. */
const planned = 'a node of the law throws'

/** The transform with a node behind each update, and behind a reduction of it, that throws while `failure.due`. */
const mayFail = (
  transform: GradientTransform<unknown>,
  failure: { readonly due: boolean },
): GradientTransform<unknown> => {
  const run = ([update]: readonly unknown[]) => {
    if (failure.due) throw new Error(planned)
    return update
  }
  return {
    init: params => transform.init(params),
    update: (...inputs) => {
      const [updates, state] = transform.update(...inputs)
      const guarded = (u: Expr, leaf: string): Expr => {
        const whole = u.broadcastTo(inputs[2][leaf] as Expr)
        return opaque({ name: 'may fail', version: 1, run }, whole.shape, [whole, whole.sum()])
      }
      return [tree.map(guarded)(updates), state]
    },
  }
}

/**
 * A step that throws, in a node that some loops come before, leaves parameters and state with their bytes, and no tensor; the
 * same step without the error then gives what it gives.
 */
export const nothingConsumed: Law = {
  kind: 'law',
  name: 'nothing consumed on an error',
  statement: '\\mathrm{step}(p, s, g) \\text{ throws} \\implies p, s \\text{ unchanged}',
  trials: arbitraryTrial({ maxSteps: 2 }),
  check: (subject, { params, gradients }) => {
    const failure = { due: false }
    const expected = play(subject, { params, gradients })
    const optimizer = subject.compile(mayFail(subject.transform, failure))
    const start = toTensors(params)
    let training = { params: start, state: optimizer.init(start) }
    const broken = firstBroken(gradients, (gradient, i) => {
      const grads = toTensors(gradient as Values)
      const before = { params: fromTensors(training.params), state: slotsOf(training.state), memory: tf.memory() }
      failure.due = true
      try {
        optimizer.step(training, grads, subject.context(i))
        return 'an error of a node does not come through'
      } catch (error) {
        if (!(error instanceof Error) || error.message !== planned) throw error
      } finally {
        failure.due = false
      }
      const left = tf.memory().numTensors - before.memory.numTensors
      const found =
        firstDifference('params', fromTensors(training.params), before.params) ??
        stateDifference(slotsOf(training.state), before.state) ??
        (left === 0 ? undefined : `${left} tensors are left`)
      if (found !== undefined) return `after an error, ${found}`
      training = optimizer.step(training, grads, subject.context(i))
      return (
        firstDifference('params', fromTensors(training.params), expected[i]?.params ?? {}) ??
        stateDifference(slotsOf(training.state), expected[i]?.state ?? [])
      )
    })
    return { broken, interesting: someNonZero(gradients) }
  },
}
