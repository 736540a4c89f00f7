/** Parameters to evaluate at, of transforms that keep other ones than those they train. */
import * as tf from '@tensorflow/tfjs'
import { get, map } from '../expr/tree.js'
import type { LookaheadState, ScheduleFreeState } from '../transform/index.js'
import type { Concrete, Tensors } from './types.js'

/**
 * The parameters at which what {@link scheduleFree} trains is evaluated: the average $x = z + (y - z) / \beta_1$.
 *
 * Pure: fresh tensors, the caller's own, to be disposed when done; nothing is written to or disposed. So they stay what they
 * are when a later `step` consumes the state they came from.
 *
 * @param state of `scheduleFree`, or the part of a chain's state that is
 * @param params $y$, those which are trained
 * @throws RangeError for a parameter that the state has not
 * @example
 * const optimizer = compile(scheduleFreeSgd({ learningRate: 1 }))
 * const training = optimizer.step({ params, state: optimizer.init(params) }, grads)
 * const evaluated = scheduleFreeEvalParams(training.state, training.params)
 * tf.dispose(evaluated)
 */
export const scheduleFreeEvalParams = <P extends Tensors>(
  { b1, z }: Pick<Concrete<ScheduleFreeState<unknown>>, 'b1' | 'z'>,
  params: P,
): P =>
  map((y: tf.Tensor, leaf) =>
    tf.tidy(() => {
      const at = get(leaf)(z)
      return at.add(y.sub(at).div(b1))
    }),
  )(params) as P // the same leaves

/**
 * The slow parameters of {@link lookahead}, which are to be evaluated.
 *
 * Pure: fresh tensors, the caller's own; those in the state stay its own.
 *
 * @param state of `lookahead`, or the part of a chain's state that is
 * @example
 * const optimizer = compile(lookahead(adam()))
 * const { state } = optimizer.step({ params, state: optimizer.init(params) }, grads)
 * const evaluated = slowParams(state)
 * tf.dispose(evaluated)
 */
export const slowParams = ({ slow }: Pick<Concrete<LookaheadState<unknown>>, 'slow'>): Tensors =>
  map((x: tf.Tensor) => x.clone())(slow)
