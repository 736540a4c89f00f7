/** Training kernels against the stock ones, and a whole epoch. */
import * as tf from '@tensorflow/tfjs'
import { useWasm } from 'plastax/wasm'
import { mlp } from '../../src/models/index.js'
import type { Row } from './optimizers.js'
import { ratio } from './ratio.js'

/** Runs `f` with our kernels, and with the stock ones. */
const bothKernels = async (what: string, make: () => () => void): Promise<Row> => {
  // Kernels are looked up at each call, so what is measured is registered by turns, outside the clock.
  const work = make()
  const backend = tf.backend()
  await useWasm()
  const ours = tf.getKernelsForBackend('wasm')
  await useWasm({ trainingKernels: false })
  const stock = tf.getKernelsForBackend('wasm')
  if (tf.backend() !== backend) throw new Error('the backend changed')
  const use = (kernels: readonly tf.KernelConfig[]) => {
    for (const { kernelName } of tf.getKernelsForBackend('wasm')) tf.unregisterKernel(kernelName, 'wasm')
    for (const kernel of kernels) tf.registerKernel(kernel)
  }
  const result = ratio(work, work, 6, { subject: () => use(ours), peer: () => use(stock) })
  await useWasm()
  use(ours)
  return { what, peer: 'stock kernels', ratio: result }
}

const forwardAndBackward = () => {
  const model = mlp()
  const { params, stats } = model.init(1)
  const x = tf.randomUniform<tf.Rank.R2>([128, 784], -1, 1)
  const y = tf.oneHot(tf.range(0, 128, 1, 'int32').mod(tf.scalar(10, 'int32')), 10)
  const names = Object.keys(params)
  const loss = (...leaves: tf.Tensor[]) =>
    tf.losses.softmaxCrossEntropy(
      y,
      model.apply({ params: Object.fromEntries(names.map((name, i) => [name, leaves[i] as tf.Tensor])), stats }, x)
        .logits,
    ) as tf.Scalar
  const grads = tf.valueAndGrads(loss)
  return () =>
    tf.tidy(() => {
      grads(Object.values(params))
    })
}

const convolution = () => ({
  x: tf.randomNormal<tf.Rank.R4>([32, 32, 32, 32]),
  filter: tf.randomNormal<tf.Rank.R4>([3, 3, 32, 64]),
  dy: tf.randomNormal<tf.Rank.R4>([32, 32, 32, 64]),
})

/** The MLP's gradients and a convolution's. */
export const training = async (): Promise<readonly Row[]> => {
  const rows = [await bothKernels('forward and backward, MLP, batch 128', forwardAndBackward)]
  const { x, filter, dy } = convolution()
  const tidily = (f: () => void) => () =>
    tf.tidy(() => {
      f()
    })
  const forward = tidily(() => tf.conv2d(x, filter, 1, 'same'))
  const inputGradient = () => tidily(() => tf.conv2dTranspose(dy, filter, [32, 32, 32, 32], 1, 'same'))
  const filterGradient = tidily(() => tf.grad(f => tf.conv2d(x, f as tf.Tensor4D, 1, 'same'))(filter, dy))
  rows.push(await bothKernels('input gradient of a convolution 3x3, 32 to 64 channels, 32x32, batch 32', inputGradient))
  rows.push({
    what: 'filter gradient of it, with the forward pass',
    peer: 'the forward pass',
    ratio: ratio(filterGradient, forward),
  })
  return rows
}
