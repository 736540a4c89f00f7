/** Averaging parameters by hand. */
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import * as P from '../../src/index.js'
import { backends, useBackend } from '../support/backend.js'
import { flat, type Shapes, tensors } from '../support/tensors.js'

const shapes: Shapes = { kernel: [2, 1], bias: [] }
const params = () => tensors({ kernel: [1, 2], bias: [3] }, shapes)
const grads = () => tensors({ kernel: [0.5, -1], bias: [0.25] }, shapes)

describe.each(backends)('on %s', backend => {
  beforeAll(() => useBackend(backend))

  test('incrementalUpdate goes a part of the way, and touches nothing', () => {
    const [latest, average] = [params(), grads()]
    const before = tf.memory().numTensors
    const next = P.incrementalUpdate(latest, average, 0.25)
    expect(tf.memory().numTensors).toBe(before + 2)
    expect(flat(next)).toEqual({ kernel: [0.625, -0.25], bias: [0.9375] })
    expect(flat(P.incrementalUpdate(latest, average, 0))).toEqual(flat(average))
    expect(flat(P.incrementalUpdate(latest, average, 1))).toEqual(flat(latest))
    expect(flat(latest)).toEqual(flat(params()))
    expect(flat(average)).toEqual(flat(grads()))
  })

  test('incrementalUpdate refuses other leaves and shapes', () => {
    expect(() => P.incrementalUpdate(params(), { kernel: tf.zeros([2, 1]) }, 0.5)).toThrow("no leaf 'bias'")
    expect(() => P.incrementalUpdate({ a: tf.zeros([2]) }, { a: tf.zeros([1]) }, 0.5)).toThrow('incrementalUpdate')
  })
})
