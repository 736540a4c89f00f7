import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { batchMoments, batchNorm, normalizeByBatch } from '../../src/models/index.js'
import { useWasm } from '../../src/wasm/index.js'
import { backends, useBackend } from '../support/backend.js'
import { at, distance, largest } from './support.js'

beforeAll(() => useWasm())
afterEach(() => useWasm())

const EPS = 1e-5
const random = (shape: readonly number[], seed: number, mean = 0) =>
  tf.add(tf.randomNormal([...shape], 0, 1, 'float32', seed), mean)

/** Normalization in double precision, and its gradient by the chain rule through mean and variance. */
const inDoubles = (x: ArrayLike<number>, dy: ArrayLike<number>, gamma: ArrayLike<number>, beta: ArrayLike<number>) => {
  const channels = gamma.length
  const n = x.length / channels
  const out = {
    y: new Float64Array(x.length),
    dx: new Float64Array(x.length),
    dGamma: new Float64Array(channels),
    dBeta: new Float64Array(channels),
  }
  for (let c = 0; c < channels; c++) {
    const at = (i: number) => i * channels + c
    const sum = (f: (i: number) => number) => Array.from({ length: n }, (_, i) => f(at(i))).reduce((a, b) => a + b, 0)
    const mean = sum(i => x[i]!) / n
    const variance = sum(i => (x[i]! - mean) ** 2) / n
    const inverse = 1 / Math.sqrt(variance + EPS)
    const dVariance = sum(i => dy[i]! * gamma[c]! * (x[i]! - mean)) * -0.5 * inverse ** 3
    const dMean = -inverse * sum(i => dy[i]! * gamma[c]!)
    out.dBeta[c] = sum(i => dy[i]!)
    out.dGamma[c] = sum(i => dy[i]! * (x[i]! - mean) * inverse)
    for (let i = c; i < x.length; i += channels) {
      out.y[i] = gamma[c]! * (x[i]! - mean) * inverse + beta[c]!
      out.dx[i] = dy[i]! * gamma[c]! * inverse + (dVariance * 2 * (x[i]! - mean)) / n + dMean / n
    }
  }
  return out
}

describe.each(backends)('on %s', backend => {
  test.each([
    { shape: [4, 5, 6, 3], mean: 0 },
    { shape: [2, 1, 1, 5], mean: 0 },
    { shape: [7, 4], mean: 0 },
    { shape: [3, 4, 2], mean: 1 },
    // Where the mean is large, whatever subtracts squares of it is off by more than all of the variance.
    { shape: [8, 4, 4, 3], mean: 1000 },
  ])('values and gradients are those of double precision: $shape about $mean', async ({ shape, mean }) => {
    await useBackend(backend)
    const channels = shape.at(-1)!
    const [x, dy] = [random(shape, 1, mean), random(shape, 2)]
    const [gamma, beta] = [random([channels], 3, 1), random([channels], 4)]
    const expected = inDoubles(x.dataSync(), dy.dataSync(), gamma.dataSync(), beta.dataSync())
    const { value, grads } = tf.valueAndGrads((input, scale, offset) =>
      normalizeByBatch(input!, batchMoments(input!), scale!, offset!, EPS),
    )([x, gamma, beta], dy)
    expect(value.shape).toEqual(shape)
    expect(grads.map(grad => grad.shape)).toEqual([shape, [channels], [channels]])
    const tolerance = mean === 1000 ? 1e-3 : 1e-5
    for (const [actual, wanted] of [
      [value, expected.y],
      [grads[0]!, expected.dx],
      [grads[1]!, expected.dGamma],
      [grads[2]!, expected.dBeta],
    ] as const)
      expect(distance(actual.dataSync(), wanted) / Math.max(0.1, largest(wanted))).toBeLessThan(tolerance)
  })
})

test('a batch leaves with mean beta and deviation gamma', () => {
  const layer = batchNorm('bn', 3)
  const channel = fc.record({
    gamma: fc.double({ min: 0.1, max: 3, noNaN: true }),
    beta: fc.double({ min: -2, max: 2, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.array(channel, { minLength: 3, maxLength: 3 }), fc.nat(1000), (channels, seed) => {
      tf.tidy(() => {
        const params = {
          'bn/scale': tf.tensor1d(channels.map(({ gamma }) => gamma)),
          'bn/offset': tf.tensor1d(channels.map(({ beta }) => beta)),
        }
        const stats = { 'bn/mean': tf.zeros([3]), 'bn/variance': tf.ones([3]) }
        const { y } = layer.apply({ params, stats }, random([6, 3, 3, 3], seed, 2).mul(5), at)
        const { mean, variance } = batchMoments(y)
        expect(
          distance(
            mean.dataSync(),
            channels.map(({ beta }) => beta),
          ),
        ).toBeLessThan(1e-4)
        expect(
          distance(
            variance.sqrt().dataSync(),
            channels.map(({ gamma }) => gamma),
          ),
        ).toBeLessThan(1e-3)
      })
    }),
    { numRuns: 30 },
  )
})

describe('running statistics', () => {
  const params = () => ({ 'bn/scale': tf.tensor1d([2, 1]), 'bn/offset': tf.tensor1d([0, -1]) })
  const before = () => ({ 'bn/mean': tf.tensor1d([1, -1]), 'bn/variance': tf.tensor1d([4, 9]) })
  // Channel means 2 and 20; sums of squares about them 2 and 200.
  const x = () => tf.tensor2d([1, 10, 2, 20, 3, 30], [3, 2])

  test('move by their momentum, towards the variance of the population', () => {
    const { stats } = batchNorm('bn', 2, { momentum: 0.25 }).apply({ params: params(), stats: before() }, x(), at)
    expect(distance(stats['bn/mean']!.dataSync(), [1.25, 4.25])).toBeLessThan(1e-6)
    expect(distance(stats['bn/variance']!.dataSync(), [0.75 * 4 + 0.25 * 1, 0.75 * 9 + 0.25 * 100])).toBeLessThan(1e-5)
  })

  test('are used in evaluation, and not moved', () => {
    const { y, stats } = batchNorm('bn', 2, { eps: 1e-3 }).apply({ params: params(), stats: before() }, x())
    const expected = [1, 10, 2, 20, 3, 30].map((v, i) =>
      i % 2 === 0 ? (2 * (v - 1)) / Math.sqrt(4 + 1e-3) : (v + 1) / Math.sqrt(9 + 1e-3) - 1,
    )
    expect(distance(y.dataSync(), expected)).toBeLessThan(1e-5)
    expect(stats).toEqual({})
  })

  test('are constants to the gradient in evaluation', () => {
    const layer = batchNorm('bn', 2, { eps: 0.01 })
    const dy = tf.tensor2d([1, 2, -3, 0.5, 2, 1], [3, 2])
    const f = (input: tf.Tensor, scale: tf.Tensor) =>
      layer.apply({ params: { ...params(), 'bn/scale': scale }, stats: before() }, input).y
    const [dx, dScale] = tf.grads((...given) => f(given[0]!, given[1]!))([x(), params()['bn/scale']], dy)
    const [s, t] = [1 / Math.sqrt(4.01), 1 / Math.sqrt(9.01)]
    expect(distance(dx!.dataSync(), [2 * s, 2 * t, -6 * s, 0.5 * t, 4 * s, t])).toBeLessThan(1e-5)
    expect(distance(dScale!.dataSync(), [(0 - 3 * 1 + 2 * 2) * s, (2 * 11 + 0.5 * 21 + 31) * t])).toBeLessThan(1e-4)
  })

  test('of a single value stay finite', () => {
    const one = tf.tensor2d([5, 7], [1, 2])
    const { y, stats } = batchNorm('bn', 2, { momentum: 1 }).apply({ params: params(), stats: before() }, one, at)
    expect([...y.dataSync()]).toEqual([0, -1])
    expect([...stats['bn/mean']!.dataSync(), ...stats['bn/variance']!.dataSync()]).toEqual([5, 7, 0, 0])
  })
})
