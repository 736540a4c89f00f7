/** What the tfjs interpreter promises beyond the ops of tfjs: accurate sums, NaNs that go through, norms that do not overflow. */
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { compile, type Expr, type GradientTransform, leafwise, type Stateless } from '../../src/index.js'
import { backends, useBackend } from '../support/backend.js'

const apply = (rule: GradientTransform<Stateless>, x: tf.Tensor): readonly number[] => {
  const [updates] = compile(rule).update({ x }, [], { x })
  return Array.from(updates.x?.dataSync() ?? [])
}
const reduced = (f: (x: Expr) => Expr, values: readonly number[] | Float32Array, shape = [values.length]): number => {
  const x = tf.tensor(Float32Array.from(values), shape)
  return (
    apply(
      leafwise(g => f(g).broadcastTo(g)),
      x,
    )[0] ?? Number.NaN
  )
}
const each = (f: (x: Expr) => Expr, values: readonly number[]): readonly number[] =>
  apply(leafwise(f), tf.tensor1d([...values]))

describe.each(backends)('on %s', backend => {
  beforeAll(() => useBackend(backend))

  test.each([10 ** 7, 10 ** 6 + 3, 65537, 257, 1])('the sum and mean of %i elements are accurate', n => {
    const values = Float32Array.from({ length: n }, (_, i) => 0.1 + (i % 7) / 10)
    const exact = values.reduce((a, b) => a + b, 0)
    const x = tf.tensor1d(values)
    const sums = compile(
      leafwise(g => g.sum().observe('sum').broadcastTo(g)),
      { observe: ['sum'] },
    )
    const [, , { sum }] = sums.update({ x }, [], { x })
    const means = compile(
      leafwise(g => g.mean().observe('mean').broadcastTo(g)),
      { observe: ['mean'] },
    )
    const [, , { mean }] = means.update({ x }, [], { x })
    expect(Math.abs((sum?.x?.dataSync()[0] ?? 0) / exact - 1)).toBeLessThan(2e-6)
    expect(Math.abs(((mean?.x?.dataSync()[0] ?? 0) * n) / exact - 1)).toBeLessThan(2e-6)
    tf.disposeVariables()
  })

  test('reductions over axes keep them, of any length', () => {
    const shape = [3, 1031, 2]
    const values = Float32Array.from({ length: 3 * 1031 * 2 }, (_, i) => (i % 11) / 11)
    const exact = (unit: number) => values.reduce((sum, v, i) => sum + (i % 2 === unit ? v : 0), 0)
    const out = apply(
      leafwise(g => g.sum([0, 1]).broadcastTo(g)),
      tf.tensor(values, shape),
    )
    expect(out[0]).toBeCloseTo(exact(0), 2)
    expect(out[1]).toBeCloseTo(exact(1), 2)
  })

  test('norms neither overflow nor vanish', () => {
    expect(reduced(x => x.norm(), [3e30, 4e30]) / 5e30).toBeCloseTo(1, 6)
    expect(reduced(x => x.norm(), [3e-30, 4e-30]) / 5e-30).toBeCloseTo(1, 6)
    expect(reduced(x => x.norm(), [0, 0])).toBe(0)
    expect(reduced(x => x.norm(), [1, Number.POSITIVE_INFINITY])).toBe(Number.POSITIVE_INFINITY)
    expect(reduced(x => x.norm(), [1, Number.NaN])).toBeNaN()
  })

  test('a NaN goes through minimum, maximum and clip, in either operand', () => {
    const out = each(x => x.clipByValue(-1, 1), [Number.NaN, 5, -5, Number.NEGATIVE_INFINITY])
    expect(out).toEqual([Number.NaN, 1, -1, -1])
    expect(each(x => x.maximum(0), [Number.NaN, -1])).toEqual([Number.NaN, 0])
    expect(each(x => x.sub(x).maximum(x), [Number.NaN, 2])).toEqual([Number.NaN, 2])
    expect(each(x => x.neg().minimum(x), [Number.NaN, 2])).toEqual([Number.NaN, -2])
    expect(reduced(x => x.sum(), [1, Number.NaN])).toBeNaN()
  })

  test('the sign of small numbers is not zero', () => {
    expect(each(x => x.sign(), [1e-30, -0.3, 0, 2, Number.NaN])).toEqual([1, -1, 0, 1, Number.NaN])
  })

  test('empty leaves reduce to 0', () => {
    const rule = leafwise(g => g.add(g.sum().add(g.mean()).add(g.norm()).add(g.max())))
    const optimizer = compile(rule)
    const [updates] = optimizer.update({ x: tf.zeros([0, 3]) }, [], { x: tf.zeros([0, 3]) })
    expect(updates.x?.shape).toEqual([0, 3])
    const total = compile(
      leafwise(g => g.sum().observe('sum').add(g)),
      { observe: ['sum'] },
    )
    const [, , { sum }] = total.update({ x: tf.zeros([0]) }, [], { x: tf.zeros([0]) })
    expect(sum?.x?.dataSync()[0]).toBe(0)
  })

  test('lerp gives exactly its ends', () => {
    const between = (t: number) => each(x => x.lerp(x.mul(1e-9).add(1), t), [1e12, -3])
    expect(between(0)).toEqual([Math.fround(1e12), -3])
    expect(between(1)[1]).toBe(Math.fround(Math.fround(-3e-9) + 1))
    const lerp = compile({
      init: () => [] as const,
      update: (updates, state, _, { scalars }) => [
        { x: (updates.x as Expr).lerp((updates.x as Expr).mul(0).add(7), scalars.t as never) },
        state,
      ],
    } satisfies GradientTransform<Stateless>)
    const x = tf.tensor1d([1e12, 3])
    const at = (t: number) => Array.from(lerp.update({ x }, [], { x }, { t })[0].x?.dataSync() ?? [])
    expect([at(0), at(1), at(0.5)[1]]).toEqual([[Math.fround(1e12), 3], [7, 7], 5])
  })

  test('sigmoid and tanh agree with their definitions far out', () => {
    expect(each(x => x.sigmoid(), [0, 100, -100])).toEqual([0.5, 1, expect.closeTo(0, 6)])
    expect(each(x => x.tanh(), [0, 0.5, -50])).toEqual([0, expect.closeTo(Math.tanh(0.5), 6), -1])
  })
})
