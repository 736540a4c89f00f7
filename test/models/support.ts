/** What tests of models share: made-up images, tensors read back, a few steps of descent. */
import * as tf from '@tensorflow/tfjs'
import { map, type Tree, zipWith } from '../../src/expr/tree.js'
import type { Model, Variables } from '../../src/models/index.js'
import { type Batch, lossAndGradients } from '../../src/train/loss.js'

export const at = { seed: 1, epoch: 1, step: 1 }

export const sizeOfTree = (tree: Tree<tf.Tensor>): number =>
  Object.values(tree).reduce((sum, leaf) => sum + leaf.size, 0)

export const read = map((x: tf.Tensor) => Float32Array.from(x.dataSync()))

/** The largest difference between two lists of numbers. */
export const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0)

export const largest = (a: ArrayLike<number>): number => distance(a, new Float32Array(a.length))

/** Images of all classes in turn, of noise about a level that the class decides. */
export const imagesFor = ({ inputShape, classes }: Model, count: number): Omit<Batch, 'at'> => {
  const label = (i: number) => i % classes
  return {
    x: tf.tidy(() => {
      const noise = tf.randomUniform([count, ...inputShape], -0.3, 0.3, 'float32', 5)
      const level = Array.from({ length: count }, (_, i) => (2 * label(i)) / (classes - 1) - 1)
      return noise.add(tf.tensor(level, [count, ...inputShape.map(() => 1)]))
    }),
    labels: tf.tensor2d(
      Array.from({ length: count }, (_, i) => Array.from({ length: classes }, (_, c) => (c === label(i) ? 1 : 0))),
    ),
  }
}

/** Losses of plain gradient descent on one batch, and the variables in the end. */
export const descend = (model: Model, batch: Omit<Batch, 'at'>, steps: number, rate: number) => {
  let variables: Variables = model.init(0)
  const losses: number[] = []
  for (let step = 1; step <= steps; step++)
    variables = tf.tidy(() => {
      const { loss, grads, stats } = lossAndGradients(model, variables, { ...batch, at: { seed: 0, epoch: 1, step } })
      losses.push(loss.dataSync()[0] as number)
      const params = zipWith([variables.params, grads], (p: tf.Tensor, g: tf.Tensor) => tf.sub(p, tf.mul(g, rate)))
      return { params, stats } as { params: Record<string, tf.Tensor>; stats: Record<string, tf.Tensor> }
    })
  return { losses, variables }
}
