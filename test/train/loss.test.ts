import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { mlp } from '../../src/models/index.js'
import { oneHot, trainingBatch } from '../../src/train/batch.js'
import { lossAndGradients, scoreLogits } from '../../src/train/index.js'
import { useWasm } from '../../src/wasm/index.js'
import { stripes } from './images.js'

beforeAll(() => useWasm())

const model = mlp({ sizes: [784, 6, 10], dropout: 0.3 })
const at = { seed: 0, epoch: 1, step: 1 }

test('one-hot rows', () => {
  expect([...oneHot([2, 0], 3)]).toEqual([0, 0, 1, 1, 0, 0])
})

test('the loss is the mean cross-entropy of the logits under the same masks', () => {
  const variables = model.init(1)
  const batch = trainingBatch(model, stripes(8), Uint32Array.of(3, 1, 4), at)
  const { loss } = lossAndGradients(model, variables, batch)
  const logits = model.apply(variables, batch.x, at).logits.dataSync()
  expect(loss.dataSync()[0]).toBeCloseTo(scoreLogits(logits, [3, 1, 4], 10).loss / 3, 5)
})

test('gradients are slopes: a step along each leaf changes the loss as they say', () => {
  const variables = model.init(1)
  const batch = trainingBatch(model, stripes(8), Uint32Array.of(3, 1, 4, 5), at)
  const { loss, grads } = lossAndGradients(model, variables, batch)
  const { params } = variables
  const lossAt = (leaf: string, step: number) => {
    const moved = { ...variables, params: { ...params, [leaf]: params[leaf]!.sub(grads[leaf]!.mul(step)) } }
    return lossAndGradients(model, moved, batch).loss.dataSync()[0]!
  }
  for (const leaf of Object.keys(params)) {
    const squares = grads[leaf]!.square().sum().dataSync()[0]!
    // A step that changes the loss by about 0.001: far above float32 noise, and few units cross their kink.
    const step = 0.001 / squares
    const slope = (lossAt(leaf, step) - lossAt(leaf, -step)) / (2 * step)
    expect(Math.abs(slope / -squares - 1)).toBeLessThan(0.02)
  }
  expect(loss.dataSync()[0]).toBeGreaterThan(1)
})

test('gives nothing but loss and gradients, in layer order, and consumes nothing', () => {
  const variables = model.init(1)
  const batch = trainingBatch(model, stripes(8), Uint32Array.of(0, 1), at)
  const before = tf.memory().numTensors
  const { loss, grads } = lossAndGradients(model, variables, batch)
  expect(tf.memory().numTensors).toBe(before + 1 + Object.keys(variables.params).length)
  expect(Object.keys(grads)).toEqual(Object.keys(variables.params))
  tf.dispose([loss, grads])
})
