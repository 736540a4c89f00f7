import * as tf from '@tensorflow/tfjs'
import { mean } from 'simple-statistics'
import { beforeAll, expect, test } from 'vitest'
import {
  constant,
  conv,
  dense,
  heFanOut,
  identity,
  type Layer,
  modelOf,
  relu,
  sequence,
  sum,
} from '../../src/models/index.js'
import { stream } from '../../src/models/random.js'
import { useWasm } from '../../src/wasm/index.js'
import { distance } from './support.js'

beforeAll(() => useWasm())

const [a, b, c] = [dense('a', 3, 4), relu, dense('c', 4, 2)]
const x = tf.tensor2d([1, -2, 0.5, 3, 0, -1], [2, 3])
const about = { name: 'composed', inputShape: [3], classes: 2 }

const behaviour = (layer: Layer) => {
  const model = modelOf(about, layer)
  const variables = model.init(0)
  return [Object.keys(variables.params), [...model.apply(variables, x).logits.dataSync()]]
}

test('layers in sequence are a monoid: associative, with the identity as its unit', () => {
  const whole = behaviour(sequence([a, b, c]))
  expect(behaviour(sequence([sequence([a, b]), c]))).toEqual(whole)
  expect(behaviour(sequence([a, sequence([b, c])]))).toEqual(whole)
  expect(behaviour(sequence([identity, a, b, identity, c, identity]))).toEqual(whole)
})

test('a sum adds what its two layers give', () => {
  const { params } = modelOf(about, sequence([a, c])).init(0)
  const y = sum(a, a).apply({ params, stats: {} }, x).y
  expect(distance(y.dataSync(), a.apply({ params, stats: {} }, x).y.mul(2).dataSync())).toBeLessThan(1e-6)
})

test('two leaves of one name are refused when they meet in a model', () => {
  expect(() => modelOf(about, sequence([a, dense('a', 4, 2)]))).toThrow(/two leaves 'a\/kernel'/)
})

test('a convolution is the sum that it is defined by, with zeros beyond the border', () => {
  const layer = conv('conv', { size: 3, inputs: 2, outputs: 3, padding: 1, stride: 2 })
  const [image, kernel] = [
    tf.randomNormal([2, 6, 6, 2], 0, 1, 'float32', 1),
    tf.randomNormal([3, 3, 2, 3], 0, 1, 'float32', 2),
  ]
  const { y } = layer.apply(
    { params: { 'conv/kernel': kernel, 'conv/bias': tf.tensor1d([1, 2, 3]) }, stats: {} },
    image,
  )
  const [xs, ws] = [image.arraySync() as number[][][][], kernel.arraySync() as number[][][][]]
  const expected = Array.from({ length: 2 * 3 * 3 * 3 }, (_, index) => {
    const [o, q, p, n] = [index % 3, Math.floor(index / 3) % 3, Math.floor(index / 9) % 3, Math.floor(index / 27)]
    const taps = ws.flatMap((row, r) =>
      row.flatMap((column, s) => column.map((w, i) => w[o]! * (xs[n]![2 * p + r - 1]?.[2 * q + s - 1]?.[i] ?? 0))),
    )
    return taps.reduce((total, tap) => total + tap, 1 + o)
  })
  expect(y.shape).toEqual([2, 3, 3, 3])
  expect(distance(y.dataSync(), expected)).toBeLessThan(1e-5)
})

test('He’s values are normal: their moments, their tails, an odd number of them', () => {
  const values = heFanOut(8)(stream(1, 2), 200_001)
  const moment = (k: number) => mean([...values].map(w => (w / 0.5) ** k))
  const deviation = (k: number) => (5 / Math.sqrt(values.length)) * Math.sqrt([0, 1, 2, 15, 96][k]!)
  for (const [k, wanted] of [
    [1, 0],
    [2, 1],
    [3, 0],
    [4, 3],
  ] as const)
    expect(Math.abs(moment(k) - wanted)).toBeLessThan(deviation(k))
  expect(values.every(Number.isFinite)).toBe(true)
  expect(mean([...values].map(w => (Math.abs(w) > 1 ? 1 : 0)))).toBeCloseTo(0.0455, 2)
})

test('a constant is the same everywhere', () => {
  expect([...constant(0.5)(stream(1), 3)]).toEqual([0.5, 0.5, 0.5])
})
