/** `Problem`: something to minimize that is no classification. */
import type * as tf from '@tensorflow/tfjs'
import type { Tree } from '../../expr/tree.js'

/** What the randomness of a step depends on; counted as in training, from 1. */
export interface ProblemMoment {
  readonly seed: number
  readonly epoch: number
  readonly step: number
}

/**
 * A stochastic loss as data and pure functions. A step draws a batch, and differentiates the loss of that batch; what the
 * batch holds (examples, or noise) is the problem's own affair. All randomness is drawn on the host from the arguments alone,
 * so that two optimizers with the same seed meet the same batches.
 */
export interface Problem {
  /** A short name for reports, such as `'noisy quadratic 100'`. */
  readonly name: string
  /** Fresh float32 parameters for a seed, an integer. The caller owns them. */
  readonly init: (seed: number) => Tree<tf.Tensor>
  /** A fresh batch of `size` examples, an integer >= 1; a larger one is less noisy. The caller owns it. */
  readonly batch: (at: ProblemMoment, size: number) => Tree<tf.Tensor>
  /** The loss of a batch, differentiable in the parameters. Disposes nothing; run it in `tf.tidy` or under `tf.grads`. */
  readonly loss: (params: Tree<tf.Tensor>, batch: Tree<tf.Tensor>) => tf.Scalar
  /** What is really minimized: the loss without its noise. Likewise disposes nothing. */
  readonly risk: (params: Tree<tf.Tensor>) => tf.Scalar
}
