import * as fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { scalar } from '../../src/expr/scalar.js'
import { sgd } from '../../src/optimizers/optimizers.js'
import { HyperparameterError } from '../../src/schema/hyperparameter.js'
import { perEpoch, stepsPerEpoch, train } from '../../src/train/index.js'
import { cosineDecay, piecewiseConstant, type Schedule } from '../../src/transform/index.js'
import { useWasm } from '../../src/wasm/index.js'
import { config, figures } from './runs.js'

beforeAll(() => useWasm())

/** The value at a step; a schedule of a literal folds to a literal. */
const at = (schedule: Schedule, t: number): number => {
  const { node } = schedule(scalar(t))
  return node.op === 'literal' ? node.value : Number.NaN
}

test('a schedule per epoch has, at each step, the value of the epochs done', () => {
  const schedule = cosineDecay(0.1, 40)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.nat(50), fc.nat(9_999), (steps, epochs, step) => {
      const within = step % steps
      expect(at(perEpoch(schedule, steps), epochs * steps + within)).toBe(at(schedule, epochs))
    }),
    { seed: 0 },
  )
})

test('the steps of an epoch hold all examples, the last of them at least one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 1000 }), (count, batchSize) => {
      const steps = stepsPerEpoch(count, batchSize)
      expect(steps * batchSize).toBeGreaterThanOrEqual(count)
      expect((steps - 1) * batchSize).toBeLessThan(count)
    }),
    { seed: 0 },
  )
  expect(() => stepsPerEpoch(0, 10)).toThrow(HyperparameterError)
  expect(() => perEpoch(cosineDecay(0.1, 40), 2.5)).toThrow(HyperparameterError)
})

test('in a run, the rate changes between epochs', async () => {
  // From epoch 3 on it is 0: what is learnt stands still.
  const learningRate = perEpoch(piecewiseConstant(0.1, { 2: 0 }), stepsPerEpoch(50, 16))
  const losses = figures(await train(config({ transform: sgd({ learningRate }) }))).epochs.map(epoch => epoch.testLoss)
  expect(losses[2]).toBe(losses[1])
  expect(losses[3]).toBe(losses[1])
  expect(losses[1]).not.toBe(losses[0])
})
