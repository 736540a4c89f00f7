/** What averages parameters and what finds step sizes: leaves without gradients, first steps, huge ones. */
import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import * as P from '../../src/index.js'
import { flat } from '../support/tensors.js'

const vector = (...xs: readonly number[]) => tf.tensor1d([...xs], 'float32')

/** Steps of an optimizer; a gradient may be missing. Gives parameters and state after each. */
const run = <S>(transform: P.GradientTransform<S>, start: P.Tensors, gradients: readonly P.Gradients[]) => {
  const optimizer = P.compile(transform)
  let now = { params: start, state: optimizer.init(start) }
  return gradients.map(grads => {
    const [updates, state] = optimizer.update(grads, now.state, now.params)
    now = { params: P.applyUpdates(now.params, updates), state }
    return now
  })
}

describe('a leaf without a gradient', () => {
  const start = () => ({ a: vector(1), b: vector(2) })
  const [a, b] = [{ a: vector(1) }, { b: vector(1) }]
  const both = { ...a, ...b }
  const step = P.scaleByLearningRate(0.25)

  test('sam goes back to where a leaf was before the climb, also if it had no gradient as that began', () => {
    const path = run(P.sam(step, P.scale(-1)), start(), [both, both, b, both]).map(({ params }) => flat(params))
    // Up by 1, down by 0.25 from the start; then only b climbs, and both go down from where they were.
    expect(path).toEqual([
      { a: [2], b: [3] },
      { a: [0.75], b: [1.75] },
      { a: [0.75], b: [2.75] },
      { a: [0.5], b: [1.5] },
    ])
  })

  test('lookahead draws a leaf back only at a meeting where it has a gradient', () => {
    const path = run(P.lookahead(P.scale(-1), { syncPeriod: 2 }), start(), [both, b, both, both])
    expect(path.map(({ params }) => flat(params))).toEqual([
      { a: [0], b: [1] },
      { a: [0], b: [1] },
      { a: [-1], b: [0] },
      { a: [-0.5], b: [0] },
    ])
    expect(path.map(({ state }) => flat(state.slow))).toEqual([
      { a: [1], b: [2] },
      { a: [1], b: [1] },
      { a: [1], b: [1] },
      { a: [-0.5], b: [0] },
    ])
  })

  test('an optimizer that begins anew does not do so for a leaf that stands still', () => {
    const path = run(P.lookahead(P.trace(0.5), { syncPeriod: 2, resetState: true }), start(), [both, a, both])
    expect(path.map(({ state }) => flat(state.fast.trace))).toEqual([
      { a: [1], b: [1] },
      { a: [0], b: [1] },
      { a: [1], b: [1.5] },
    ])
  })

  test('the distance of DoG and the norms of Mechanic are of the others', () => {
    const dog = run(P.scaleByDog({ initStep: ['distance', 0.5] }), start(), [both, a])
    expect(dog.map(({ state }) => state.sumSqNormGrads.dataSync()[0])).toEqual([2, 3])
    const none = run(P.mechanize(P.scale(-1)), start(), [{}])[0]
    expect(flat(none?.params ?? {})).toEqual({ a: [1], b: [2] })
  })
})

describe('emaParams', () => {
  test('averages the parameters that updates lead to, from the first ones on', () => {
    const path = run(P.emaParams(0.5), { w: vector(2) }, [{ w: vector(2) }, { w: vector(-1) }])
    expect(path.map(({ params }) => flat(params).w)).toEqual([[4], [3]])
    expect(path.map(({ state }) => flat(state.ema).w)).toEqual([[3], [3]])
  })
})

describe('scaleByDog', () => {
  test('with a first learning rate, steps by it until the parameters have moved', () => {
    const transform = P.scaleByDog({ initStep: ['learningRate', 0.5], eps: 1e-30 })
    const path = run(transform, { w: vector(0) }, [{ w: vector(0) }, { w: vector(4) }, { w: vector(3) }])
    // A distance of 2 over a root of 25.
    expect(path.map(({ params }) => flat(params).w?.[0])).toEqual([0, 2, expect.closeTo(2 + (2 / 5) * 3, 5)])
  })
})

describe('normalize', () => {
  test('gives no direction where there is none', () => {
    expect(flat(run(P.normalize(), { w: vector(1, 2) }, [{ w: vector(0, 0) }])[0]?.params ?? {})).toEqual({
      w: [1, 2],
    })
  })
})

describe('mechanize', () => {
  test('keeps the root of what float32 could not', () => {
    const huge = Array.from({ length: 3 }, () => ({ w: vector(1e12, -1e12) }))
    for (const { params, state } of run(P.mechanize(P.scale(-1e9)), { w: vector(1, 2) }, huge)) {
      expect(flat(params).w?.every(Number.isFinite)).toBe(true)
      for (const { v } of state.bettors) expect(Number.isFinite(v.dataSync()[0])).toBe(true)
    }
  })
})
