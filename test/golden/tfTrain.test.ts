/** What docs/differences.md says is the same as in `tf.train`, and what it says is not. */
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, expect, test } from 'vitest'
import * as P from '../../src/index.js'
import { useBackend } from '../support/backend.js'

beforeAll(() => useBackend('cpu'))
afterEach(() => tf.disposeVariables())

/** A variable after five steps on a quartic that is steep on one side. */
const after = (optimizer: tf.Optimizer): readonly number[] => {
  const x = tf.variable(tf.tensor1d([1, -2, 0.5]))
  for (let i = 0; i < 5; i++) optimizer.minimize(() => x.square().square().add(x.mul(3)).sum() as tf.Scalar, false, [x])
  return Array.from(x.dataSync())
}

const close = (xs: readonly number[]) => xs.map(x => expect.closeTo(x, 6))

const same: readonly (readonly [string, () => tf.Optimizer, P.GradientTransform<unknown>])[] = [
  ['adam', () => tf.train.adam(), P.adam({ eps: 1e-7 })],
  ['rmsprop', () => tf.train.rmsprop(0.01), P.rmsprop({ eps: 1e-7, decay: 0.9 })],
  ['adagrad', () => tf.train.adagrad(0.01), P.adagrad({ learningRate: 0.01 })],
  ['sgd', () => tf.train.sgd(0.01), P.sgd({ learningRate: 0.01 })],
  ['momentum', () => tf.train.momentum(0.01, 0.9), P.sgd({ learningRate: 0.01, momentum: 0.9 })],
  [
    'momentum, nesterov',
    () => tf.train.momentum(0.01, 0.9, true),
    P.sgd({ learningRate: 0.01, momentum: 0.9, nesterov: true }),
  ],
]

test.each(same)('%s is that of tf.train', (_, theirs, ours) => {
  expect(after(P.toTfOptimizer(ours))).toEqual(close(after(theirs())))
})

const other: readonly (readonly [string, () => tf.Optimizer, P.GradientTransform<unknown>])[] = [
  ['adadelta', () => tf.train.adadelta(1), P.adadelta({ learningRate: 1, rho: 0.95, eps: 1e-7 })],
]

test.each(other)('%s is another', (_, theirs, ours) => {
  expect(after(P.toTfOptimizer(ours))).not.toEqual(close(after(theirs())))
})
