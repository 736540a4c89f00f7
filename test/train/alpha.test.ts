import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { alphaStatistics, readAlpha } from '../../src/train/alpha.js'
import { quiet } from '../../src/wasm/index.js'

quiet()

test('statistics over leaves count each parameter once', () => {
  const statistics = alphaStatistics(
    [
      { values: [0.2, 2], weight: 1 },
      { values: [1], weight: 6 },
    ],
    [0.2, 2],
  )
  expect(statistics.mean).toBeCloseTo(8.2 / 8)
  expect(statistics.sd).toBeCloseTo(Math.sqrt((0.04 + 4 + 6) / 8 - (8.2 / 8) ** 2))
  expect(statistics).toMatchObject({ min: 0.2, max: 2, nearLow: 1 / 8, nearHigh: 1 / 8 })
})

test('near a bound is within 5 % of the range, or beyond the bound', () => {
  const near = (alpha: number) => {
    const { nearLow, nearHigh } = alphaStatistics([{ values: [alpha], weight: 1 }], [1, 2])
    return [nearLow, nearHigh]
  }
  expect(near(0.5)).toEqual([1, 0])
  expect(near(1.04)).toEqual([1, 0])
  expect(near(1.06)).toEqual([0, 0])
  expect(near(1.94)).toEqual([0, 0])
  expect(near(1.96)).toEqual([0, 1])
  expect(near(3)).toEqual([0, 1])
})

test('a bound that float32 rounded still counts as the bound, even where nothing lies between the two', () => {
  for (const bound of [0.2, 0.7, 1.3]) {
    const values = Float32Array.of(bound)
    expect(alphaStatistics([{ values, weight: 1 }], [bound, bound])).toMatchObject({ nearLow: 1, nearHigh: 1 })
  }
})

test('a value for a whole leaf weighs as much as the leaf, and readings are disposed', async () => {
  const params = { w: tf.zeros([3, 2]), b: tf.zeros([2]) }
  const before = tf.memory().numTensors
  const readings = { w: tf.scalar(0.5), b: tf.tensor1d([1, 2]) }
  const statistics = await readAlpha(readings, params, [0.2, 2])
  expect(statistics.mean).toBeCloseTo((6 * 0.5 + 1 + 2) / 8)
  expect(tf.memory().numTensors).toBe(before)
})

test('readings are disposed where reading fails', async () => {
  const before = tf.memory().numTensors
  await expect(readAlpha({ w: tf.scalar(1) }, {}, [0.2, 2])).rejects.toThrow(/'w'/)
  expect(tf.memory().numTensors).toBe(before)
})
