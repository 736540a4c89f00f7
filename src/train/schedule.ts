/** Schedules that count epochs, not steps. */

import { admit } from '../schema/hyperparameter.js'
import type { Schedule } from '../transform/index.js'

/**
 * Steps of the optimizer in an epoch; the last batch may be smaller, none is dropped.
 *
 * $$ \lceil \text{count} / \text{batchSize} \rceil $$
 *
 * @param count examples of the training set, an integer >= 1
 * @param batchSize examples per step, an integer >= 1
 * @throws HyperparameterError
 * @example
 * stepsPerEpoch(60_000, 128) // 469
 */
export const stepsPerEpoch = (count: number, batchSize: number): number =>
  Math.ceil(admit('count', count, 'integer in [1, inf)') / admit('batchSize', batchSize, 'integer in [1, inf)'))

/**
 * A schedule over epochs as one over steps: constant within an epoch.
 *
 * $$ \eta_t = \eta'_{\lfloor t / n \rfloor} $$
 *
 * @param schedule of the epochs done, from 0
 * @param steps $n$, optimizer steps in an epoch, an integer >= 1: see `stepsPerEpoch`
 * @throws HyperparameterError
 * @example
 * const steps = stepsPerEpoch(60_000, 128)
 * sgd({ learningRate: perEpoch(piecewiseConstant(0.1, { 30: 0.1, 60: 0.1 }), steps), momentum: 0.9 })
 */
export const perEpoch = (schedule: Schedule, steps: number): Schedule => {
  admit('steps', steps, 'integer in [1, inf)')
  return t => schedule(t.div(steps).floor())
}
