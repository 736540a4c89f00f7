import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { map, type Tree } from '../../src/expr/tree.js'
import { resnet18, type Variables } from '../../src/models/index.js'
import { useWasm } from '../../src/wasm/index.js'
import { at, descend, distance, imagesFor, largest, read } from './support.js'

beforeAll(() => useWasm())

const EPS = 1e-5
const model = resnet18({ width: 3, inputShape: [16, 16, 3], classes: 4 })

/** The network in elementary operations, by the paper and PyTorch's geometry, with the gradient that tfjs makes of it. */
const reference = (p: Tree<tf.Tensor>, x: tf.Tensor): tf.Tensor => {
  const conv = (h: tf.Tensor, name: string, stride: number) => {
    const kernel = p[`${name}/kernel`] as tf.Tensor4D
    const border = (kernel.shape[0] - 1) / 2
    const padded = tf.pad(h, [
      [0, 0],
      [border, border],
      [border, border],
      [0, 0],
    ])
    return tf.conv2d(padded as tf.Tensor4D, kernel, stride, 'valid')
  }
  const norm = (h: tf.Tensor, name: string) => {
    const { mean, variance } = tf.moments(h, [0, 1, 2])
    const hat = h.sub(mean).div(variance.add(EPS).sqrt())
    return hat.mul(p[`${name}/scale`]!).add(p[`${name}/offset`]!)
  }
  const block = (h: tf.Tensor, name: string, stride: number) => {
    const inner = norm(conv(h, `${name}/conv1`, stride), `${name}/bn1`).relu()
    const residual = norm(conv(inner, `${name}/conv2`, 1), `${name}/bn2`)
    const shortcut = stride === 1 ? h : norm(conv(h, `${name}/shortcut/conv`, stride), `${name}/shortcut/bn`)
    return residual.add(shortcut).relu()
  }
  const stem = norm(conv(x, 'conv1', 1), 'bn1').relu()
  const features = [1, 2, 3, 4].reduce(
    (h, s) => block(block(h, `block${s}/0`, s === 1 ? 1 : 2), `block${s}/1`, 1),
    stem,
  )
  return features.mean([1, 2]).matMul(p['dense/kernel']!).add(p['dense/bias']!)
}

/** Not the values that normalization begins with, of which some terms would vanish. */
const variablesOf = (): Variables => {
  const { params, stats } = model.init(1)
  const moved = map((leaf: tf.Tensor, name) => {
    if (!/scale|offset/.test(name)) return leaf
    return tf.add(leaf, tf.randomUniform(leaf.shape, -0.4, 0.4, 'float32', name.length))
  })(params)
  return { params: moved, stats }
}

test('logits and gradients in training are those of elementary operations', () => {
  const { params, stats } = variablesOf()
  const { x } = imagesFor(model, 4)
  const leaves = Object.keys(params)
  const treeOf = (tensors: tf.Tensor[]) => Object.fromEntries(leaves.map((name, i) => [name, tensors[i]!]))
  const weights = tf.randomUniform([4, 4], -1, 1, 'float32', 9)
  const valueAndGrads = (f: (p: Tree<tf.Tensor>) => tf.Tensor) =>
    tf.valueAndGrads((...tensors) => f(treeOf(tensors)))(Object.values(params), weights)
  const expected = valueAndGrads(p => reference(p, x))
  const actual = valueAndGrads(p => model.apply({ params: p, stats }, x, at).logits)
  expect(distance(actual.value.dataSync(), expected.value.dataSync())).toBeLessThan(1e-4)
  leaves.forEach((name, i) => {
    const [wanted, got] = [expected.grads[i]!.dataSync(), actual.grads[i]!.dataSync()]
    expect(distance(got, wanted) / largest(wanted), name).toBeLessThan(1e-3)
  })
})

test('the first block of each stage but the first halves the image and has a projection', () => {
  const shapes = map((leaf: tf.Tensor) => leaf.shape)(resnet18({ width: 16 }).init(0).params)
  const projections = Object.keys(shapes).filter(name => name.endsWith('shortcut/conv/kernel'))
  expect(projections).toEqual([2, 3, 4].map(stage => `block${stage}/0/shortcut/conv/kernel`))
  expect(projections.map(name => shapes[name])).toEqual([16, 32, 64].map(n => [1, 1, n, 2 * n]))
  expect(shapes['conv1/kernel']).toEqual([3, 3, 3, 16])
  expect(shapes['block4/1/conv2/kernel']).toEqual([3, 3, 128, 128])
  expect(shapes['dense/kernel']).toEqual([128, 10])
  expect(Object.values(shapes).filter(shape => shape.length === 4)).toHaveLength(20)
})

test('kernels begin in N(0, 2 / fan out), normalizations as the identity', () => {
  const { params, stats } = resnet18({ width: 16 }).init(4)
  const kernel = params['block4/0/conv2/kernel']!.dataSync<'float32'>()
  const square = kernel.reduce((sum, w) => sum + w * w, 0) / kernel.length
  // The mean of n squares of normal values is off by a fraction sqrt(2 / n).
  expect(Math.abs(square / (2 / (9 * 128)) - 1)).toBeLessThan(5 * Math.sqrt(2 / kernel.length))
  for (const [name, values] of Object.entries({ ...read(params), ...read(stats) })) {
    if (/scale|variance/.test(name)) expect(new Set(values)).toEqual(new Set([1]))
    if (/offset|mean/.test(name)) expect(new Set(values)).toEqual(new Set([0]))
  }
})

test('with zeroInit each block begins as its shortcut', () => {
  const options = { width: 2, inputShape: [8, 8, 1] }
  const scales = (zeroInit: boolean) =>
    Object.entries(read(resnet18({ ...options, zeroInit }).init(0).params)).filter(([name]) => name.endsWith('scale'))
  const zero = scales(true).filter(([, values]) => values.every(value => value === 0))
  expect(zero.map(([name]) => name)).toEqual(
    [1, 2, 3, 4].flatMap(s => [`block${s}/0/bn2/scale`, `block${s}/1/bn2/scale`]),
  )
  expect(scales(false).every(([, values]) => values.every(value => value === 1))).toBe(true)
})

describe('running statistics', () => {
  const batch = imagesFor(model, 32)
  const logitsOf = (variables: Variables, moment?: typeof at) =>
    tf.tidy(() => Float32Array.from(model.apply(variables, batch.x, moment).logits.dataSync()))

  test('converge to those of the batch, whereupon evaluation agrees with training', () => {
    // Weights that have been trained, so that gamma and beta are no longer 1 and 0.
    const { variables } = descend(model, batch, 5, 0.05)
    const settled = Array.from({ length: 150 }).reduce<Variables>(
      previous => ({ ...previous, stats: tf.tidy(() => model.apply(previous, batch.x, at).stats) }),
      variables,
    )
    const [trained, evaluated] = [logitsOf(settled, at), logitsOf(settled)]
    const spread = largest(trained)
    // The last stage normalizes 128 values per channel: running variances are larger by 1/127.
    expect(distance(trained, evaluated) / spread).toBeLessThan(0.02)
    expect(distance(trained, logitsOf(model.init(0))) / spread).toBeGreaterThan(0.1)

    const stem = tf.conv2d(batch.x as tf.Tensor4D, settled.params['conv1/kernel'] as tf.Tensor4D, 1, 'same')
    const { mean, variance } = tf.moments(stem, [0, 1, 2])
    const n = 32 * 16 * 16
    expect(distance(settled.stats['bn1/mean']!.dataSync(), mean.dataSync())).toBeLessThan(1e-4)
    expect(
      distance(settled.stats['bn1/variance']!.dataSync(), variance.mul(n / (n - 1)).dataSync()) /
        largest(variance.dataSync()),
    ).toBeLessThan(1e-4)
  })

  test('do not depend on the batch in evaluation: an image has the same logits in any company', () => {
    const { variables } = descend(model, batch, 3, 0.05)
    const alone = tf.tidy(() => model.apply(variables, batch.x.slice([0], [1])).logits.dataSync())
    expect(distance(alone, logitsOf(variables).subarray(0, 4))).toBeLessThan(1e-5)
  })
})
