/** The adaptive transforms: ends of their ranges, defaults, and what they keep from overflow and division by zero. */
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import * as P from '../../src/index.js'
import { type Flat, flat } from '../support/tensors.js'
import { graphOf } from './graphOf.js'
import { checkRanges, type Range } from './range.js'

type T = P.GradientTransform<unknown>
/** A factory that is given some option, whatever it is. */
type Factory = (options: never) => T

type Ends = readonly [inside: readonly unknown[], outside: readonly unknown[]]
const below1: Ends = [
  [0, 0.999999],
  [-1e-9, 1],
]
const positive: Ends = [
  [1e-30, 1e30],
  [0, -1],
]
const nonNegative: Ends = [[0, 1e30], [-1e-9]]
const epsilon: Ends = [
  [1e-45, 1],
  [0, 1e-46, -1e-8],
]
const moments = { b1: below1, b2: below1, eps: epsilon }
const rms = { decay: below1, eps: epsilon, initialScale: nonNegative }

/** Each transform: its defaults, and where its hyperparameters begin and end. */
const catalogue: Readonly<Record<string, readonly [make: Factory, defaults: object, ranges: Record<string, Ends>]>> = {
  scaleByAdam: [
    P.scaleByAdam,
    { b1: 0.9, b2: 0.999, eps: 1e-8, epsRoot: 0, biasCorrection: true, nesterov: false },
    { ...moments, epsRoot: nonNegative },
  ],
  scaleByAmsgrad: [
    P.scaleByAmsgrad,
    { b1: 0.9, b2: 0.999, eps: 1e-8, epsRoot: 0, biasCorrection: true, maximumOf: 'moment' },
    { ...moments, epsRoot: nonNegative, maximumOf: [['moment', 'correctedMoment'], ['max']] },
  ],
  scaleByAdamax: [P.scaleByAdamax, { b1: 0.9, b2: 0.999, eps: 1e-8 }, moments],
  scaleByBelief: [
    P.scaleByBelief,
    { b1: 0.9, b2: 0.999, eps: 1e-16, epsRoot: 1e-16, nesterov: false },
    { ...moments, epsRoot: nonNegative },
  ],
  scaleByYogi: [
    P.scaleByYogi,
    { b1: 0.9, b2: 0.999, eps: 1e-3, epsRoot: 0, initialAccumulator: 1e-6 },
    { ...moments, epsRoot: nonNegative, initialAccumulator: nonNegative },
  ],
  scaleByNadam: [
    P.scaleByNadam,
    { b1: 0.9, b2: 0.999, eps: 1e-8, epsRoot: 0, momentumDecay: 4e-3 },
    { ...moments, epsRoot: nonNegative, momentumDecay: nonNegative },
  ],
  scaleByRadam: [
    P.scaleByRadam,
    { b1: 0.9, b2: 0.999, eps: 1e-8, epsRoot: 0, threshold: 5, nesterov: false, epsAfterCorrection: true },
    {
      ...moments,
      epsRoot: nonNegative,
      threshold: [
        [4, Number.POSITIVE_INFINITY],
        [3.999, -5],
      ],
    },
  ],
  scaleByAdan: [
    P.scaleByAdan,
    { b1: 0.98, b2: 0.92, b3: 0.99, eps: 1e-8, epsRoot: 0 },
    { ...moments, b3: below1, epsRoot: nonNegative },
  ],
  scaleByAdemamix: [
    P.scaleByAdemamix,
    { b1: 0.9, b2: 0.999, b3: 0.9999, alpha: 6, eps: 1e-8, epsRoot: 0 },
    { ...moments, b3: below1, alpha: nonNegative, epsRoot: nonNegative },
  ],
  scaleByAdopt: [
    P.scaleByAdopt,
    { b1: 0.9, b2: 0.9999, eps: 1e-6, nesterov: false, useClipping: true, clipValue: (t: P.Scalar) => t.pow(0.25) },
    { ...moments, clipValue: positive },
  ],
  scaleByNovograd: [
    P.scaleByNovograd,
    { b1: 0.9, b2: 0.25, eps: 1e-8, epsRoot: 0, weightDecay: 0, mask: P.allLeaves },
    { ...moments, epsRoot: nonNegative },
  ],
  scaleByRms: [P.scaleByRms, { decay: 0.9, eps: 1e-8, initialScale: 0, epsInSqrt: true, biasCorrection: false }, rms],
  scaleByStddev: [
    P.scaleByStddev,
    { decay: 0.9, eps: 1e-8, initialScale: 0, epsInSqrt: true, biasCorrection: false },
    rms,
  ],
  scaleByRss: [
    P.scaleByRss,
    { initialAccumulator: 0.1, eps: 1e-7, epsInSqrt: true },
    { initialAccumulator: nonNegative, eps: epsilon },
  ],
  scaleByAdadelta: [P.scaleByAdadelta, { rho: 0.9, eps: 1e-6 }, { rho: below1, eps: epsilon }],
  scaleByLion: [
    P.scaleByLion,
    { b1: 0.9, b2: 0.99, mode: 'hard', smoothBeta: 1 },
    { b1: below1, b2: below1, smoothBeta: positive, mode: [['hard', 'smooth', 'refined'], ['soft']] },
  ],
  scaleByRprop: [
    P.scaleByRprop,
    { learningRate: 0.01, etaMinus: 0.5, etaPlus: 1.2, minStepSize: 1e-6, maxStepSize: 50 },
    {
      learningRate: positive,
      etaMinus: [
        [1e-9, 0.999999],
        [0, 1],
      ],
      etaPlus: [
        [1.000001, 1e9],
        [1, 0.5, Number.POSITIVE_INFINITY],
      ],
      minStepSize: [
        [1e-30, 50],
        [0, -1, 50.1],
      ],
      maxStepSize: [
        [1e-6, 1e30],
        [0, -1, Number.POSITIVE_INFINITY],
      ],
    },
  ],
}

checkRanges(
  Object.entries(catalogue).flatMap(([name, [make, , ranges]]) =>
    Object.entries(ranges).map(
      ([option, [inside, outside]]): Range => [
        name,
        (value: never) => make({ [option]: value } as never),
        option,
        inside,
        outside,
      ],
    ),
  ),
)

test.each(Object.entries(catalogue))('%s: defaults are what they are said to be', (_, [make, defaults]) => {
  expect(graphOf(make({} as never))).toBe(graphOf(make(defaults as never)))
  expect(graphOf((make as () => T)())).toBe(graphOf(make(defaults as never)))
})

test('the decay of scaleByNovograd is refused where it is negative', () => {
  expect(() => P.scaleByNovograd({ weightDecay: -1 })).toThrow(P.HyperparameterError)
})

beforeAll(() => tf.setBackend('cpu'))

/** Updates for gradients of one leaf, step by step. */
const updatesOf = (transform: T, gradients: readonly (readonly number[])[]): readonly (readonly number[])[] => {
  const optimizer = P.compile(transform)
  const params = { w: tf.zeros([gradients[0]?.length ?? 0]) }
  let state = optimizer.init(params)
  return gradients.map(g => {
    const [updates, next] = optimizer.update({ w: tf.tensor1d([...g]) }, state, params)
    state = next
    return (flat(updates) as Flat).w ?? []
  })
}

describe('numbers', () => {
  test('a steady gradient has no variance to be negative', () => {
    const steady = Array.from({ length: 300 }, () => [0.1, -3, 1e12])
    for (const options of [{}, { epsInSqrt: false }, { biasCorrection: true }])
      expect(updatesOf(P.scaleByStddev(options), steady).flat().every(Number.isFinite)).toBe(true)
  })

  test('RAdam begins with momentum alone and adapts from the step on at which the sample is large enough', () => {
    const updates = updatesOf(
      P.scaleByRadam(),
      Array.from({ length: 7 }, () => [2, -8]),
    )
    // A constant gradient: while it is momentum alone the update is the gradient, later in proportion to its sign.
    expect(updates.map(([a = 0, b = 0]) => Math.round(b / a))).toEqual([-4, -4, -4, -4, -4, -1, -1])
  })

  test('RAdam adapts where the sample is just as large as the threshold', () => {
    const threshold = 2 / (1 - 0.9) - 1 - (5 * 2 * 0.9 ** 5) / (1 - 0.9 ** 5)
    const updates = updatesOf(
      P.scaleByRadam({ b2: 0.9, threshold }),
      Array.from({ length: 5 }, () => [2, -8]),
    )
    expect(updates.map(([a = 0, b = 0]) => Math.round(b / a))).toEqual([-4, -4, -4, -4, -1])
  })

  test('ADOPT moves nothing at first', () => {
    expect(updatesOf(P.scaleByAdopt(), [[3, -4]])).toEqual([[0, 0]])
    expect(updatesOf(P.scaleByAdopt({ nesterov: true, useClipping: false }), [[3, -4]])).toEqual([[0, 0]])
  })

  test('Rprop halts where the gradient turns, and compares with nothing at the step after', () => {
    const updates = updatesOf(P.scaleByRprop({ learningRate: 1 }), [[1], [1e-30], [-1], [-1], [-1e-30], [0], [-1]])
    expect(updates.flat()).toEqual([1, 1.2, 0, -0.6, -0.72, 0, -0.72].map(x => expect.closeTo(x, 6)))
  })

  test('Rprop keeps its first step size within its bounds, too', () => {
    expect(updatesOf(P.scaleByRprop({ learningRate: 9, maxStepSize: 2 }), [[-5]])).toEqual([[-2]])
  })

  test('NovoGrad takes the first norm as it is', () => {
    expect(updatesOf(P.scaleByNovograd(), [[3, -4]])).toEqual([[0.6, -0.8].map(x => expect.closeTo(x, 6))])
  })
})
