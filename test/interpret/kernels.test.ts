/** What the tfjs interpreter promises beyond the ops of tfjs: accurate sums, NaNs that go through, norms that do not overflow. */
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { compile, type Expr, fill, type GradientTransform, leafwise, type Stateless } from '../../src/index.js'
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

  test('sigmoid and tanh are accurate to a few last places, near 0 and at their least values', () => {
    const xs = [1e-45, 1e-30, 1e-8, 1e-6, 1e-3, 0.2, 0.26, 0.5, 1, 5, 20, 88, 100].flatMap(x => [x, -x])
    const close = (actual: readonly number[], exact: (x: number) => number) =>
      xs.forEach((x, i) => {
        const right = exact(Math.fround(x))
        expect(Math.abs((actual[i] as number) - right), `at ${x}`).toBeLessThanOrEqual(5e-7 * Math.abs(right) + 2e-45)
      })
    close(
      each(x => x.tanh(), xs),
      Math.tanh,
    )
    close(
      each(x => x.sigmoid(), xs),
      x => 1 / (1 + Math.exp(-x)),
    )
    close(
      xs.map(x => reduced(y => y.tanh(), [x])),
      Math.tanh,
    )
    const ends = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0]
    expect(each(x => x.tanh(), ends)).toEqual([Number.NaN, 1, -1, 0, -0])
    expect(each(x => x.sigmoid(), ends)).toEqual([Number.NaN, 1, 0, 0.5, 0.5])
  })

  test('a power is that of Math.pow, in all special cases', () => {
    const special = [0, -0, 1, -1, 2, -2, 0.5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]
    for (const y of special) {
      const exact = special.map(x => x ** y)
      // The sign of a zero is not told.
      const digits = (z: number) => Number((z + 0).toPrecision(6))
      const near = (found: readonly number[]) => expect(found.map(digits), `** ${y}`).toEqual(exact.map(digits))
      near(each(x => x.pow(y), special))
      near(each(x => x.pow(fill(x, y)), special))
      near(special.map(x => reduced(z => z.pow(z.mul(0).add(1).mul(y).isNaN().where(y, y)), [x])))
    }
  })

  test('a clip is min(max(x, lo), hi): hi where lo is above it, one value where the bounds are one float32', () => {
    const clip = compile({
      init: () => [] as const,
      update: (updates, state, _, { scalars }) => [
        { x: (updates.x as Expr).clipByValue(scalars.lo as never, scalars.hi as never) },
        state,
      ],
    } satisfies GradientTransform<Stateless>)
    const within = (lo: number, hi: number) => {
      const x = tf.tensor1d([-5, 0.5, 5, Number.NaN])
      return Array.from(clip.update({ x }, [], { x }, { lo, hi })[0].x?.dataSync() ?? [])
    }
    expect(within(-1, 1)).toEqual([-1, 0.5, 1, Number.NaN])
    expect(within(2, -1)).toEqual([-1, -1, -1, Number.NaN])
    expect(within(0.1, 0.1 + 1e-12)).toEqual([...Array(3).fill(Math.fround(0.1)), Number.NaN])
    expect(within(Number.NaN, 1)).toEqual(Array(4).fill(Number.NaN))
    expect(within(-1, Number.NaN)).toEqual(Array(4).fill(Number.NaN))
    expect(each(x => x.clipByValue(2, -1), [-5, 0.5, 5])).toEqual([-1, -1, -1])
    expect(reduced(x => x.clipByValue(2, -1), [0.5])).toBe(-1)
  })

  test('the largest and the least of what holds a NaN is one', () => {
    for (const values of [
      [Number.NaN, 1, 2],
      [1, Number.NaN, 2],
      [1, 2, Number.NaN],
    ])
      for (const of of [
        (x: Expr) => x.max(),
        (x: Expr) => x.min(),
        (x: Expr) => x.norm(),
        (x: Expr) => x.max([0]),
        (x: Expr) => x.min([0]),
      ])
        expect(reduced(of, values)).toBeNaN()
    expect(reduced(x => x.max([1]), [1, Number.NaN, 3, 4], [2, 2])).toBeNaN()
    expect(reduced(x => x.min([0]).sum(), [1, Number.NaN, 3, 4], [2, 2])).toBeNaN()
  })

  test('a condition is 1 or 0 where a number is meant: as update and as state', () => {
    const rule: GradientTransform<{ readonly above: Expr; readonly any: Expr }> = {
      init: params => ({ above: (params.x as Expr).greater(0), any: (params.x as Expr).max().greater(0) }),
      update: updates => {
        const above = (updates.x as Expr).greater(0)
        return [{ x: above }, { above, any: (updates.x as Expr).max().greater(0) }]
      },
    }
    const conditions = compile(rule)
    const x = tf.tensor1d([1, -1, 0])
    const state = conditions.init({ x })
    const [updates, next] = conditions.update({ x: tf.tensor1d([-1, 1, 2]) }, state, { x })
    const all = [updates.x, state.above, next.above, state.any, next.any].map(y => [y?.dtype, ...(y?.dataSync() ?? [])])
    expect(all).toEqual([
      ['float32', 0, 1, 1],
      ['float32', 1, 0, 0],
      ['float32', 0, 1, 1],
      ['float32', 1],
      ['float32', 1],
    ])
    const stepped = conditions.step({ params: { x }, state }, { x: tf.tensor1d([-1, 1, 2]) })
    expect(Array.from(stepped.params.x.dataSync())).toEqual([1, 0, 1])
    expect(
      apply(
        leafwise(g => g.greater(0)),
        tf.tensor1d([1, -1]),
      ),
    ).toEqual([1, 0])
    expect(
      apply(
        leafwise(g => g.greater(0)),
        tf.tensor1d([1]),
      ),
    ).toEqual([1])
  })
})
