import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { useWasm } from '../../../src/wasm/index.js'
import { expectAgreement } from '../support/backends.js'
import { functionOf, small } from './rows/elementwise.js'

beforeAll(() => useWasm())

type Compute = (x: tf.Tensor) => tf.Tensor

const images: Readonly<Record<string, Compute>> = {
  conv2d: x => tf.conv2d(x as tf.Tensor4D, tf.ones([2, 2, 2, 3]), 1, 'same'),
  depthwiseConv2d: x => tf.depthwiseConv2d(x as tf.Tensor4D, tf.ones([2, 2, 2, 3]), 1, 'same'),
  'fused.conv2d': x =>
    tf.fused.conv2d({
      x: x as tf.Tensor4D,
      filter: tf.ones([2, 2, 2, 3]),
      strides: 1,
      pad: 'same',
      bias: tf.ones([3]),
      activation: 'relu',
    }),
  conv2dTranspose: x => tf.conv2dTranspose(x as tf.Tensor4D, tf.ones([2, 2, 3, 2]), [0, 3, 3, 3], 1, 'same'),
  conv3d: x => tf.conv3d(x.expandDims(3) as tf.Tensor5D, tf.ones([2, 2, 1, 2, 3]), 1, 'same'),
  maxPool: x => tf.maxPool(x as tf.Tensor4D, 2, 1, 'same'),
  avgPool: x => tf.avgPool(x as tf.Tensor4D, 2, 1, 'valid'),
  maxPool3d: x => tf.maxPool3d(x.expandDims(3) as tf.Tensor5D, 1, 1, 'same'),
  avgPool3d: x => tf.avgPool3d(x.expandDims(3) as tf.Tensor5D, 1, 1, 'same'),
  dilation2d: x => tf.dilation2d(x as tf.Tensor4D, tf.zeros([2, 2, 2]), 1, 'same'),
  resizeBilinear: x => tf.image.resizeBilinear(x as tf.Tensor4D, [4, 4]),
  resizeNearestNeighbor: x => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [4, 4]),
  batchNorm: x => tf.batchNorm(x, tf.zeros([2]) as tf.Tensor1D, tf.ones([2]) as tf.Tensor1D),
  relu: tf.relu,
  relu6: tf.relu6,
  clipByValue: x => tf.clipByValue(x, 0, 1),
  maximum: x => tf.maximum(x, tf.ones([2])),
  prelu: x => tf.prelu(x, tf.ones([2])),
  cast: x => tf.cast(x, 'bool'),
  sign: tf.sign,
  sum: x => tf.sum(x, [1, 2]),
  mean: x => tf.mean(x, 0),
  max: x => tf.max(x, 0),
  min: x => tf.min(x, [0, 1]),
  prod: x => tf.prod(x, 0, true),
  all: x => tf.all(x.toBool(), 0),
  any: x => tf.any(x.toBool(), 0),
  argMax: x => tf.argMax(x, 0),
  logSumExp: x => tf.logSumExp(x, 0),
  topk: x => tf.topk(x, 0).values,
  cumsum: x => tf.cumsum(x, 0),
  softmax: x => tf.softmax(x),
  transpose: x => tf.transpose(x, [3, 0, 1, 2]),
  tile: x => tf.tile(x, [2, 1, 1, 1]),
  pad: x =>
    tf.pad(
      x,
      [
        [1, 1],
        [0, 0],
        [0, 0],
        [0, 0],
      ],
      7,
    ),
  concat: x => tf.concat([x, tf.ones([1, 3, 3, 2])], 0),
  reverse: x => tf.reverse(x, 1),
  gather: x => tf.gather(x, tf.tensor1d([], 'int32'), 0),
  matMul: x => tf.matMul(x.reshape([0, 3]), tf.ones([3, 2])),
  einsum: x => tf.einsum('ij,jk->ik', x.reshape([0, 3]), tf.ones([3, 2])),
  'no inner axis': x => tf.matMul(x.reshape([3, 0]), x.reshape([0, 2])),
}

describe('what is empty is computed as on cpu', () => {
  it.each(Object.entries(images))('%s', (_, compute) => {
    const x = tf.zeros([0, 3, 3, 2])
    return expectAgreement([x], () => tf.tidy(() => [compute(x)]))
  })

  it('convolutions of no channels are their bias', () => {
    const x = tf.zeros([1, 3, 3, 0])
    const filter = tf.zeros([2, 2, 0, 3]) as tf.Tensor4D
    return expectAgreement([x, filter], () => [tf.conv2d(x as tf.Tensor4D, filter, 1, 'same')])
  })
})

describe('small numbers keep their digits', () => {
  it.each(small)('%s', op => {
    const { compute, f } = functionOf(op)
    const xs = [1e-8, 1e-6, 1e-4, 1e-2, 0.3].flatMap(x => [Math.fround(x), Math.fround(-x)])
    const values = tf.tidy(() => [...compute(tf.tensor1d(xs)).dataSync()])
    values.forEach((value, i) => {
      expect(Math.abs(value / f(xs[i]!) - 1), `${op}(${xs[i]})`).toBeLessThan(1e-5)
    })
  })
})
