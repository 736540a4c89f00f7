/** Variables that hold other values for a while. */
import * as tf from '@tensorflow/tfjs'
import { map, zipWith } from '../../expr/tree.js'
import type { Tensors } from '../types.js'

/**
 * Runs `f` while variables hold other values, and gives them their own back, bit for bit, on failure too. What `f` promises is
 * waited for.
 *
 * @param others of the same shapes; they are disposed
 * @param away is told when they hold them, and when no more
 */
export const swapped = <R>(variables: Tensors, others: Tensors, f: () => R, away: (now: boolean) => void): R => {
  const assign = (values: Tensors) => zipWith([variables, values], (v, x) => (v as tf.Variable).assign(x)) // variables all
  // Kept, for `fit` validates within the tidy of a step.
  const own = map((x: tf.Tensor) => tf.keep(x.clone()))(variables)
  const restore = (): void => {
    assign(own)
    tf.dispose(own)
    away(false)
  }
  let waiting = false
  try {
    assign(others)
    tf.dispose(others)
    away(true)
    const result = f()
    if (!(result instanceof Promise)) return result
    waiting = true
    return result.finally(restore) as R // a promise, as `f` gave
  } finally {
    if (!waiting) restore()
  }
}
