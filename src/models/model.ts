/** `Model`: pure functions over a tree of parameters and a tree of statistics. */
import type * as tf from '@tensorflow/tfjs'
import type { Shape } from '../expr/shape.js'
import type { Tree } from '../expr/tree.js'

/** All that a model remembers, by leaf name in layer order. */
export interface Variables {
  /** What training moves: float32, an optimizer's own to consume. */
  readonly params: Tree<tf.Tensor>
  /** What training only observes: the running means and variances of batch normalization. Empty for most models. */
  readonly stats: Tree<tf.Tensor>
}

/** What the randomness of a training step depends on; `epoch` counts from 1, `step` from 1 within its epoch. */
export interface TrainingMoment {
  readonly seed: number
  readonly epoch: number
  readonly step: number
}

/** What a model makes of a batch. */
export interface Applied {
  /** `[batch, classes]`. */
  readonly logits: tf.Tensor2D
  /** The statistics after it: fresh tensors in training; in evaluation the very ones that were given. */
  readonly stats: Tree<tf.Tensor>
}

/**
 * A classifier as data and pure functions: nothing is hidden in layers or closures, parameters and statistics are arguments.
 *
 * Weights and dropout are made on the host from seed and moment alone, so that two runs with the same seed start from the
 * same weights and drop the same units, whatever the optimizer and the backend.
 *
 * @example
 * const { params, stats } = model.init(0)
 * const { logits } = tf.tidy(() => model.apply({ params, stats }, images)) // evaluation
 * const next = tf.tidy(() => model.apply({ params, stats }, images, { seed: 0, epoch: 1, step: 1 }).stats) // training
 */
export interface Model {
  /** A short name for reports, such as `'mlp 784-256-256-10'`. */
  readonly name: string
  /** Of one example: `[784]`, or height, width and channels. */
  readonly inputShape: Shape
  /** Logits per example. */
  readonly classes: number
  /** Of the parameters, in layer order. */
  readonly shapes: Tree<Shape>
  /** Fresh variables for a seed, an integer >= 0. The caller owns them. */
  readonly init: (seed: number) => Variables
  /**
   * Logits of `x` `[batch, ...inputShape]`. With a moment the model is in training: it drops what that moment says, and
   * normalizes by the batch. Without one it evaluates: it drops nothing, and normalizes by its statistics.
   *
   * Consumes nothing and disposes nothing. Run it in `tf.tidy`, which hands `stats` on where they are part of its result;
   * under `tf.valueAndGrads`, which does not, `tf.keep` those that are wanted.
   */
  readonly apply: (variables: Variables, x: tf.Tensor, at?: TrainingMoment) => Applied
}
