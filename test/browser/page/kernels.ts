/** The training kernels in a browser, whose threads may share the memory: a small network's gradients, as on `cpu`. */
import * as tf from '@tensorflow/tfjs'
import { firstDifference, largest, numbers, type Values } from '../../../laws/index.js'
import { fromTensors, scoped } from '../../../laws/values.js'
import type { Check } from './checks.js'

const shapes = {
  image: [4, 9, 9, 3],
  filter: [3, 3, 3, 8],
  depthwise: [3, 3, 8, 1],
  table: [7, 6],
  kernel: [6, 5],
} as const

// Seed 0 would be none.
const normal = (name: keyof typeof shapes, index: number): tf.Tensor =>
  tf.randomNormal([...shapes[name]], 0, 0.5, 'float32', index + 1)

/** Convolutions, pooling, an embedding and a dense layer, one after another. */
const loss = (image: tf.Tensor, filter: tf.Tensor, depthwise: tf.Tensor, table: tf.Tensor, kernel: tf.Tensor) => {
  const seen = tf
    .conv2d(image as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same')
    .relu()
    .depthwiseConv2d(depthwise as tf.Tensor4D, 1, 'valid')
    .maxPool(2, 2, 'valid')
    .mean<tf.Tensor>([1, 2, 3])
  const read = tf
    .gather(table, tf.tensor1d([1, 5, 1, 0], 'int32'))
    .matMul(kernel)
    .tanh()
  return tf.losses.softmaxCrossEntropy(tf.oneHot([0, 3, 2, 4], 5), read.add(seen.reshape([4, 1]).mul(read)).toFloat())
}

const gradients = (): Values =>
  scoped(() => {
    const inputs = (Object.keys(shapes) as (keyof typeof shapes)[]).map(normal)
    const { value, grads } = tf.valueAndGrads(loss as (...inputs: tf.Tensor[]) => tf.Scalar)(inputs)
    return fromTensors(Object.fromEntries([['loss', value], ...Object.keys(shapes).map((name, i) => [name, grads[i]])]))
  })

export const kernelChecks: readonly Check[] = [
  {
    name: 'gradients of a small network agree with the cpu backend',
    run: async () => {
      await tf.setBackend('cpu')
      const expected = gradients()
      await tf.setBackend('wasm')
      return largest(numbers(expected)) === 0
        ? 'all gradients are zero'
        : firstDifference('gradients', gradients(), expected, name => 1e-5 * largest(expected[name]?.values ?? []))
    },
  },
]
