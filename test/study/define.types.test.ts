/** What people write is what the compiler takes, under strict. */
import * as tf from '@tensorflow/tfjs'
import { expect, expectTypeOf, test } from 'vitest'
import { chain, compile, ema, scaleByAdam, scaleByLearningRate, type Training, trace } from '../../src/index.js'
import { defineStudy } from '../../src/study/index.js'

test('a variant with settings of its own is written inline', () => {
  const { study } = defineStudy({
    name: 'inline',
    variants: {
      moving: {
        role: 'baseline',
        settings: { learningRate: 0.1, b: 0.9 },
        candidates: [{ b: 0.5 }, { learningRate: 0.2 }],
        transform: ({ learningRate, b }) => {
          expectTypeOf(b).toEqualTypeOf<number>()
          return chain(ema(b), scaleByLearningRate(learningRate))
        },
      },
      plain: {
        role: 'baseline',
        settings: { learningRate: 0.1, momentum: 0.9 },
        candidates: [{ momentum: 0 }, { momentum: 0.5 }],
        // @ts-expect-error: a setting that it has not
        alphaBounds: ({ b }) => [b, b],
        transform: ({ learningRate, momentum }) => chain(trace(momentum), scaleByLearningRate(learningRate)),
      },
    },
    selection: 'fixed',
    seeds: 2,
    epochs: 1,
  })
  expect(Object.keys(study.variants)).toEqual(['moving', 'plain'])
})

test('a step within tidy gives what it takes', async () => {
  await tf.setBackend('cpu')
  const optimizer = compile(chain(scaleByAdam(), scaleByLearningRate(0.1)))
  const params = { w: tf.tensor1d([1]) }
  const grads = { w: tf.tensor1d([1]) }
  let training = { params, state: optimizer.init(params) }
  for (let i = 0; i < 3; i++) training = tf.tidy(() => optimizer.step(training, grads))
  expectTypeOf(training.params.w).toEqualTypeOf<tf.Tensor1D>()
  expect(training.params.w.dataSync()[0]).toBeCloseTo(0.7)
  type Own = Training<unknown, { w: tf.Tensor }>
  const rule: Own['params'] = training.params
  expect(Object.keys(rule)).toEqual(['w'])
})
