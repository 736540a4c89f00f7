/** What a transform has of the one that it wraps, beside its updates: where it is evaluated, and the learning rate it ends in. */
import { evaluatedLike } from './evaluate.js'
import { ratedLike } from './rate.js'
import type { GradientTransform } from './types.js'

/**
 * A transform that evaluates where the one it wraps does, and ends in its learning rate.
 *
 * @param whole what the wrapper is called
 * @param stateOf where the state of what is wrapped stands in that of the whole
 * @param wrap the same wrapper of another transform
 */
export const wrapping = <S, P>(
  whole: string,
  part: GradientTransform<P>,
  stateOf: (state: S) => P,
  wrap: (part: GradientTransform<P>) => GradientTransform<S>,
  transform: GradientTransform<S>,
): GradientTransform<S> => ratedLike(part, stateOf, wrap, evaluatedLike(whole, part, stateOf, transform))
