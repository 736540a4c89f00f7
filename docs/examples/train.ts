import * as tf from '@tensorflow/tfjs'
import { compile } from 'plastax'
import { useWasm } from 'plastax/wasm'
import { activityOverMomentum } from './own-optimizer.js'

await useWasm()
const xs = tf.linspace(-1, 1, 64).reshape([64, 1])
const ys = xs.square().add(0.1)
const params = {
  kernel1: tf.randomNormal([1, 16], 0, 1, 'float32', 7),
  bias1: tf.zeros([16]),
  kernel2: tf.zeros([16, 1]),
}
const loss = (kernel1: tf.Tensor, bias1: tf.Tensor, kernel2: tf.Tensor) =>
  xs.matMul(kernel1).add(bias1).tanh().matMul(kernel2).sub(ys).square().mean().asScalar()
const valueAndGrads = tf.valueAndGrads(loss as (...args: tf.Tensor[]) => tf.Scalar)

const optimizer = compile(activityOverMomentum)
let training = { params, state: optimizer.init(params) }
export const losses: number[] = []
for (let step = 0; step < 200; step++) {
  const { value, grads } = valueAndGrads(Object.values(training.params))
  const [kernel1, bias1, kernel2] = grads as [tf.Tensor, tf.Tensor, tf.Tensor]
  training = optimizer.step(training, { kernel1, bias1, kernel2 }) // consumes the old ones
  losses.push(value.dataSync()[0] ?? Number.NaN)
  tf.dispose([value, grads])
}
