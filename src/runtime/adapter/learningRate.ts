/** A learning rate that is written while training goes on. */
import * as tf from '@tensorflow/tfjs'
import { exprInput } from '../../expr/expr.js'
import { graphOf } from '../../expr/graph.js'
import { scalar, scalarInput } from '../../expr/scalar.js'
import { hostNumbers } from '../../interpret/resolve.js'
import { inputName } from '../../interpret/trace.js'
import { rateOf } from '../../transform/rate.js'
import type { GradientTransform } from '../../transform/types.js'

/** The entry of the context that a written learning rate stands in; 0 where none is written. */
export const WRITTEN = 'plastax/learningRate'

/** The same transform, whose learning rate is what the context says, if it says one: no value of it is traced. */
export const writable = <S>(transform: GradientTransform<S>): GradientTransform<S> =>
  rateOf(transform)?.with(own => t => {
    const written = scalarInput(inputName.scalar(WRITTEN))
    return written.greater(0).where(written, own(t))
  }) ?? transform

const symbols = (part: unknown): unknown => {
  if (typeof part === 'number') return scalar(part)
  if (part instanceof tf.Tensor) return exprInput('a tensor of the state', part.shape)
  if (Array.isArray(part)) return part.map(symbols)
  return Object.fromEntries(Object.entries(part as object).map(([key, value]) => [key, symbols(value)]))
}

/**
 * The learning rate that a transform's next step would take, by itself.
 *
 * @param state on tensors; that before the first step where there is none yet
 * @throws TypeError where the transform does not end in a learning rate
 */
export const learningRateOf = (transform: GradientTransform<unknown>, state: unknown): number => {
  const rate = rateOf(transform)
  if (rate === undefined)
    throw new TypeError(
      'this optimizer does not end in one learning rate, as chain(..., scaleByLearningRate(0.1)) does; to change another number between steps, see injectHyperparameters',
    )
  const value = rate.at(state === undefined ? transform.init({}) : symbols(state))
  const graph = graphOf([value])
  const unreadable = (): never => {
    throw new TypeError('this learning rate is computed from tensors, and is not to be read')
  }
  return hostNumbers(graph, unreadable, unreadable)(graph.roots[0]?.id as number) // one root
}
