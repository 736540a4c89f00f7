import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { sgd, toTfOptimizer } from '../../../src/index.js'
import { useWasm } from '../../../src/wasm/index.js'

beforeAll(() => useWasm())

const valuesOf = (compute: () => tf.Tensor): number[] => {
  const y = tf.tidy(compute)
  const values = [...y.dataSync()]
  y.dispose()
  return values
}

const gradientsOf = (f: (...xs: tf.Tensor[]) => tf.Tensor, ...inputs: readonly number[][]): number[][] =>
  tf.tidy(() =>
    tf
      .grads((...xs: tf.Tensor[]) => f(...xs).sum())(inputs.map(values => tf.tensor1d(values)))
      .map(gradient => [...gradient.dataSync()]),
  )

describe('by hand', () => {
  it('conv3d has the gradients of a convolution, for strides', () => {
    const f = (x: tf.Tensor, w: tf.Tensor) =>
      tf.conv3d(x.reshape([1, 3, 1, 1, 1]) as tf.Tensor5D, w.reshape([2, 1, 1, 1, 1]) as tf.Tensor5D, [2, 1, 1], 'same')
    const [dx, dw] = gradientsOf(f as never, [1, 2, 3], [1, 10])
    expect(dx).toEqual([1, 10, 1])
    expect(dw).toEqual([4, 2])
  })

  it('conv3d has the gradients of a convolution, for several channels', () => {
    const f = (x: tf.Tensor, w: tf.Tensor) =>
      tf
        .conv3d(x.reshape([1, 2, 1, 1, 2]) as tf.Tensor5D, w.reshape([1, 1, 1, 2, 1]) as tf.Tensor5D, 1, 'valid')
        .flatten()
        .mul([1, 10])
    const [dx, dw] = gradientsOf(f as never, [1, 2, 3, 4], [3, 4])
    expect(dx).toEqual([3, 4, 30, 40])
    expect(dw).toEqual([31, 42])
  })

  it('maxPool3d and dilation2d know negative maxima', () => {
    const x = () => tf.tensor5d([-5, -6], [1, 2, 1, 1, 1])
    expect(valuesOf(() => tf.maxPool3d(x(), [2, 1, 1], 1, 'valid'))).toEqual([-5])
    const one = () => tf.tensor4d([-5], [1, 1, 1, 1])
    expect(valuesOf(() => tf.dilation2d(one(), tf.tensor3d([0], [1, 1, 1]), 1, 'valid'))).toEqual([-5])
  })

  it.each(['relu', 'relu6', 'elu', 'sigmoid'] as const)(
    'a model that blew up is evaluated, and trains, as NaN: %s',
    async activation => {
      const { layers } = tf
      const model = tf.sequential({
        layers: [layers.dense({ units: 3, inputShape: [2], activation }), layers.dense({ units: 1 })],
      })
      model.layers[0]!.setWeights([tf.fill([2, 3], Number.NaN), tf.zeros([3])])
      model.compile({ optimizer: toTfOptimizer(sgd({ learningRate: 0.1 })), loss: 'meanSquaredError' })
      const [x, y] = [tf.ones([4, 2]), tf.ones([4, 1])]
      expect((model.evaluate(x, y) as tf.Scalar).dataSync()[0]).toBeNaN()
      expect((model.predict(x) as tf.Tensor).dataSync()[0]).toBeNaN()
      for (let i = 0; i < 3; i++) expect(await model.trainOnBatch(x, y)).toBeNaN()
    },
  )

  it.each(['conv2d', 'depthwiseConv2d', 'separableConv2d', 'conv3d'] as const)(
    'and so is one of %s, with relu',
    async kind => {
      const rank = kind === 'conv3d' ? 3 : 2
      const kernelSize = Array<number>(rank).fill(2) as never
      const inputShape = [...Array<number>(rank).fill(4), 2]
      const options = { kernelSize, filters: 3, activation: 'relu' as const, inputShape }
      const model = tf.sequential({
        layers: [tf.layers[kind](options), tf.layers.flatten(), tf.layers.dense({ units: 1 })],
      })
      const layer = model.layers[0]!
      layer.setWeights(layer.getWeights().map(w => tf.fill(w.shape, Number.NaN)))
      const x = tf.ones([2, ...Array<number>(rank).fill(4), 2])
      expect([...(model.predict(x) as tf.Tensor).dataSync()]).toEqual([Number.NaN, Number.NaN])
    },
  )

  it('a convolution padded by a number has the shape of its filter and strides, and leaves the backend alive', () => {
    tf.tidy(() => {
      const image = tf.ones([1, 9, 9, 3]) as tf.Tensor4D
      expect(tf.depthwiseConv2d(image, tf.ones([3, 2, 3, 1]), 3, 1).shape).toEqual([1, 3, 4, 3])
      expect(tf.conv2d(image, tf.ones([4, 2, 3, 5]), 1, 1).shape).toEqual([1, 8, 10, 5])
      expect(tf.maxPool(image, [3, 2], [3, 3], 1).shape).toEqual([1, 3, 4, 3])
      expect(tf.avgPool(image, [3, 2], [3, 3], 1).shape).toEqual([1, 3, 4, 3])
    })
    expect(valuesOf(() => tf.add(1, 2))).toEqual([3])
    expect(valuesOf(() => tf.zeros([1000]).sum())).toEqual([0])
  })

  it('truth values are 0 and 1, einsum is there, and reductions of nothing are those of cpu', () => {
    expect(valuesOf(() => tf.tensor1d([0.3, 0, 2, -1]).toBool().toFloat())).toEqual([1, 0, 1, 1])
    expect(valuesOf(() => tf.einsum('ij,jk->ik', tf.ones([1, 2]), tf.ones([2, 1])))).toEqual([2])
    const nothing = () => tf.zeros([0, 1])
    expect(valuesOf(() => tf.max(nothing(), 0))).toEqual([Number.NaN])
    expect(valuesOf(() => tf.min(nothing(), 0))).toEqual([Number.NaN])
    expect(valuesOf(() => tf.prod(nothing(), 0))).toEqual([1])
    expect(valuesOf(() => tf.any(nothing().toBool(), 0))).toEqual([0])
  })

  it('avgPool divides by what the window meets, in its gradient too', () => {
    const f = (x: tf.Tensor) => tf.avgPool(x.reshape([1, 1, 3, 1]) as tf.Tensor4D, [1, 2], [1, 2], 'same')
    expect(gradientsOf(f, [1, 2, 4])).toEqual([[0.5, 0.5, 1]])
    const g = (x: tf.Tensor) => tf.avgPool3d(x.reshape([1, 1, 1, 3, 1]) as tf.Tensor5D, [1, 1, 2], [1, 1, 2], 'same')
    expect(gradientsOf(g, [1, 2, 4])).toEqual([[0.5, 0.5, 1]])
  })

  it('a range of one number is that number, and whole numbers are clipped as numbers', () => {
    expect(valuesOf(() => tf.clipByValue([-1, 0.5, 3], 0.1, 0.1 + 1e-12))).toEqual(Array(3).fill(Math.fround(0.1)))
    expect(valuesOf(() => tf.clipByValue(tf.tensor1d([-3, 2, 9], 'int32'), 0, 3))).toEqual([0, 2, 3])
  })
})

describe('what is no number, and what is below 0', () => {
  it('pads with NaN, whatever lay in the memory before', () => {
    const nan = Number.NaN
    tf.pad(tf.tensor1d([1, 2]), [[1, 2]], 7).dispose()
    expect(valuesOf(() => tf.pad(tf.tensor1d([1, 2]), [[1, 2]], nan))).toEqual([nan, 1, 2, nan, nan])
    const square = () => tf.pad(tf.tensor2d([[1, 2]]), [[1, 0], [0, 1]], nan) // biome-ignore format: as a matrix
    expect(valuesOf(square)).toEqual([nan, nan, nan, 1, 2, nan])
    const cube = () => tf.pad(tf.tensor3d([1, 2, 3, 4], [2, 1, 2]), [[0, 1], [1, 0], [0, 0]], nan) // biome-ignore format: as above
    expect(valuesOf(cube)).toEqual([nan, nan, 1, 2, nan, nan, 3, 4, nan, nan, nan, nan])
    expect(
      valuesOf(() =>
        tf.pad(
          tf.zeros([0, 1]),
          [
            [1, 0],
            [0, 1],
          ],
          nan,
        ),
      ),
    ).toEqual([nan, nan])
  })

  it('a maximum with its place is one below 0 too', () => {
    const x = tf.tensor4d([-4, -3, -2, -1, -8, -7, -6, -5], [2, 2, 2, 1])
    const found = (withBatch: boolean) => tf.maxPoolWithArgmax(x, 2, 1, 'valid', withBatch)
    expect(valuesOf(() => found(false).result)).toEqual([-1, -5])
    expect(valuesOf(() => found(false).indexes)).toEqual([3, 3])
    expect(valuesOf(() => found(true).indexes)).toEqual([3, 7])
  })
})

describe('refused by name', () => {
  it.each([
    ['Complex', () => tf.complex([1], [2])],
    ['FFT', () => tf.engine().runKernel('FFT', { input: tf.ones([2]) })],
  ] as const)('%s, with what to do instead', (name, compute) => {
    expect(compute).toThrow(
      `${name} needs complex numbers, which the wasm backend does not have; compute it on another one: tf.setBackend('cpu')`,
    )
  })

  it('a permutation that is none', () => {
    const call = { inputs: { x: tf.ones([2, 3]) }, backend: tf.backend(), attrs: { perm: [0, -1] } }
    expect(() => tf.getKernel('Transpose', 'wasm').kernelFunc(call as never)).toThrow(
      'no permutation [0,-1] of the axes of [2,3]',
    )
  })
})
