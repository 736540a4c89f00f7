import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { lenet5, type Model, resnet18 } from '../../src/models/index.js'
import { train } from '../../src/train/index.js'
import { leafwise } from '../../src/transform/types.js'
import { useWasm } from '../../src/wasm/index.js'
import { stripes } from '../train/images.js'

beforeAll(() => useWasm())

const run = (model: Model, rate: number, more: { epochs?: number; onProgress?: () => void } = {}) =>
  train({
    model,
    transform: leafwise(g => g.mul(-rate)),
    train: stripes(200),
    test: stripes(60, 2),
    seed: 0,
    epochs: 2,
    batchSize: 20,
    ...more,
  })

const resnet = resnet18({ width: 2, inputShape: [28, 28, 1] })

test('the loop trains a network with statistics, which its evaluation uses', async () => {
  const { epochs, outcome } = await run(resnet, 0.1, { epochs: 4 })
  expect(outcome).toEqual({ status: 'completed' })
  expect(epochs.at(-1)!.trainLoss).toBeLessThan(0.8 * epochs[0]!.trainLoss)
  expect(epochs.at(-1)!.testLoss).toBeLessThan(epochs[0]!.testLoss)
  expect(epochs.at(-1)!.testAccuracy).toBeGreaterThan(0.4)
})

test('the loop trains LeNet-5', async () => {
  const { epochs } = await run(lenet5({ activation: 'relu' }), 0.1, { epochs: 6 })
  expect(epochs.at(-1)!.trainLoss).toBeLessThan(epochs[0]!.trainLoss)
})

test('no statistics are left behind: on success, divergence and failure', async () => {
  await run(resnet, 0.1)
  const before = tf.memory().numTensors
  await run(resnet, 0.1)
  expect(tf.memory().numTensors).toBe(before)
  expect((await run(resnet, 1e38)).outcome.status).toBe('diverged')
  expect(tf.memory().numTensors).toBe(before)
  const failing = () => {
    throw new Error('stop here')
  }
  await expect(run(resnet, 0.1, { onProgress: failing })).rejects.toThrow('stop here')
  await expect(run({ ...resnet, apply: failing }, 0.1)).rejects.toThrow('stop here')
  expect(tf.memory().numTensors).toBe(before)
})
