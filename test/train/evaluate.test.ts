import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { mlp } from '../../src/models/index.js'
import { evaluate, scoreLogits } from '../../src/train/index.js'
import { useWasm } from '../../src/wasm/index.js'
import { stripes } from './images.js'

beforeAll(() => useWasm())

test('the loss is that of a naive softmax, and the answer the largest logit', () => {
  const logit = fc.double({ min: -20, max: 20, noNaN: true })
  const row = fc.record({ z: fc.array(logit, { minLength: 3, maxLength: 3 }), label: fc.nat(2) })
  fc.assert(
    fc.property(fc.array(row, { maxLength: 6 }), rows => {
      const score = scoreLogits(
        rows.flatMap(({ z }) => z),
        rows.map(({ label }) => label),
        3,
      )
      const naive = rows.map(({ z, label }) => {
        const exponentials = z.map(Math.exp)
        return -Math.log(exponentials[label]! / exponentials.reduce((a, b) => a + b, 0))
      })
      expect(score.loss).toBeCloseTo(
        naive.reduce((a, b) => a + b, 0),
        8,
      )
      expect(score.correct).toBe(rows.filter(({ z, label }) => z.indexOf(Math.max(...z)) === label).length)
    }),
  )
})

test('huge logits do not overflow', () => {
  expect(scoreLogits([1000, 0], [0], 2)).toEqual({ correct: 1, loss: 0 })
  expect(scoreLogits([1000, 0], [1], 2)).toEqual({ correct: 0, loss: 1000 })
})

test('a NaN is never correct and spoils the loss, wherever it is', () => {
  for (const logits of [
    [Number.NaN, 1],
    [1, Number.NaN],
  ])
    for (const label of [0, 1]) expect(scoreLogits(logits, [label], 2)).toEqual({ correct: 0, loss: Number.NaN })
})

test('neither the batch size nor dropout changes the result, and no tensor is left', async () => {
  const model = mlp({ sizes: [784, 16, 10], dropout: 0.5 })
  const variables = model.init(0)
  const set = stripes(25)
  const before = tf.memory().numTensors
  const whole = await evaluate(model, variables, set, 25)
  expect(whole.loss).toBeGreaterThan(2)
  for (const batchSize of [1, 7, 100]) {
    const parts = await evaluate(model, variables, set, batchSize)
    expect(parts.accuracy).toBe(whole.accuracy)
    expect(parts.loss).toBeCloseTo(whole.loss, 6)
  }
  expect(tf.memory().numTensors).toBe(before)
  tf.dispose([variables.params, variables.stats])
})

test('an aborted evaluation is rejected with the reason of the signal before the next batch', async () => {
  const model = mlp({ sizes: [784, 10] })
  const variables = model.init(0)
  const controller = new AbortController()
  const reason = new Error('enough')
  const before = tf.memory().numTensors
  let batches = 0
  const watched: typeof model = {
    ...model,
    apply: (...inputs) => {
      batches++
      controller.abort(reason)
      return model.apply(...inputs)
    },
  }
  await expect(evaluate(watched, variables, stripes(25), 10, controller.signal)).rejects.toBe(reason)
  expect(batches).toBe(1)
  expect(tf.memory().numTensors).toBe(before)
  tf.dispose([variables.params, variables.stats])
})
