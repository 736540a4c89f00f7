/** The loss of a batch and its gradients. */
import * as tf from '@tensorflow/tfjs'
import { fromEntries, map, names, type Tree, values } from '../expr/tree.js'
import type { Model, TrainingMoment, Variables } from '../models/index.js'

/** Examples on the device, and the moment at which they are met. */
export interface Batch {
  /** Examples, `[batch, ...inputShape]`. */
  readonly x: tf.Tensor
  /** Their classes, one-hot, `[batch, classes]`. */
  readonly labels: tf.Tensor2D
  /** Decides what is dropped; without it the model is applied as in evaluation. */
  readonly at?: TrainingMoment
}

// Not an interface: only an alias fits what tfjs takes for a nest of tensors.
/** A mean loss, its gradient by leaf, and the model's statistics after the batch. */
export type LossAndGradients = {
  readonly loss: tf.Scalar
  readonly grads: Tree<tf.Tensor>
  readonly stats: Tree<tf.Tensor>
}

/**
 * The mean softmax cross-entropy of a batch, its gradient with respect to each parameter, and the model's statistics after it.
 *
 * $$ L = -\frac{1}{n} \sum_{i=1}^n \log \mathrm{softmax}(f_p(x_i))_{y_i}, \qquad g = \nabla_p L $$
 *
 * @returns fresh tensors, which the caller owns; variables and batch stay the caller's
 * @example
 * const { loss, grads, stats } = lossAndGradients(model, { params, stats }, { x, labels, at })
 */
export const lossAndGradients = (
  model: Model,
  { params, stats }: Variables,
  { x, labels, at }: Batch,
): LossAndGradients => {
  const leaves = names(params)
  const treeOf = (tensors: readonly tf.Tensor[]) =>
    fromEntries(leaves.map((name, i) => [name, tensors[i] as tf.Tensor]))
  // A function that is differentiated gives one tensor, and all others are disposed with its scope, unless they are kept.
  let kept: Tree<tf.Tensor> = {}
  const loss = (...tensors: tf.Tensor[]) => {
    const applied = model.apply({ params: treeOf(tensors), stats }, x, at)
    kept = map((statistic: tf.Tensor) => tf.keep(statistic.clone()))(applied.stats)
    return tf.losses.softmaxCrossEntropy(labels, applied.logits) as tf.Scalar
  }
  try {
    const { value, grads } = tf.valueAndGrads(loss)([...values(params)])
    // Clones, since what is kept would outlive the caller's scope as well.
    return { loss: value, grads: treeOf(grads), stats: map((statistic: tf.Tensor) => statistic.clone())(kept) }
  } finally {
    tf.dispose(kept)
  }
}
