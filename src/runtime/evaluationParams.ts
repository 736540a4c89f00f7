/** The parameters to evaluate at. */

import type * as tf from '@tensorflow/tfjs'
import { map } from '../expr/tree.js'
import { evaluate, type Value } from '../interpret/tfjs/evaluate.js'
import { inputName, traceEvaluation } from '../interpret/trace.js'
import { admitTransform } from '../transform/admit.js'
import type { GradientTransform } from '../transform/types.js'
import { checkParams, readingState, refuseState } from './check.js'
import { fresh } from './ownership.js'
import { shapesOf } from './program.js'
import type { Concrete, Tensors } from './types.js'

/**
 * The parameters at which what a transform trains is to be evaluated: those that it keeps for that (the average of
 * `scheduleFree` and `emaParams`, the slow ones of `lookahead`, those that `sam` climbs from), or else `params` themselves.
 *
 * Pure: fresh tensors, the caller's own, to be disposed when done; nothing is written to or disposed. So they stay what they
 * are when a later `step` consumes the state they came from.
 *
 * @param transform what was compiled
 * @param params those which are trained
 * @param state of the transform, the whole of it
 * @throws TypeError for a state that is not the transform's for these parameters, naming the place
 * @example
 * const transform = scheduleFreeSgd({ learningRate: 1 })
 * const optimizer = compile(transform)
 * const training = optimizer.step({ params, state: optimizer.init(params) }, grads)
 * const evaluated = evaluationParams(transform, training.params, training.state)
 * tf.dispose(evaluated)
 */
export const evaluationParams = <S, P extends Tensors>(
  transform: GradientTransform<S>,
  params: P,
  state: Concrete<S>,
): P => {
  admitTransform('evaluationParams', 'the transform', transform)
  checkParams(params)
  const { structure, slots, leaves, graph } = traceEvaluation(transform, shapesOf(params))
  const values: Value[] = []
  if (!readingState(structure)(state, values)) refuseState(state, slots)
  const inputs = new Map<string, Value>([
    ...Object.entries(params).map(([leaf, x]) => [inputName.param(leaf), x] as const),
    ...slots.map(({ path }, i) => [inputName.state(path), values[i] as Value] as const), // as many as there are slots
  ])
  const results = fresh(
    evaluate(graph, graph.roots, name => inputs.get(name) as Value),
    inputs.values(),
  )
  const kept = new Map(leaves.map((leaf, i) => [leaf, results[i] as tf.Tensor]))
  return map((x: tf.Tensor, leaf) => kept.get(leaf) ?? x.clone())(params) as P // the same leaves
}
