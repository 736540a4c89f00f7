/** Wrappers: what stands still, what the state holds, what a missing gradient does, and that all of it is fused. */
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import * as P from '../../src/index.js'
import { backends, useBackend } from '../support/backend.js'
import { type Flat, flat, tensors } from '../support/tensors.js'

const shapes = { kernel: [2, 1], bias: [1] }
const params = () => tensors({ kernel: [1, -2], bias: [3] }, shapes)
const grads = (kernel: readonly number[], bias?: number) => ({
  kernel: tf.tensor2d([...kernel], [2, 1]),
  ...(bias === undefined ? {} : { bias: tf.tensor1d([bias]) }),
})

/** What some gradients give, with parameters that stay: updates and states. */
const play = <S>(transform: P.GradientTransform<S>, ...gradients: readonly P.Gradients[]) => {
  const optimizer = P.compile(transform)
  const p = params()
  let state = optimizer.init(p)
  return gradients.map(gradient => {
    const [updates, next] = optimizer.update(gradient, state, p)
    state = next
    return { updates: flat(updates), state: next }
  })
}
const updatesOf = <S>(transform: P.GradientTransform<S>, ...gradients: readonly P.Gradients[]): readonly Flat[] =>
  play(transform, ...gradients).map(({ updates }) => updates)

const still = { kernel: [0, 0], bias: [0] }

describe.each(backends)('on %s', backend => {
  beforeAll(() => useBackend(backend))

  test.each<readonly [string, P.GradientTransform<unknown>]>([
    ['freeze', P.freeze(P.named(/bias/), P.adam())],
    ['when', P.when(count => count.mod(2), P.adam(), P.zero)],
    ['multiSteps', P.multiSteps(P.adam(), 2)],
    ['multiSteps, with a condition', P.multiSteps(P.adam(), 2, { shouldSkip: P.isNotFinite })],
    ['applyEvery', P.applyEvery(2)],
    ['skipLargeUpdates', P.skipLargeUpdates(P.adam(), { maxSquaredNorm: 1 })],
    ['monitor', P.monitor({ norm: P.globalNorm, seen: updates => updates })],
  ])('%s is fused', (_, transform) => {
    const expected = backend === 'wasm' ? { interpreter: 'fused', viaTfjs: [] } : { interpreter: 'tfjs' }
    expect(P.compile(transform).plan(params())).toMatchObject(expected)
  })

  test('freeze: the frozen are not in the state', () => {
    const [first] = play(P.freeze(P.named(/bias/), P.scaleByAdam()), grads([2, 2], 5))
    expect(first?.updates).toEqual({ kernel: [expect.closeTo(1, 5), expect.closeTo(1, 5)], bias: [0] })
    expect(Object.keys(first?.state.mu ?? {})).toEqual(['kernel'])
  })

  test('freeze: norms do not count the frozen', () => {
    expect(updatesOf(P.freeze(P.named(/bias/), P.clipByGlobalNorm(1)), grads([0.6, 0.8], 100))).toEqual([
      { kernel: [expect.closeTo(0.6, 6), expect.closeTo(0.8, 6)], bias: [0] },
    ])
  })

  test('multiSteps counts, and empties what it has accumulated', () => {
    const steps = play(P.multiSteps(P.trace(0.5), 2), grads([1, 2], 3), grads([3, 4], 5), grads([1, 1], 1))
    expect(steps.map(({ updates }) => updates)).toEqual([still, { kernel: [2, 3], bias: [4] }, still])
    expect(steps.map(({ state: { miniStep, gradientStep, skipped } }) => [miniStep, gradientStep, skipped])).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [1, 1, 0],
    ])
    expect(steps.map(({ state }) => flat(state.accumulated).bias)).toEqual([[3], [0], [1]])
    expect(steps.map(({ state }) => flat(state.inner.trace).bias)).toEqual([[0], [4], [4]])
  })

  test('multiSteps: what is left out is as if it had not been, but for its count', () => {
    const bad = grads([Number.NaN, 1], 1)
    const steps = play(
      P.multiSteps(P.identity, 2, { shouldSkip: P.isNotFinite }),
      grads([1, 2], 3),
      bad,
      grads([3, 4], Number.POSITIVE_INFINITY),
      grads([3, 4], 5),
    )
    expect(steps.map(({ updates }) => updates)).toEqual([still, still, still, { kernel: [2, 3], bias: [4] }])
    expect(steps.map(({ state }) => [state.miniStep, state.gradientStep, state.skipped])).toEqual([
      [1, 0, 0],
      [1, 0, 1],
      [1, 0, 2],
      [0, 1, 2],
    ])
  })

  test('multiSteps: a missing gradient counts as zero; missing at the step, its sum stays for the next', () => {
    const f = P.multiSteps(P.identity, 2)
    expect(updatesOf(f, grads([1, 2]), grads([3, 4], 5))[1]).toEqual({ kernel: [2, 3], bias: [2.5] })
    const late = updatesOf(f, grads([1, 2], 3), grads([3, 4]), grads([0, 0], 1), grads([0, 0], 2))
    expect(late.map(updates => updates.bias)).toEqual([[0], undefined, [0], [3]])
  })

  test.each([
    [Math.sqrt(2) - 1e-3, false],
    [Math.sqrt(2) + 1e-3, true],
    [1e30, true],
    [Number.NaN, true],
    [Number.POSITIVE_INFINITY, true],
    [0, false],
  ])('isLarge: beyond a squared norm of 3, %d beside 1 is %s', (x, large) => {
    const [updates] = updatesOf(P.skipLargeUpdates(P.identity, { maxSquaredNorm: 3 }), grads([1, 0], x))
    expect(updates).toEqual(large ? still : { kernel: [1, 0], bias: [Math.fround(x)] })
  })

  test('isLarge: the bound itself is beyond', () => {
    const skip = P.skipLargeUpdates(P.identity, { maxSquaredNorm: 4 })
    expect(updatesOf(skip, grads([2, 0], 0), grads([1, 1], 1))).toEqual([still, { kernel: [1, 1], bias: [1] }])
  })

  test('skipLargeUpdates: the state stands still, and steps are counted', () => {
    const steps = play(P.skipLargeUpdates(P.trace(0.5), { maxSquaredNorm: 10 }), grads([1, 1], 1), grads([9, 9], 9))
    expect(steps[1]?.updates).toEqual(still)
    expect(steps[1]?.state.count).toBe(2)
    expect(flat(steps[1]?.state.inner.trace ?? {})).toEqual({ kernel: [1, 1], bias: [1] })
  })

  test('conditions on no gradients at all', () => {
    expect(updatesOf(P.skipLargeUpdates(P.trace(0.5), { maxSquaredNorm: 1 }), {})).toEqual([{}])
    const steps = play(P.multiSteps(P.trace(0.5), 2, { shouldSkip: P.isNotFinite }), {}, {})
    expect(steps.map(({ state }) => [state.gradientStep, state.skipped])).toEqual([
      [0, 0],
      [1, 0],
    ])
  })

  test('when: otherwise unchanged, or through another transform', () => {
    const condition: P.Phase = (count, context) => count.equal(1).logicalAnd(P.scalarFrom(context, 'epoch', 'test'))
    const run = (transform: P.GradientTransform<unknown>) => {
      const optimizer = P.compile(transform)
      const p = params()
      const [, state] = optimizer.update(grads([1, 1], 1), optimizer.init(p), p, { epoch: 1 })
      return [0, 1].map(epoch => flat(optimizer.update(grads([1, 1], 1), state, p, { epoch })[0]).bias)
    }
    expect(run(P.when(condition, P.scale(2)))).toEqual([[1], [2]])
    expect(run(P.when(condition, P.scale(2), P.zero))).toEqual([[0], [2]])
    expect(run(P.when(condition, P.scale(2), P.scale(3)))).toEqual([[3], [2]])
  })

  test('flatten: one leaf in the state, in layer order; the elements of a missing one stay', () => {
    const steps = play(P.flatten(P.trace(0.5)), grads([1, 2], 3), grads([10, 20]), grads([0, 0], 1))
    expect(steps.map(({ state }) => flat(state.trace))).toEqual([
      { flat: [1, 2, 3] },
      { flat: [10.5, 21, 3] },
      { flat: [5.25, 10.5, 2.5] },
    ])
    expect(steps.map(({ updates }) => updates)).toEqual([
      { kernel: [1, 2], bias: [3] },
      { kernel: [10.5, 21] },
      { kernel: [5.25, 10.5], bias: [2.5] },
    ])
  })

  test('flatten: a single number for all leaves is one for each', () => {
    const total = P.leafwise(g => g.sum())
    expect(updatesOf(P.flatten(total), grads([1, 2], 3))).toEqual([{ kernel: [6, 6], bias: [6] }])
  })

  test('flatten: leaves without elements, or nothing but those', () => {
    const optimizer = P.compile(P.flatten(P.trace(0.5)))
    for (const p of [{ none: tf.zeros([0, 2]), w: tf.tensor1d([1]) }, { none: tf.zeros([0, 2]) }]) {
      const before = tf.memory().numTensors
      const state = optimizer.init(p)
      const [updates, next] = optimizer.update(p, state, p)
      expect(updates.none?.shape).toEqual([0, 2])
      tf.dispose([updates, state, next])
      expect(tf.memory().numTensors).toBe(before)
    }
  })

  test('snapshot and monitor keep what passed; at init, of zeros', () => {
    const transform = P.namedChain({
      seen: P.snapshot('gradient'),
      clip: P.clipByGlobalNorm(1),
      before: P.snapshot('params', (_, p) => p),
      measured: P.monitor({ norm: P.globalNorm, small: u => P.globalNorm(u).less(0.5), steps: () => P.scalar(7) }),
    })
    const optimizer = P.compile(transform)
    const initial = optimizer.init(params())
    expectTypeOf(initial.seen.gradient).toEqualTypeOf<P.Tensors>()
    expectTypeOf(initial.measured.norm).toEqualTypeOf<tf.Tensor>()
    expectTypeOf(initial.measured.steps).toEqualTypeOf<number>()
    expect(flat(initial.seen.gradient)).toEqual(still)
    expect(flat(initial.before.params)).toEqual(flat(params()))
    expect(flat({ norm: initial.measured.norm, small: initial.measured.small })).toEqual({ norm: [0], small: [1] })
    const [, state] = optimizer.update(grads([0, 4], 3), initial, params())
    expect(flat(state.seen.gradient)).toEqual({ kernel: [0, 4], bias: [3] })
    expect(flat({ norm: state.measured.norm, small: state.measured.small })).toEqual({
      norm: [expect.closeTo(1, 6)],
      small: [0],
    })
    expect(state.measured.small.dtype).toBe('float32')
    expect(state.measured.steps).toBe(7)
    const [, later] = optimizer.update(grads([1, 1]), state, params())
    expect(flat(later.seen.gradient)).toEqual({ kernel: [1, 1], bias: [3] })
  })

  test('the norm of no leaves is 0', () => {
    const [first] = play(P.monitor({ norm: P.globalNorm }), {})
    expect(Array.from(first?.state.norm.dataSync() ?? [])).toEqual([0])
  })
})

test.each<readonly [string, () => unknown]>([
  ['everyK', () => P.multiSteps(P.identity, 0)],
  ['everyK', () => P.multiSteps(P.identity, 1.5)],
  ['everyK', () => P.applyEvery(0)],
  ['maxSquaredNorm', () => P.isLarge({ maxSquaredNorm: 0 })],
  ['maxSquaredNorm', () => P.skipLargeUpdates(P.identity, { maxSquaredNorm: -1 })],
])('%s out of its range', (parameter, make) => {
  expect(make).toThrow(P.HyperparameterError)
  expect(make).toThrow(new RegExp(`^${parameter} must be`))
})

test('state is found by name, however deep', () => {
  const optimizer = P.multiSteps(
    P.injectHyperparameters(P.adam, { learningRate: 0.1 }),
    P.piecewiseConstant(1, { 10: 2 }),
  )
  const state = P.compile(P.freeze(P.named(/bias/), optimizer)).init(params())
  expectTypeOf(state.inner.hyperparameters.learningRate).toEqualTypeOf<number>()
  expectTypeOf(state.inner.inner.moments.mu).toEqualTypeOf<P.Tensors>()
  expectTypeOf(state.inner.inner.step.count).toEqualTypeOf<number>()
  expect(state.inner.inner.step.count).toBe(0)
  expect(state.inner.hyperparameters.learningRate).toBe(0.1)
})
