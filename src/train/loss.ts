/** The loss of a batch and its gradients. */
import * as tf from '@tensorflow/tfjs'
import { fromEntries, names, type Tree, values } from '../expr/tree.js'
import type { Model } from '../models/index.js'

/** Examples on the device, and the units to drop on them. */
export interface Batch {
  /** Examples, `[batch, inputs]`. */
  readonly x: tf.Tensor2D
  /** Their classes, one-hot, `[batch, classes]`. */
  readonly labels: tf.Tensor2D
  /** One mask for each hidden layer; none drops nothing. */
  readonly masks: readonly tf.Tensor[]
}

/**
 * The mean softmax cross-entropy of a batch, and its gradient with respect to each parameter.
 *
 * $$ L = -\frac{1}{n} \sum_{i=1}^n \log \mathrm{softmax}(f_p(x_i))_{y_i}, \qquad g = \nabla_p L $$
 *
 * @returns fresh tensors, which the caller owns; parameters and batch stay the caller's
 * @example
 * const { loss, grads } = lossAndGradients(model, params, { x, labels, masks: [] })
 */
export const lossAndGradients = (
  model: Model,
  params: Tree<tf.Tensor>,
  { x, labels, masks }: Batch,
): { readonly loss: tf.Scalar; readonly grads: Tree<tf.Tensor> } => {
  const leaves = names(params)
  const treeOf = (tensors: readonly tf.Tensor[]) =>
    fromEntries(leaves.map((name, i) => [name, tensors[i] as tf.Tensor]))
  const loss = (...tensors: tf.Tensor[]) =>
    tf.losses.softmaxCrossEntropy(labels, model.apply(treeOf(tensors), x, masks)) as tf.Scalar
  const { value, grads } = tf.valueAndGrads(loss)([...values(params)])
  return { loss: value, grads: treeOf(grads) }
}
