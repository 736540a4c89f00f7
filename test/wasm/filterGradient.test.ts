import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { memory } from '../../src/wasm/heap.js'
import { useWasm } from '../../src/wasm/index.js'
import { expectAgreement, onWasm, random, valueAndGradients } from './support/backends.js'

beforeAll(() => useWasm())

const taps = fc.integer({ min: 1, max: 7 })
const side = fc.integer({ min: 7, max: 18 })
const strides = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))

// Loops are 8, 4 or 1 channels wide: every rest and every combination.
const scenario = fc.record({
  batch: fc.integer({ min: 1, max: 5 }),
  input: fc.tuple(side, side),
  filter: fc.tuple(taps, taps),
  strides,
  channels: fc.integer({ min: 1, max: 23 }),
  pad: fc.constantFrom('same' as const, 'valid' as const),
  seed: fc.nat(),
})

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never

const property = (check: (drawn: Scenario) => Promise<void>) =>
  fc.assert(fc.asyncProperty(scenario, check), { numRuns: 30 })

describe('filter gradients agree with the cpu backend and leave nothing behind', () => {
  it.each([1, 2, 3])('of first layers, for %i channels', inChannels =>
    property(async ({ batch, input, filter, strides, channels, pad, seed }) => {
      const x = random([batch, ...input, inChannels], seed)
      const w = random([...filter, inChannels, channels], seed + 1)
      const f = (w: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad)
      await expectAgreement([w, x], valueAndGradients(f, [w], seed))
    }),
  )

  it.each([1, 2, 3, 5, 8])('of depthwise layers, with %i filters a channel', multiples =>
    property(async ({ batch, input, filter, strides, channels, pad, seed }) => {
      const x = random([batch, ...input, channels], seed)
      const w = random([...filter, channels, multiples], seed + 1)
      const f = (w: tf.Tensor) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad)
      await expectAgreement([w, x], valueAndGradients(f, [w], seed))
    }),
  )

  it('of many positions, accurately', () => {
    const x = tf.randomUniform([60, 60, 60, 1], 0, 1, 'float32', 1) as tf.Tensor4D
    const exact = x.dataSync<'float32'>().reduce((sum, value) => sum + value, 0)
    const w = tf.ones([1, 1, 1, 8]) as tf.Tensor4D
    const d = tf.ones([1, 1, 1, 1]) as tf.Tensor4D
    const sums = onWasm([x, w, d], () => [
      tf.grad(w => tf.conv2d(x, w as tf.Tensor4D, 1, 'same').sum())(w),
      tf.grad(w => tf.depthwiseConv2d(x, w as tf.Tensor4D, 1, 'same').sum())(d),
    ])
    for (const sum of sums.flatMap(({ values }) => values)) expect(Math.abs(sum / exact - 1)).toBeLessThan(5e-6)
    tf.dispose([x, w, d])
  })

  it('without the memory growing', () => {
    const [x, w] = [random([8, 28, 28, 3], 1) as tf.Tensor4D, random([3, 3, 3, 17], 2)]
    const gradient = () =>
      tf
        .grad(w => tf.conv2d(x, w as tf.Tensor4D, 1, 'same').sum())(w)
        .dispose()
    gradient()
    const [size, ids] = [memory().buffer.byteLength, (tf.backend() as BackendWasm).numDataIds()]
    for (let i = 0; i < 100; i++) gradient()
    expect(memory().buffer.byteLength).toBe(size)
    expect((tf.backend() as BackendWasm).numDataIds()).toBe(ids)
    tf.dispose([x, w])
  })
})
