/** A variable in several places: a step can assign it once. */
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import * as P from '../../src/index.js'
import { backends, useBackend } from '../support/backend.js'

afterEach(() => tf.disposeVariables())

const variable = (...values: readonly number[]) => tf.variable(tf.tensor1d([...values]))

describe.each(backends)('on %s', backend => {
  beforeAll(() => useBackend(backend))

  const optimizer = P.compile(P.sgd({ learningRate: 0.5 }))
  const [g, h] = [() => tf.tensor1d([1, 0]), () => tf.tensor1d([0, 1])]

  test('under two or three names it is refused, naming two, and nothing is consumed', () => {
    const [shared, other] = [variable(1, 1), variable(2, 2)]
    const params: P.Tensors = { encoder: shared, middle: other, decoder: shared }
    const state = optimizer.init(params)
    expect(() => optimizer.step({ params, state }, { encoder: g(), middle: g(), decoder: h() })).toThrow(
      "params['encoder'] and params['decoder'] are one tf.Variable",
    )
    expect(() => optimizer.step({ params, state }, { encoder: g() })).toThrow("params['encoder'] and params['decoder']")
    expect(Array.from(shared.dataSync())).toEqual([1, 1])
    const thrice: P.Tensors = { a: shared, b: shared, c: shared }
    expect(() => optimizer.step({ params: thrice, state: optimizer.init(thrice) }, { a: g(), b: g(), c: g() })).toThrow(
      "params['a'] and params['b'] are one",
    )
  })

  test('as a parameter and in the state it is refused', () => {
    const averaging = P.compile(P.emaParams(0.5))
    const params: P.Tensors = { w: variable(1, 1) }
    expect(() => averaging.step({ params, state: { ema: params } }, { w: g() })).toThrow(
      "params['w'] and state.ema.w are one tf.Variable",
    )
  })

  test('one leaf with the sum of its gradients is how a tied weight is trained', () => {
    const shared = variable(1, 1)
    const params: P.Tensors = { tied: shared }
    const next = optimizer.step({ params, state: optimizer.init(params) }, { tied: g().add(h()) })
    expect(next.params.tied).toBe(shared)
    expect(Array.from(shared.dataSync())).toEqual([0.5, 0.5])
  })

  test('two variables of one buffer, and one tensor under two names, are apart after a step', () => {
    const pairs: readonly ((x: tf.Tensor) => P.Tensors)[] = [
      x => ({ a: tf.variable(x), b: tf.variable(x) }),
      x => ({ a: x, b: x }),
      x => ({ a: tf.variable(x), b: x }),
    ]
    for (const pair of pairs) {
      const params = pair(tf.tensor1d([1, 1]))
      const next = optimizer.step({ params, state: optimizer.init(params) }, { a: g(), b: h() })
      expect(Object.values(next.params).map(p => Array.from(p.dataSync()))).toEqual([
        [0.5, 1],
        [1, 0.5],
      ])
    }
  })

  test('update is pure, and needs no such care', () => {
    const shared = variable(1, 1)
    const params: P.Tensors = { encoder: shared, decoder: shared }
    const [updates] = optimizer.update({ encoder: g(), decoder: h() }, optimizer.init(params), params)
    expect(Object.values(updates).map(u => Array.from(u.dataSync()))).toEqual(
      [
        [-0.5, 0],
        [0, -0.5],
      ].map(row => row.map(u => expect.closeTo(u, 6))),
    )
  })

  test('a variable whose gradient comes twice steps once in a tf.Optimizer', () => {
    const shared = tf.variable(tf.tensor1d([1, 1]), true, 'shared')
    P.toTfOptimizer(P.sgd({ learningRate: 0.5 })).minimize(() => shared.sum().asScalar(), false, [shared, shared])
    expect(Array.from(shared.dataSync())).toEqual([0.5, 0.5])
  })
})
