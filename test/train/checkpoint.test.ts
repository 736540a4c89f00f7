import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, expect, test } from 'vitest'
import { adam } from '../../src/optimizers/optimizers.js'
import { compile } from '../../src/runtime/index.js'
import { HyperparameterError } from '../../src/schema/hyperparameter.js'
import { begin, disposeCarry, parameterCount, stateBytes } from '../../src/train/carry.js'
import { decodeRun, encodeRun } from '../../src/train/checkpoint.js'
import { checkpointPolicy, type EpochResult } from '../../src/train/index.js'
import type { GradientTransform } from '../../src/transform/types.js'
import { convolutional } from './runs.js'

const transform: GradientTransform<unknown> = adam()
const carry = begin(convolutional, 0, compile(transform))
afterAll(() => disposeCarry(carry))

const result = (epoch: number, testAccuracy = 0.5): EpochResult => ({
  epoch,
  trainLoss: 1,
  testLoss: 1,
  testAccuracy,
  seconds: 1,
  evaluationSeconds: 1,
})

const roundTrip = (epochs: readonly EpochResult[]) => {
  const found = decodeRun(transform, encodeRun(transform, carry, { run: {}, epochs }), carry, {}, 1000)
  if (E.isLeft(found)) throw new Error(found.left.join())
  disposeCarry(found.right.carry)
  return found.right.epochs
}

test('results come back exactly, numbers that are not finite too', () => {
  const odd = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0)
  const numbers = fc.array(fc.oneof(fc.double(), odd), { maxLength: 5 })
  fc.assert(
    fc.property(numbers, values => {
      const epochs = values.map((trainLoss, i) => ({ ...result(i + 1), trainLoss }))
      expect(roundTrip(epochs)).toEqual(epochs)
    }),
    { seed: 0, numRuns: 50 },
  )
})

test('parameters, state and statistics come back bit for bit, each in its place', () => {
  const bytes = encodeRun(transform, carry, { run: {}, epochs: [] })
  const found = decodeRun(transform, bytes, carry, {}, 1)
  if (E.isLeft(found)) throw new Error(found.left.join())
  const restored = found.right.carry
  for (const part of ['params', 'stats'] as const) {
    expect(Object.keys(restored[part])).toEqual(Object.keys(carry[part]))
    for (const [name, tensor] of Object.entries(carry[part]))
      expect(restored[part][name]?.dataSync(), name).toEqual(tensor.dataSync())
  }
  expect(Object.keys(carry.stats)).toContain('bn1/variance')
  disposeCarry(restored)
})

test('adam keeps two float32 for each parameter', () => {
  const state = compile(adam()).init(carry.params)
  expect(stateBytes(state)).toBe(8 * parameterCount(carry.params))
  tf.dispose(state as unknown as tf.TensorContainer)
})

/** The epochs that a policy keeps, given the accuracy after each. */
const kept = (policy: ReturnType<typeof checkpointPolicy>, accuracies: readonly number[]) => {
  const all = accuracies.map((accuracy, i) => result(i + 1, accuracy))
  return all.filter((_, i) => policy(all.slice(0, i + 1))).map(({ epoch }) => epoch)
}

test('a policy keeps every n-th epoch, the best only, or the best of every n-th', () => {
  const accuracies = [0.3, 0.5, 0.9, 0.4, 0.9, 0.6, 0.95]
  expect(kept(checkpointPolicy(), accuracies)).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(kept(checkpointPolicy({ every: 3 }), accuracies)).toEqual([3, 6])
  expect(kept(checkpointPolicy({ bestOnly: true }), accuracies)).toEqual([1, 2, 3, 7])
  expect(kept(checkpointPolicy({ every: 2, bestOnly: true }), accuracies)).toEqual([2, 6])
  expect(checkpointPolicy()([])).toBe(false)
  expect(() => checkpointPolicy({ every: 0 })).toThrow(HyperparameterError)
})
