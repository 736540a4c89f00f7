/** Parameters to evaluate at: fresh tensors, which later steps leave alone. */
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

  test('scheduleFreeEvalParams gives the average, which a later step does not touch', () => {
    const optimizer = P.compile(P.scheduleFree(P.scale(-1), { learningRate: 1, b1: 0.5 }))
    const start = params()
    const gradient = grads()
    let training = { params: start, state: optimizer.init(start) }
    for (let i = 0; i < 2; i++) training = optimizer.step(training, gradient)
    const before = tf.memory().numTensors
    const evaluated = P.scheduleFreeEvalParams(training.state, training.params)
    expect(tf.memory().numTensors).toBe(before + 2)
    // z is p - g, then p - 2 g: their mean.
    const expected = { kernel: [0.25, 3.5], bias: [2.625] }
    expect(flat(evaluated)).toEqual(expected)
    expect(evaluated.kernel?.shape).toEqual([2, 1])
    expect(flat(training.params)).toEqual({ kernel: [0.125, 3.75], bias: [2.5625] })
    const next = optimizer.step(training, gradient)
    expect(flat(evaluated)).toEqual(expected)
    tf.dispose([evaluated, gradient, next.params])
  })

  test('scheduleFreeEvalParams refuses a parameter that the state has not', () => {
    const state = P.compile(P.scheduleFreeSgd()).init(params())
    expect(() => P.scheduleFreeEvalParams(state, { other: tf.scalar(1) })).toThrow("no leaf 'other'")
  })

  test('slowParams gives the slow parameters, which a later step does not touch', () => {
    const optimizer = P.compile(P.lookahead(P.scale(-1), { syncPeriod: 2 }))
    const start = params()
    const gradient = grads()
    let training = { params: start, state: optimizer.init(start) }
    for (let i = 0; i < 2; i++) training = optimizer.step(training, gradient)
    const slow = P.slowParams(training.state)
    const expected = { kernel: [0.5, 3], bias: [2.75] }
    expect(flat(slow)).toEqual(expected)
    expect(flat(training.params)).toEqual(expected)
    for (let i = 0; i < 2; i++) training = optimizer.step(training, gradient)
    expect(flat(slow)).toEqual(expected)
    tf.dispose(slow)
    expect(flat(training.state.slow)).toEqual({ kernel: [0, 4], bias: [2.5] })
  })

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
