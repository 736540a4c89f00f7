/** Putting a batch of images on the device. */
import * as tf from '@tensorflow/tfjs'
import { type Augmentation, augmentedWriter, type Examples, labelsAt, noAugmentation } from '../data/index.js'
import type { Model, TrainingMoment } from '../models/index.js'
import { written } from '../wasm/direct.js'
import type { Batch } from './loss.js'

/**
 * Labels as rows of zeros with a one, assembled on the host: `tf.oneHot` would need a cast as well.
 *
 * @param labels classes, each an integer in [0, classes)
 * @example
 * oneHot([2, 0], 3) // 0 0 1, 1 0 0
 */
export const oneHot = (labels: ArrayLike<number>, classes: number): Float32Array => {
  const rows = new Float32Array(labels.length * classes)
  for (let i = 0; i < labels.length; i++) rows[i * classes + (labels[i] as number)] = 1
  return rows
}

/**
 * The batch of some images of a set at this moment.
 *
 * @param indices which images, in order; at least one
 * @param augmentation what happens to the images first, as seed and epoch decide. Default nothing
 * @returns fresh tensors, which the caller owns
 * @example
 * const { x, labels, at } = trainingBatch(mlp(), train, Uint32Array.of(0, 1), { seed: 0, epoch: 1, step: 1 })
 */
export const trainingBatch = (
  model: Model,
  set: Examples,
  indices: Uint32Array,
  at: TrainingMoment,
  augmentation: Augmentation = noAugmentation,
): Batch => {
  const count = indices.length
  const write = augmentedWriter(augmentation, at)
  return {
    x: written([count, ...model.inputShape], images => write(set, indices, images)),
    labels: tf.tensor2d(oneHot(labelsAt(set, indices), model.classes), [count, model.classes]),
    at,
  }
}
