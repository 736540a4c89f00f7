/** The fused interpreter comes with `useWasm`: without it the wasm backend computes through TensorFlow.js, and says why. */
import * as tf from '@tensorflow/tfjs'
import '@tensorflow/tfjs-backend-wasm'
import { expect, test } from 'vitest'
import { compile, sgd } from '../../src/index.js'

const params = () => ({ w: tf.tensor1d([1, 2]) })

test('an optimizer runs through tfjs until useWasm is called, and in loops from then on', async () => {
  await tf.setBackend('wasm')
  const optimizer = compile(sgd({ learningRate: 0.5 }))
  const step = () => {
    const before = params()
    const { params: next } = optimizer.step({ params: before, state: optimizer.init(before) }, params())
    return [...next.w.dataSync()]
  }
  expect(optimizer.plan(params())).toEqual({
    interpreter: 'tfjs',
    reason: "useWasm() of 'plastax/wasm' was not called",
  })
  expect(step()).toEqual([0.5, 1])
  expect(() => compile(sgd(), { interpreter: 'fused' }).plan(params())).toThrow(
    "the current one is 'wasm': call useWasm(), of 'plastax/wasm', which brings it",
  )
  const { useWasm } = await import('../../src/wasm/index.js')
  await useWasm()
  expect(optimizer.plan(params())).toMatchObject({ interpreter: 'fused' })
  expect(step()).toEqual([0.5, 1])
})
