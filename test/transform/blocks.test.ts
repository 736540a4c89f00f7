/** What transforms by block and factored ones do beyond their oracles: defaults, shapes, missing gradients, zeros. */
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import * as P from '../../src/index.js'
import { useBackend } from '../support/backend.js'
import { type Shapes, tensors } from '../support/tensors.js'
import { close, once, sizeOf, updates, usual, wave, waves } from './play.js'

beforeAll(() => useBackend('cpu'))

const shapesOf = (state: unknown): unknown =>
  state instanceof tf.Tensor
    ? state.shape.join('x')
    : Array.isArray(state)
      ? state.map(shapesOf)
      : typeof state === 'object' && state !== null
        ? Object.fromEntries(Object.entries(state).map(([key, value]) => [key, shapesOf(value)]))
        : state
const stateShapes = (transform: P.GradientTransform<unknown>, shapes: Shapes): unknown =>
  shapesOf(P.compile(transform).init(tensors(waves(shapes), shapes)))

const gradients = [1, 2, 3, 4].map(t => waves(usual, t))
const defaults: readonly (readonly [string, P.GradientTransform<unknown>, P.GradientTransform<unknown>])[] = [
  ['scaleByParamBlockNorm', P.scaleByParamBlockNorm(), P.scaleByParamBlockNorm({ minScale: 1e-3 })],
  ['scaleByParamBlockRms', P.scaleByParamBlockRms(), P.scaleByParamBlockRms({ minScale: 1e-3 })],
  ['normalizeByUpdateNorm', P.normalizeByUpdateNorm(), P.normalizeByUpdateNorm({ scaleFactor: 1, eps: 1e-6 })],
  ['adaptiveGradClip', P.adaptiveGradClip(0.1), P.adaptiveGradClip(0.1, { eps: 1e-3 })],
  ['centralize', P.centralize(), P.centralize({ unitAxis: 'first' })],
  [
    'scaleByTrustRatio',
    P.scaleByTrustRatio(),
    P.scaleByTrustRatio({ min: 0, max: Infinity, minNorm: 0, trustCoefficient: 1, eps: 1e-12, zeroNorm: 'one' }),
  ],
  ['scaleBySm3', P.scaleBySm3(), P.scaleBySm3({ b1: 0.9, b2: 1, eps: 1e-8 })],
  [
    'scaleByFactoredRms',
    P.scaleByFactoredRms({ minDimSizeToFactor: 2 }),
    P.scaleByFactoredRms({ factored: true, decayRate: 0.8, stepOffset: 0, minDimSizeToFactor: 2, eps: 1e-30 }),
  ],
  ['addNoise', P.addNoise(), P.addNoise({ eta: 0.01, gamma: 0.55, seed: 0 })],
  ['scaleByOptimisticGradient', P.scaleByOptimisticGradient(), P.scaleByOptimisticGradient({ alpha: 1, beta: 1 })],
  ['scaleByPolyak', P.scaleByPolyak(), P.scaleByPolyak({ fMin: 0, maxLearningRate: 1, eps: 0, variant: 'sps' })],
  [
    'scaleByMuon',
    P.scaleByMuon(),
    P.scaleByMuon({
      nsCoeffs: [3.4445, -4.775, 2.0315],
      nsSteps: 5,
      beta: 0.95,
      eps: 1e-8,
      nesterov: true,
      adaptive: false,
      biasCorrection: true,
    }),
  ],
  ['scaleByMuon, named', P.scaleByMuon(), P.scaleByMuon({ nsCoeffs: 'standard' })],
  [
    'scaleBySophia',
    P.scaleBySophia(),
    P.scaleBySophia({ b1: 0.965, b2: 0.99, eps: 1e-8, gamma: 0.01, clipThreshold: 1 }),
  ],
  ['scaleByMadgrad', P.scaleByMadgrad(), P.scaleByMadgrad({ learningRate: 0.01, momentum: 0.9, eps: 1e-6 })],
  ['scaleByAcprop', P.scaleByAcprop(), P.scaleByAcprop({ b1: 0.9, b2: 0.999, eps: 1e-16, epsRoot: 1e-16 })],
]

test.each(defaults)('%s: what is not said is the default', (_, absent, explicit) => {
  const context = { loss: 0.7 }
  expect(updates(absent, { gradients, context })).toEqual(updates(explicit, { gradients, context }))
})

describe('by norm', () => {
  test('a leaf of zeros moves by the least scale', () => {
    expect(once(P.scaleByParamBlockNorm(), [2], [3, 4], [0, 0])).toEqual(close([3e-3, 4e-3], 8))
    expect(once(P.scaleByParamBlockRms({ minScale: 0.5 }), [2], [3, 4], [0.1, -0.1])).toEqual(close([1.5, 2]))
  })

  test('where a norm is 0 the trust ratio is 1, unless the formula is asked for', () => {
    const trust = (options: P.TrustRatioOptions, g: number, p: number) =>
      once(P.scaleByTrustRatio(options), [2], [g, 0], [p, 0])[0]
    expect(trust({}, 3, 0)).toBe(3)
    expect(trust({ eps: 0 }, 0, 3)).toBe(0)
    expect(trust({ zeroNorm: 'formula' }, 3, 0)).toBe(0)
    expect(trust({ zeroNorm: 'formula', min: 0.5 }, 3, 0)).toBe(1.5)
    expect(trust({ minNorm: 0.5, trustCoefficient: 2 }, 1, 0)).toBe(1)
  })

  test('the norm of all updates counts those that are there', () => {
    const shapes = { a: [1], b: [1] }
    const given = [{ a: [3], b: [4] }, { a: [3] }, {}]
    expect(updates(P.normalizeByUpdateNorm({ scaleFactor: 5 }), { shapes, gradients: given })).toEqual([
      { a: close([3]), b: close([4]) },
      { a: close([5]) },
      {},
    ])
    expect(updates(P.scaleByPolyak(), { shapes, gradients: given, context: { loss: 5 } })).toEqual([
      { a: close([0.6]), b: close([0.8]) },
      { a: close([5 / 3]) },
      {},
    ])
  })

  test('a leaf without elements is none', () => {
    for (const f of [
      P.clipByBlockRms(1),
      P.scaleByParamBlockRms(),
      P.scaleByMuon(),
      P.scaleByShape(),
      P.scaleByFactoredRms(),
    ])
      expect(once(f, [0, 3], [], [])).toEqual([])
  })
})

describe('units', () => {
  const ones = (n: number) => Array.from({ length: n }, () => 1)
  /** The factor by which a leaf of ones is scaled down to a hundredth of a parameter's norm: of how many elements a unit is. */
  const unitSize = (shape: readonly number[]) => {
    const [u = 0] = once(
      P.adaptiveGradClip(0.01, { eps: 1 }),
      shape,
      ones(sizeOf(shape)),
      ones(sizeOf(shape)).map(() => 0),
    )
    return Math.round((0.01 / u) ** 2)
  }

  test.each([
    [[], 1],
    [[4], 4],
    [[4, 1], 4],
    [[1, 4], 4],
    [[1, 1, 4], 4],
    [[4, 3], 4],
    [[4, 3, 5], 4],
    [[2, 3, 4, 5], 24],
    [[2, 3, 4, 5, 2], 120],
  ])('a unit of a leaf of shape [%s] has %i elements', (shape, size) => {
    expect(unitSize(shape)).toBe(size)
  })

  test('axes of one’s own count', () => {
    const [u] = once(
      P.adaptiveGradClip(0.01, { eps: 1, axes: [1] }),
      [2, 3],
      ones(6),
      ones(6).map(() => 0),
    )
    expect(u).toBeCloseTo(0.01 / Math.sqrt(3), 6)
    expect(() => once(P.adaptiveGradClip(1, { axes: [1] }), [2], [1, 1])).toThrow('axis 1 of a tensor of rank 1')
  })

  test('a tiny gradient is left alone', () => {
    expect(once(P.adaptiveGradClip(1), [2], [1e-4, 0], [0, 0])).toEqual([Math.fround(1e-4), 0])
  })

  test('units are centred over all axes but theirs', () => {
    const g = wave(24)
    const first = once(P.centralize(), [2, 3, 4], g)
    const last = once(P.centralize({ unitAxis: 'last' }), [2, 3, 4], g)
    const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length
    expect([mean(first.slice(0, 12)), mean(first.slice(12))]).toEqual(close([0, 0], 6))
    expect([0, 1, 2, 3].map(k => mean(last.filter((_, i) => i % 4 === k)))).toEqual(close([0, 0, 0, 0], 6))
    expect((first[0] ?? 0) - (first[5] ?? 0)).toBeCloseTo((g[0] ?? 0) - (g[5] ?? 0), 5)
    expect(once(P.centralize(), [3], [1, 2, 6])).toEqual([1, 2, 6])
    expect(once(P.centralize({ unitAxis: 'last' }), [], [6])).toEqual([6])
  })

  test('parameters stay non-negative, and those that are negative become 0', () => {
    expect(once(P.keepParamsNonNegative(), [5], [-1, -2, 1, 0, 0.5], [1, 1, 1, 0, -1])).toEqual([-1, -1, 1, 0, 1])
  })
})

describe('factored', () => {
  test('SM3 keeps a vector for each axis', () => {
    const shapes = { a: [], b: [3], c: [2, 3], d: [2, 3, 4] }
    expect(stateShapes(P.scaleBySm3(), shapes)).toEqual({
      mu: { a: [''], b: ['3'], c: ['2x1', '1x3'], d: ['2x1x1', '1x3x1', '1x1x4'] },
      nu: { a: '', b: '3', c: '2x3', d: '2x3x4' },
    })
  })

  test('SM3 takes the least of its maxima, on three axes too', () => {
    const sm3 = P.scaleBySm3({ b1: 0 })
    const one = (at: number) => Array.from({ length: 8 }, (_, i) => (i === at ? 1 : 0))
    const [, second] = updates(sm3, { shapes: { x: [2, 2, 2] }, gradients: [{ x: one(0) }, { x: wave(8) }] })
    // Only element 0 shares all three of its slices with the first gradient.
    expect(second?.x).toEqual(close(wave(8).map((g, i) => (i === 0 ? g / Math.sqrt(g * g + 1) : Math.sign(g)))))
  })

  test('Adafactor keeps rows and columns of the two largest axes, of equal ones the later', () => {
    const shapes = { a: [128], b: [127, 128], c: [128, 128], d: [129, 2, 130], e: [128, 128, 128] }
    expect(stateShapes(P.scaleByFactoredRms(), shapes)).toEqual({
      count: 0,
      nu: {
        a: ['128'],
        b: ['127x128'],
        c: ['128x1', '1x128'],
        d: ['129x2x1', '1x2x130'],
        e: ['128x128x1', '128x1x128'],
      },
    })
    expect(stateShapes(P.scaleByFactoredRms({ factored: false }), { c: [128, 128] })).toEqual({
      count: 0,
      nu: { c: ['128x128'] },
    })
  })

  test('Adafactor on three axes is Adafactor on each matrix', () => {
    const g = wave(24, 0.5)
    const factored = P.scaleByFactoredRms({ minDimSizeToFactor: 3 })
    const each = [0, 1].map(k =>
      once(
        factored,
        [3, 4],
        g.filter((_, i) => Math.floor(i / 4) % 2 === k),
      ),
    )
    const whole = once(factored, [3, 2, 4], g)
    expect([0, 1].map(k => whole.filter((_, i) => Math.floor(i / 4) % 2 === k))).toEqual(each.map(xs => close(xs)))
  })

  test('a row without gradients does not make 0 / 0, beside a huge one', () => {
    const [first, second] = updates(P.scaleByFactoredRms({ minDimSizeToFactor: 2 }), {
      shapes: { x: [2, 2] },
      gradients: [{ x: [1e12, 0, 0, 0] }, { x: [0, 0, 1e-12, 1] }],
    })
    expect(first?.x).toEqual([expect.closeTo(1, 5), 0, 0, 0])
    expect(second?.x.every(Number.isFinite)).toBe(true)
  })

  test('steps before the offset count as the first', () => {
    const squares = (stepOffset: number) => updates(P.scaleByFactoredRms({ stepOffset }), { gradients })
    expect(squares(1)[1]).toEqual(updates(P.scaleByFactoredRms(), { gradients: gradients.slice(1) })[0])
    expect(squares(1)[2]).toEqual(updates(P.scaleByFactoredRms(), { gradients: gradients.slice(1) })[1])
  })
})
