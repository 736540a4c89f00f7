/** Norms and clips at the ends of float32: what is finite has a norm, what is infinite gets the bound of a clip. */
import { beforeAll, describe, expect, test } from 'vitest'
import * as P from '../../src/index.js'
import { backends, useBackend } from '../support/backend.js'
import { tensors } from '../support/tensors.js'
import { close, once, updates } from './play.js'

type T = P.GradientTransform<unknown>

const two = { shapes: { a: [1], b: [1] }, params: { a: [0], b: [0] } }
const both = (transform: T, a: number, b: number): readonly number[] => {
  const [u] = updates(transform, { ...two, gradients: [{ a: [a], b: [b] }] })
  return [...(u?.a ?? []), ...(u?.b ?? [])]
}
const normOf = (xs: readonly number[]): number => Math.hypot(...xs)

describe.each(backends)('on %s', backend => {
  beforeAll(() => useBackend(backend))

  describe.each([1e-25, 1e-20, 1, 1e20, 1e37])('of all leaves, at %s', size => {
    test('the norm is 5', () => {
      const optimizer = P.compile(P.monitor({ n: P.globalNorm }))
      const params = tensors(two.params, two.shapes)
      const grads = tensors({ a: [3 * size], b: [4 * size] }, two.shapes)
      const [, state] = optimizer.update(grads, optimizer.init(params), params)
      expect((state.n.dataSync()[0] ?? 0) / size).toBeCloseTo(5, 4)
    })

    test.each<readonly [string, T, number]>([
      ['clipByGlobalNorm', P.clipByGlobalNorm(size / 2), 0.1 * size],
      ['flatten(clipByNorm)', P.flatten(P.clipByNorm(size / 2)), 0.1 * size],
      ['normalizeByUpdateNorm', P.normalizeByUpdateNorm({ eps: 1e-30 }), 0.2],
    ])('%s keeps the direction', (_, transform, unit) => {
      expect(both(transform, 3 * size, 4 * size).map(x => x / unit)).toEqual(close([3, 4], 4))
    })
  })

  test.each([1, 1e10, 1e20, 1e36])('what is orthogonal to a gradient is that at any size: %s', size => {
    // r = [s, 2 s], of which -3/5 g lies along g = [s, -2 s].
    const updates = once(P.orthogonalResidual(P.leafwise(g => g.abs())), [2], [size, -2 * size])
    expect(updates.map(x => x / size)).toEqual(close([1.16, -1.92], 4))
  })

  const infinite = [Number.POSITIVE_INFINITY, 2, 1, Number.NEGATIVE_INFINITY]
  const along = Math.SQRT1_2
  test.each<readonly [string, T, number]>([
    ['clipByNorm', P.clipByNorm(3), 3],
    ['clipByGlobalNorm', P.clipByGlobalNorm(3), 3],
    ['flatten(clipByNorm)', P.flatten(P.clipByNorm(3)), 3],
    ['clipByBlockRms', P.clipByBlockRms(1.5), 3],
    ['normalizeByUpdateNorm', P.normalizeByUpdateNorm({ scaleFactor: 3 }), 3],
    ['adaptiveGradClip', P.adaptiveGradClip(3), 3],
    ['homeostasis', P.homeostasis({ maxUpdateNorm: 3, adaptationRate: 0 }), 3],
  ])('%s takes an infinite gradient to its bound, along the infinite elements', (_, transform, bound) => {
    const params = [1, 0, 0, 0] // of norm 1
    expect(once(transform, [4], infinite, params)).toEqual(close([bound * along, 0, 0, -bound * along], 4))
    expect(once(transform, [4], [Number.NaN, 2, 1, 0], params)[0]).toBeNaN()
  })

  test('the docstring of zeroNans: a finite parameter within 0.1 of where it was', () => {
    const rule = P.chain(P.zeroNans(), P.clipByGlobalNorm(1), P.sgd({ learningRate: 0.1 }))
    const moved = once(rule, [3], [Number.POSITIVE_INFINITY, 2, Number.NaN])
    expect(moved.every(Number.isFinite)).toBe(true)
    expect(normOf(moved)).toBeCloseTo(0.1, 5)
  })

  test('a clip by norm of the largest floats is their direction', () => {
    const most = 3.4e38
    for (const clip of [P.clipByNorm(1), P.clipByGlobalNorm(1), P.flatten(P.clipByNorm(1))])
      expect(once(clip, [4], [most, -most, most, 0])).toEqual(close([1, -1, 1, 0].map(x => x / Math.sqrt(3))))
  })
})
