import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { cifarAugmentation } from '../../src/data/index.js'
import { mlp } from '../../src/models/index.js'
import { HyperparameterError } from '../../src/schema/hyperparameter.js'
import { accumulatedGradients, split } from '../../src/train/accumulate.js'
import { trainingBatch } from '../../src/train/batch.js'
import { type TrainingConfig, train } from '../../src/train/index.js'
import { lossAndGradients } from '../../src/train/loss.js'
import { zero } from '../../src/transform/combine.js'
import { leafwise } from '../../src/transform/types.js'
import { useWasm } from '../../src/wasm/index.js'
import { config, convolutional, figures, network, small } from './runs.js'

beforeAll(() => useWasm())

const plain = mlp({ sizes: [64, 7, 3], dropout: 0 })
const set = small(11)
const indices = Uint32Array.from({ length: 11 }, (_, i) => 10 - i)

test('a split keeps all indices in order, in parts of nearly one size', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 60 }), (count, parts) => {
      const all = Uint32Array.from({ length: count }, (_, i) => 7 * i)
      const found = split(all, parts)
      const lengths = found.map(({ length }) => length)
      expect(found.flatMap(part => [...part])).toEqual([...all])
      expect(found).toHaveLength(Math.min(parts, count))
      expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1)
    }),
    { seed: 0 },
  )
})

test.each([1, 2, 3, 4, 11])('%i parts give the gradient of the whole batch', parts => {
  const variables = plain.init(0)
  const before = tf.memory().numTensors
  const at = { seed: 0, epoch: 1, step: 1 }
  const whole = tf.tidy(() => lossAndGradients(plain, variables, trainingBatch(plain, set, indices, at)))
  const inParts = accumulatedGradients(plain, variables, split(indices, parts), some =>
    trainingBatch(plain, set, some, at),
  )
  const digits = parts === 1 ? 20 : 6
  expect(inParts.loss.dataSync()[0]).toBeCloseTo(whole.loss.dataSync()[0] as number, digits)
  for (const [name, grad] of Object.entries(whole.grads)) {
    const ours = inParts.grads[name]?.dataSync() as Float32Array
    for (const [i, value] of grad.dataSync().entries()) expect(ours[i], name).toBeCloseTo(value, digits)
  }
  tf.dispose([whole, inParts])
  expect(tf.memory().numTensors).toBe(before)
  tf.dispose([variables.params, variables.stats])
})

test('statistics go from part to part', () => {
  const variables = convolutional.init(0)
  const before = tf.memory().numTensors
  const at = { seed: 0, epoch: 1, step: 1 }
  const parts = split(indices, 2)
  const batchOf = (some: Uint32Array) => trainingBatch(convolutional, set, some, at)
  const inParts = accumulatedGradients(convolutional, variables, parts, batchOf)
  const expected = tf.tidy(() =>
    parts.reduce(
      (stats, some) => convolutional.apply({ params: variables.params, stats }, batchOf(some).x, at).stats,
      variables.stats,
    ),
  )
  for (const [name, statistic] of Object.entries(expected))
    expect(inParts.stats[name]?.dataSync(), name).toEqual(statistic.dataSync())
  tf.dispose([inParts, expected])
  expect(tf.memory().numTensors).toBe(before)
  tf.dispose([variables.params, variables.stats])
})

test('parts that fail leave no tensor behind', () => {
  const variables = plain.init(0)
  const before = tf.memory().numTensors
  const failing = (some: Uint32Array, part: number) => {
    if (part === 2) throw new Error('stop here')
    return trainingBatch(plain, set, some, { seed: 0, epoch: 1, step: 1 })
  }
  expect(() => accumulatedGradients(plain, variables, split(indices, 3), failing)).toThrow('stop here')
  expect(tf.memory().numTensors).toBe(before)
  tf.dispose([variables.params, variables.stats])
})

/** The losses of a run's steps. */
const losses = async (change: Partial<TrainingConfig<unknown>>) => {
  const met: number[] = []
  await train(config({ ...change, onProgress: ({ loss }) => met.push(loss) }))
  return met
}

test('a run with accumulated gradients takes the course of one without', async () => {
  const [whole, inParts] = [await losses({ model: plain }), await losses({ model: plain, accumulate: 3 })]
  expect(inParts).toHaveLength(whole.length)
  for (const [i, loss] of whole.entries()) expect(inParts[i]).toBeCloseTo(loss, 4)
  expect(Math.abs((whole.at(-1) as number) - (whole[0] as number))).toBeGreaterThan(0.1)
})

test('each part has dropout masks of its own, and has them again in the same run', async () => {
  const moments: string[] = []
  const watched = {
    ...network,
    apply: (...[variables, x, at]: Parameters<typeof network.apply>) => {
      if (at !== undefined) moments.push(`${at.seed} ${at.epoch} ${at.step}`)
      return network.apply(variables, x, at)
    },
  }
  const [first, again] = [
    await train(config({ model: watched, accumulate: 3, epochs: 2 })),
    await train(config({ accumulate: 3, epochs: 2 })),
  ]
  expect(figures(again)).toEqual(figures(first))
  // Three steps of three parts, and one of two examples, in each of two epochs.
  expect(moments).toHaveLength(2 * (3 * 3 + 2))
  expect(new Set(moments).size).toBe(moments.length)
})

test('images are augmented in training, and anew in each epoch', async () => {
  const still = { transform: zero, model: plain, batchSize: 50, epochs: 3 }
  const [plainly, augmented] = [await losses(still), await losses({ ...still, augmentation: cifarAugmentation })]
  expect(new Set(plainly.map(loss => loss.toFixed(5))).size).toBe(1)
  expect(new Set([...augmented, plainly[0]].map(loss => loss?.toFixed(5))).size).toBe(4)
  await expect(train(config({ augmentation: { pad: -1, flip: true } }))).rejects.toThrow(/pad must be/)
})

test('an exploded loss ends the run where a bound is set, and only there', async () => {
  // Up the gradient, gently.
  const transform = leafwise(g => g.mul(0.01))
  const free = await train(config({ transform, model: plain }))
  const bound = (free.epochs[2]?.trainLoss as number) - 1e-6
  const bounded = await train(config({ transform, model: plain, divergeAbove: bound }))
  const first = free.epochs.findIndex(({ trainLoss }) => trainLoss > bound)
  expect(first).toBe(2)
  expect(free.outcome).toEqual({ status: 'completed' })
  expect(bounded.outcome).toEqual({
    status: 'diverged',
    epoch: first + 1,
    step: 4,
    reason: `the mean training loss is ${free.epochs[first]?.trainLoss}, above ${bound}`,
  })
  expect(bounded.epochs).toHaveLength(first)
})

test('a run tells its size', async () => {
  const { parameters, stateBytes, steps } = await train(config({ epochs: 1 }))
  expect({ parameters, stateBytes, steps }).toEqual({
    parameters: 64 * 7 + 7 + 7 * 3 + 3,
    stateBytes: 8 * 479,
    steps: 4,
  })
})

test.each<[Partial<TrainingConfig<unknown>>, string]>([
  [{ accumulate: 0 }, 'accumulate must be an integer in [1, inf); got 0'],
  [{ accumulate: 1.5 }, 'accumulate must be an integer in [1, inf); got 1.5'],
  [{ divergeAbove: 0 }, 'divergeAbove must be a number in (0, inf); got 0'],
])('refuses %j', async (change, message) => {
  await expect(train(config(change))).rejects.toThrow(HyperparameterError)
  await expect(train(config(change))).rejects.toThrow(message)
})
