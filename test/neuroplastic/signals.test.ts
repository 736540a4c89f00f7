/** Each signal adds its own epsilon, where it divides. */
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import {
  activitySignal,
  compile,
  type GradientTransform,
  gradientSignal,
  memorySignal,
  neuroPlastic,
} from '../../src/index.js'

/** What a signal gives at its first step for a gradient that is c everywhere. */
const first = (signal: GradientTransform<unknown>, c: number): number => {
  const optimizer = compile(signal)
  const params = { w: tf.ones([4]) }
  const [updates] = optimizer.update({ w: tf.fill([4], c) }, optimizer.init(params), params)
  return updates.w?.dataSync()[0] ?? Number.NaN
}

test('of gradient, activity and memory', () => {
  const [c, eps] = [2, 0.5]
  expect(first(gradientSignal(eps), c)).toBeCloseTo(c / (c + eps), 6)
  expect(first(activitySignal(eps), c)).toBeCloseTo((0.05 * c) / (0.05 * c + eps), 6)
  const memory = (0.1 * c) / (Math.sqrt(0.01 * c * c) + eps)
  expect(first(memorySignal(eps), c)).toBeCloseTo(memory / (memory + eps), 6)
  expect(first(gradientSignal(), c)).toBeCloseTo(1, 6)
})

test('a warm-up that nobody tells the epoch says so', () => {
  const optimizer = compile(neuroPlastic({ plasticity: { warmupEpochs: 1 } }))
  const params = { w: tf.ones([2]) }
  expect(() => optimizer.update(params, optimizer.init(params), params)).toThrow("plasticity warm-up needs 'epoch'")
})
