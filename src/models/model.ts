/** `Model`: pure functions over a tree of parameters. */
import type * as tf from '@tensorflow/tfjs'
import type { Tree } from '../expr/tree.js'

/**
 * A classifier as data and pure functions: nothing is hidden in layers or closures, the parameters are an argument.
 *
 * `init` and `dropoutMasks` are made on the host from their arguments alone, so that two runs with the same seed start
 * from the same weights and drop the same units, whatever the optimizer and the backend.
 */
export interface Model {
  /** A short name for reports, such as `'mlp 784-256-256-10'`. */
  readonly name: string
  /** Values per example. */
  readonly inputs: number
  /** Logits per example. */
  readonly classes: number
  /** Fresh float32 parameters for a seed, an integer >= 0. The caller owns them. */
  readonly init: (seed: number) => Tree<tf.Tensor>
  /** Fresh masks for one training step on a batch of `count` examples. The caller owns them. */
  readonly dropoutMasks: (at: TrainingMoment, count: number) => readonly tf.Tensor[]
  /**
   * Logits `[batch, classes]` of `x` `[batch, inputs]`; without masks nothing is dropped, as in evaluation.
   * Disposes nothing; run it in `tf.tidy` or under `tf.valueAndGrads`.
   */
  readonly apply: (params: Tree<tf.Tensor>, x: tf.Tensor2D, masks?: readonly tf.Tensor[]) => tf.Tensor2D
}

/** What the randomness of a training step depends on; `epoch` counts from 1, `step` from 1 within its epoch. */
export interface TrainingMoment {
  readonly seed: number
  readonly epoch: number
  readonly step: number
}
