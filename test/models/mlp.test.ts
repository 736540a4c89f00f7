import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { names, values } from '../../src/expr/tree.js'
import { dropoutMask, type MlpOptions, mlp } from '../../src/models/index.js'
import { HyperparameterError } from '../../src/schema/hyperparameter.js'
import { quiet } from '../../src/wasm/index.js'

quiet()

const small = mlp({ sizes: [4, 5, 3, 2], dropout: 0.25 })
const at = { seed: 1, epoch: 1, step: 1 }
const x = () => tf.tensor2d([0.5, -1, 0.25, 1, -0.5, 1, 1, -1], [2, 4])

test('the default has the leaves, the shapes and the 269,322 parameters of the protocol', () => {
  const { params, stats } = mlp().init(0)
  expect(names(params)).toEqual([
    'dense1/kernel',
    'dense1/bias',
    'dense2/kernel',
    'dense2/bias',
    'dense3/kernel',
    'dense3/bias',
  ])
  expect(values(params).map(p => p.shape)).toEqual([[784, 256], [256], [256, 256], [256], [256, 10], [10]])
  expect(values(params).reduce((sum, p) => sum + p.size, 0)).toBe(269_322)
  expect(stats).toEqual({})
  tf.dispose(params)
})

test('weights fill U(-1/sqrt(fan_in), 1/sqrt(fan_in)), bias included', () => {
  const { params } = mlp().init(7)
  for (const [name, fanIn] of [
    ['dense1/kernel', 784],
    ['dense2/kernel', 256],
    ['dense2/bias', 256],
  ] as const) {
    const bound = 1 / Math.sqrt(fanIn)
    const data = Float32Array.from(params[name]!.dataSync())
    const deviation = Math.sqrt(data.reduce((sum, p) => sum + p * p, 0) / data.length)
    const largest = data.reduce((max, p) => Math.max(max, Math.abs(p)), 0)
    expect(largest).toBeLessThanOrEqual(Math.fround(bound))
    expect(largest).toBeGreaterThan(0.95 * bound)
    expect(deviation / (bound / Math.sqrt(3))).toBeCloseTo(1, data.length > 1000 ? 2 : 0)
  }
  tf.dispose(params)
})

test('the same seed gives the same weights, another one others', () => {
  const [a, b, c] = [small.init(0), small.init(0), small.init(1)].map(({ params }) =>
    values(params).map(p => [...p.dataSync()]),
  )
  expect(a).toEqual(b)
  expect(a).not.toEqual(c)
})

/** Its forward pass as a function of its leaves, in training. */
const trained =
  (leaves: readonly string[], moment = at) =>
  (...tensors: tf.Tensor[]) =>
    small.apply({ params: Object.fromEntries(leaves.map((name, i) => [name, tensors[i]!])), stats: {} }, x(), moment)
      .logits

test('logits, dropout and gradients are those of plain tfjs ops', () => {
  const { params } = small.init(2)
  const masks = [5, 3].map((units, i) => tf.tensor2d(dropoutMask(0.25, 2 * units, i, at), [2, units]))
  const reference = (...[w1, b1, w2, b2, w3, b3]: tf.Tensor[]) => {
    const h1 = tf.relu(tf.matMul(x(), w1!).add(b1!)).mul(masks[0]!)
    const h2 = tf.relu(tf.matMul(h1 as tf.Tensor2D, w2!).add(b2!)).mul(masks[1]!)
    return tf.matMul(h2 as tf.Tensor2D, w3!).add(b3!) as tf.Tensor2D
  }
  const sensitivities = tf.tensor2d([1, -2, 0.5, 3], [2, 2])
  const expected = tf.valueAndGrads(reference)([...values(params)], sensitivities)
  const actual = tf.valueAndGrads(trained(names(params)))([...values(params)], sensitivities)
  const flat = (tensors: readonly tf.Tensor[]) => tensors.flatMap(t => [...t.dataSync()])
  const [wanted, got] = [flat([expected.value, ...expected.grads]), flat([actual.value, ...actual.grads])]
  expect(got).toHaveLength(wanted.length)
  for (const [i, value] of wanted.entries()) expect(got[i]).toBeCloseTo(value, 5)
  expect(wanted.some(value => Math.abs(value) > 0.1)).toBe(true)
})

test('the moment decides what is dropped; in evaluation, and at rate 0, nothing is', () => {
  const logitsOf = (model: typeof small, moment?: typeof at) => [
    ...model.apply(model.init(2), x(), moment).logits.dataSync(),
  ]
  const plain = mlp({ sizes: [4, 5, 3, 2], dropout: 0 })
  expect(logitsOf(small, at)).toEqual(logitsOf(small, at))
  expect(logitsOf(small, at)).not.toEqual(logitsOf(small, { ...at, step: 2 }))
  expect(logitsOf(small)).toEqual(logitsOf(plain))
  expect(logitsOf(plain, at)).toEqual(logitsOf(plain))
})

test.each<[MlpOptions, RegExp]>([
  [{ sizes: [784] }, /sizes must be two or more integers.*got '\[784\]'/],
  [{ sizes: [784, 0, 10] }, /sizes must be.*got '\[784,0,10\]'/],
  [{ sizes: [784, 2.5, 10] }, /sizes must be/],
  [{ dropout: 1 }, /dropout must be a number in \[0, 1\); got 1/],
  [{ dropout: Number.NaN }, /dropout must be.*got NaN/],
])('refuses %j', (options, message) => {
  expect(() => mlp(options)).toThrow(HyperparameterError)
  expect(() => mlp(options)).toThrow(message)
})
