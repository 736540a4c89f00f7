/** What noise, optimism, Polyak's step and Sophia do beyond their oracles: what is random, missing, vanishing. */
import { beforeAll, describe, expect, test } from 'vitest'
import * as P from '../../src/index.js'
import { useBackend } from '../support/backend.js'
import { tensors } from '../support/tensors.js'
import { close, once, updates } from './play.js'

beforeAll(() => useBackend('cpu'))

describe('noise', () => {
  const n = 20_000
  const drawn = (options: P.NoiseOptions, steps = 1, leaf = 'x') =>
    updates(P.addNoise(options), {
      shapes: { [leaf]: [n] },
      gradients: Array.from({ length: steps }, () => ({ [leaf]: Array.from({ length: n }, () => 0) })),
    }).map(u => u[leaf] ?? [])
  const moment = (xs: readonly number[], k: number) => xs.reduce((sum, x) => sum + x ** k, 0) / xs.length

  test('is Gaussian, and its variance falls', () => {
    const steps = drawn({ eta: 4, gamma: 2, seed: 3 }, 3)
    for (const [t, xs] of steps.entries()) {
      const variance = 4 / (1 + t) ** 2
      expect(Math.abs(moment(xs, 1)) / Math.sqrt(variance)).toBeLessThan(0.03)
      expect(moment(xs, 2) / variance).toBeCloseTo(1, 1)
      expect(Math.abs(moment(xs, 3)) / variance ** 1.5).toBeLessThan(0.1)
      expect(Math.abs(moment(xs, 4) / variance ** 2 - 3)).toBeLessThan(0.2)
    }
  })

  test('neighbours, steps, leaves and seeds have nothing in common', () => {
    const [a = [], b = []] = drawn({ eta: 1, gamma: 0 }, 2)
    const [other = []] = drawn({ eta: 1, gamma: 0, seed: 1 })
    const [leaf = []] = drawn({ eta: 1, gamma: 0 }, 1, 'y')
    const correlation = (xs: readonly number[], ys: readonly number[]) =>
      Math.abs(xs.reduce((sum, x, i) => sum + x * (ys[i] ?? 0), 0) / n)
    for (const ys of [a.slice(1), b, other, leaf]) expect(correlation(a, ys)).toBeLessThan(0.03)
    expect(drawn({ eta: 1, gamma: 0 })[0]).toEqual(a)
  })

  test('of a seed is the same in every release', () => {
    const steps = updates(P.addNoise({ eta: 1, gamma: 0, seed: 7 }), {
      shapes: { x: [3] },
      gradients: [{ x: [0, 0, 0] }, { x: [0, 0, 0] }],
    })
    expect(steps.map(({ x = [] }) => x)).toEqual([
      close([-0.3499668, -0.3493545, -0.7398492]),
      close([1.9346305, 1.7879975, 0.2716406]),
    ])
  })

  test('is added to the gradient', () => {
    const noise = once(P.addNoise(), [3], [0, 0, 0])
    expect(once(P.addNoise(), [3], [1, 2, 3])).toEqual(noise.map((x, i) => Math.fround(i + 1 + x)))
  })
})

describe('a leaf whose gradient comes late', () => {
  const shapes = { a: [1], b: [1] }
  const late = [{ a: [1] }, { a: [2], b: [3] }, { a: [2], b: [5] }]

  test('is optimistic from its second gradient on', () => {
    expect(updates(P.scaleByOptimisticGradient({ alpha: 2, beta: 10 }), { shapes, gradients: late })).toEqual([
      { a: [2] },
      { a: [14], b: [6] },
      { a: [4], b: [30] },
    ])
  })

  test('has no second moment to be divided by in ACProp', () => {
    const steps = updates(P.scaleByAcprop(), { shapes, gradients: late })
    expect(steps[1]?.b).toEqual([3])
  })
})

describe('Polyak', () => {
  const shape = [2]
  const step = (options: P.PolyakOptions, loss: number, g = [3, 4]) =>
    updates(P.scaleByPolyak(options), { shapes: { x: shape }, gradients: [{ x: g }], context: { loss } })[0]?.x

  test('steps uphill below the least loss, or stands still', () => {
    expect(step({ fMin: 1 }, 0.5)).toEqual(close([-0.06, -0.08]))
    expect(step({ fMin: 1, variant: 'sps+' }, 0.5)).toEqual([0, 0])
    expect(step({ variant: 'sps+' }, 5)).toEqual(close([0.6, 0.8]))
  })

  test('steps no farther than allowed, and not at all by a vanishing gradient', () => {
    expect(step({ maxLearningRate: 0.5 }, 1e6)).toEqual([1.5, 2])
    expect(step({}, 1, [1.4e-8, 0])).toEqual([0, 0])
    expect(step({}, 1, [1.6e-8, 0])).toEqual([Math.fround(1.6e-8), 0])
    expect(step({ eps: 1 }, 1, [1e-8, 0])).toEqual([Math.fround(1e-8), 0])
  })

  test('needs the loss', () => {
    expect(() => updates(P.scaleByPolyak())).toThrow("scaleByPolyak needs 'loss' from the context")
  })
})

test('Sophia keeps its estimate while none is given', () => {
  const optimizer = P.compile(P.scaleBySophia({ b2: 0.5 }))
  const shapes = { x: [2] }
  const p = tensors({ x: [1, 1] }, shapes)
  const g = tensors({ x: [1, 1] }, shapes)
  const [, first] = optimizer.update(g, optimizer.init(p), p, { hessian: tensors({ x: [4, 8] }, shapes) })
  const [, second] = optimizer.update(g, first, p)
  expect([first, second].map(({ nu }) => Array.from(nu.x?.dataSync() ?? []))).toEqual([
    [2, 4],
    [2, 4],
  ])
  expect(() => optimizer.update(g, first, p, { hessian: tensors({ y: [4, 8] }, { y: [2] }) })).toThrow("'x'")
})
