/** Averaging parameters by hand. */
import * as tf from '@tensorflow/tfjs'
import { zipWith } from '../expr/tree.js'
import { admit } from '../schema/hyperparameter.js'
import type { Tensors } from './types.js'

/**
 * A step of a moving average of parameters: $e' = s\, p + (1 - s)\, e$. For one that follows every step there is `emaParams`.
 *
 * Pure: fresh tensors, the caller's own; nothing is written to or disposed.
 *
 * @param latest $p$
 * @param average $e$, which has the leaves of $p$ at least
 * @param stepSize $s$ in [0, 1]
 * @throws HyperparameterError
 * @throws Error for a leaf that the average has not, or has in another shape
 * @example
 * const averaged = incrementalUpdate(params, params, 0.001)
 * tf.dispose(averaged)
 *
 * Source: Polyak and Juditsky 1992.
 */
export const incrementalUpdate = <P extends Tensors>(latest: P, average: Tensors, stepSize: number): P => {
  admit('stepSize', stepSize, '[0, 1]')
  return zipWith([latest as Tensors, average], (p, e) => {
    tf.util.assertShapesMatch(p.shape, e.shape, 'incrementalUpdate: ')
    return tf.tidy(() => p.mul(stepSize).add(e.mul(1 - stepSize)))
  }) as P // the same leaves
}
