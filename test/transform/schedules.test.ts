/** Schedules against their formulas, in double precision; where they begin, end and what they refuse. */
import { describe, expect, test } from 'vitest'
import * as P from '../../src/index.js'

const { cos, floor, max, min, PI } = Math

/** The value at a step; a schedule of a literal folds to a literal. */
const at = (schedule: P.Schedule, t: number): number => {
  const { node } = schedule(P.scalar(t))
  return node.op === 'literal' ? node.value : Number.NaN
}

const line = (a: number, b: number, T: number) => (t: number) => (t >= T ? b : a + ((b - a) * t) / T)
const wave = (t: number, T: number) => (1 + cos((PI * min(t, T)) / T)) / 2

/** One cycle through a, p, ... at given steps. */
const through = (points: readonly (readonly [number, number])[], along: (s: number) => number) => (t: number) => {
  const i = points.findIndex(([step]) => t < step)
  const [[t0, a], [t1, b]] = (i < 0 ? [points.at(-1), points.at(-1)] : [points[i - 1], points[i]]) as [
    [number, number],
    [number, number],
  ]
  return i < 0 ? b : a + (b - a) * along((t - t0) / (t1 - t0))
}
const straight = (s: number) => s
const curved = (s: number) => (1 - cos(PI * s)) / 2

const cases: readonly (readonly [string, P.Schedule, (t: number) => number])[] = [
  ['constant', P.constant(0.3), () => 0.3],
  ['linear', P.linear(0.1, 0.5, 20), line(0.1, 0.5, 20)],
  [
    'linear, later',
    P.linear(0.1, 0.5, 20, { transitionBegin: 7 }),
    t => (t < 7 ? 0.1 : t > 27 ? 0.5 : 0.1 + (0.4 * (t - 7)) / 20),
  ],
  [
    'polynomial',
    P.polynomial(1, 0.01, 30, { power: 2.5, transitionBegin: 5 }),
    t => 0.99 * (1 - min(max(t - 5, 0), 30) / 30) ** 2.5 + 0.01,
  ],
  ['polynomial, of power 1', P.polynomial(1, 0.01, 30), line(1, 0.01, 30)],
  ['cosineDecay', P.cosineDecay(0.2, 25), t => 0.2 * wave(t, 25)],
  ['cosineDecay, all', P.cosineDecay(0.2, 25, 0.1, 3), t => 0.2 * (0.9 * wave(t, 25) ** 3 + 0.1)],
  ['exponentialDecay', P.exponentialDecay(0.5, 0.8, 10), t => 0.5 * 0.8 ** (t / 10)],
  [
    'exponentialDecay, stairs',
    P.exponentialDecay(0.5, 0.8, 10, { staircase: true, transitionBegin: 5 }),
    t => 0.5 * 0.8 ** floor(max(0, t - 5) / 10),
  ],
  [
    'exponentialDecay, to its least value',
    P.exponentialDecay(0.5, 0.5, 10, { endValue: 0.2, transitionBegin: 3 }),
    t => max(0.2, 0.5 * 0.5 ** (max(0, t - 3) / 10)),
  ],
  ['exponentialDecay, of no decay', P.exponentialDecay(0.5, 1, 10, { endValue: 0.7 }), () => 0.5],
  [
    'exponentialDecay, to its greatest value',
    P.exponentialDecay(0.5, 2, 10, { endValue: 3 }),
    t => min(3, 0.5 * 2 ** (t / 10)),
  ],
  ['piecewiseConstant', P.piecewiseConstant(2, { 20: -3, 10: 0.5 }), t => 2 * (t >= 10 ? 0.5 : 1) * (t >= 20 ? -3 : 1)],
  [
    'piecewiseInterpolate, linear',
    P.piecewiseInterpolate('linear', 1, { 4: 0.1, 8: 0.01 }),
    through(
      [
        [0, 1],
        [4, 0.1],
        [8, 0.001],
      ],
      straight,
    ),
  ],
  [
    'piecewiseInterpolate, cosine',
    P.piecewiseInterpolate('cosine', 1, { 14: 5, 30: 0.1 }),
    through(
      [
        [0, 1],
        [14, 5],
        [30, 0.5],
      ],
      curved,
    ),
  ],
  ['piecewiseInterpolate, of no pieces', P.piecewiseInterpolate('cosine', 0.7, {}), () => 0.7],
  [
    'cosineOnecycle',
    P.cosineOnecycle(0.4, 35),
    through(
      [
        [0, 0.4 / 25],
        [10, 0.4],
        [35, 0.4 / 25e4],
      ],
      curved,
    ),
  ],
  [
    'cosineOnecycle, all',
    P.cosineOnecycle(0.4, 35, { pctStart: 0.5, divFactor: 10, finalDivFactor: 4 }),
    through(
      [
        [0, 0.04],
        [17, 0.4],
        [35, 0.01],
      ],
      curved,
    ),
  ],
  [
    'linearOnecycle',
    P.linearOnecycle(0.4, 35),
    through(
      [
        [0, 0.4 / 25],
        [10, 0.4],
        [29, 0.4 / 25],
        [35, 0.4 / 25e4],
      ],
      straight,
    ),
  ],
  [
    'linearOnecycle, all',
    P.linearOnecycle(0.4, 35, { pctStart: 0.5, pctFinal: 0.7, divFactor: 10, finalDivFactor: 4 }),
    through(
      [
        [0, 0.04],
        [17, 0.4],
        [24, 0.04],
        [35, 0.01],
      ],
      straight,
    ),
  ],
  ['warmUp', P.warmUp(10, P.cosineDecay(0.2, 20)), t => (t < 10 ? 0.02 * t : 0.2 * wave(t - 10, 20))],
  ['warmupConstant', P.warmupConstant({ initial: 0.05, peak: 0.2, warmupSteps: 8 }), line(0.05, 0.2, 8)],
  [
    'warmupCosineDecay',
    P.warmupCosineDecay({ initial: 0.05, peak: 0.2, warmupSteps: 8, decaySteps: 30, endValue: 0.01, exponent: 2 }),
    t => (t < 8 ? 0.05 + (0.15 * t) / 8 : 0.01 + 0.19 * wave(t - 8, 22) ** 2),
  ],
  [
    'warmupCosineDecay, to zero and without a warm-up',
    P.warmupCosineDecay({ peak: 0.2, warmupSteps: 0, decaySteps: 30 }),
    t => 0.2 * wave(t, 30),
  ],
  [
    'warmupCosineDecay, from zero',
    P.warmupCosineDecay({ peak: 0.2, warmupSteps: 10, decaySteps: 30 }),
    t => (t < 10 ? 0.02 * t : 0.2 * wave(t - 10, 20)),
  ],
  [
    'warmupExponentialDecay',
    P.warmupExponentialDecay({
      initial: 0.05,
      peak: 0.2,
      warmupSteps: 8,
      rate: 0.5,
      steps: 10,
      transitionBegin: 2,
      staircase: true,
      endValue: 0.06,
    }),
    t => (t < 8 ? 0.05 + (0.15 * t) / 8 : max(0.06, 0.2 * 0.5 ** floor(max(0, t - 10) / 10))),
  ],
  [
    'sgdr',
    P.sgdr([
      { peak: 0.3, warmupSteps: 3, decaySteps: 10 },
      { initial: 0.1, peak: 0.2, warmupSteps: 0, decaySteps: 12, endValue: 0.05 },
      { peak: 0.1, warmupSteps: 1, decaySteps: 6 },
    ]),
    t =>
      t < 3
        ? 0.1 * t
        : t < 10
          ? 0.3 * wave(t - 3, 7)
          : t < 22
            ? 0.05 + 0.15 * wave(t - 10, 12)
            : t < 23
              ? 0
              : 0.1 * wave(t - 23, 5),
  ],
  [
    'joined',
    P.joined([P.linear(1, 0, 5), P.constant(3), P.linear(1, 0, 5)], [4, 9]),
    t => (t < 4 ? 1 - t / 5 : t < 9 ? 3 : line(1, 0, 5)(t - 9)),
  ],
]

test.each(cases)('%s is its formula, at 50 steps', (_, schedule, formula) => {
  for (let t = 0; t < 50; t++) expect(at(schedule, t), `at step ${t}`).toBeCloseTo(formula(t), 12)
})

test('both ends are exact', () => {
  expect([0, 7, 99].map(t => at(P.linear(0.1, 0.7, 7), t))).toEqual([0.1, 0.7, 0.7])
  expect([0, 7, 8].map(t => at(P.piecewiseInterpolate('linear', 0.1, { 7: 7 }), t))).toEqual([0.1, 0.1 * 7, 0.1 * 7])
})

test('numbers may be symbolic', () => {
  const peak = P.compile(
    P.injectHyperparameters(
      ({ peak }) => P.scaleByLearningRate(P.warmupCosineDecay({ peak, warmupSteps: 2, decaySteps: 5, endValue: 0.1 })),
      {
        peak: 0.5,
      },
    ),
  )
  expect(peak.init({}).hyperparameters.peak).toBe(0.5)
  const rate = P.scalar(1).add(P.scalar(1)) // folds
  expect(at(P.exponentialDecay(1, rate, 1, { endValue: 3 }), 5)).toBe(3)
})

const cosine = { peak: 1, warmupSteps: 2, decaySteps: 3 }
const admitted: readonly (readonly [string, () => P.Schedule])[] = [
  ['power', () => P.polynomial(0, 1, 1, { power: 1e-9 })],
  ['transitionBegin', () => P.polynomial(0, 1, 1, { transitionBegin: 0 })],
  ['floor', () => P.cosineDecay(1, 1, 0)],
  ['floor', () => P.cosineDecay(1, 1, 1)],
  ['decaySteps', () => P.warmupCosineDecay(cosine)],
  ['endValue', () => P.warmupCosineDecay({ ...cosine, endValue: 1 })],
  ['pctFinal', () => P.linearOnecycle(1, 4, { pctStart: 0.25, pctFinal: 0.5 })],
]
const refused: readonly (readonly [string, () => P.Schedule])[] = [
  ['value', () => P.constant(Number.NaN)],
  ['from', () => P.polynomial(Number.POSITIVE_INFINITY, 1, 1)],
  ['to', () => P.linear(0, Number.NaN, 1)],
  ['steps', () => P.linear(0, 1, 0)],
  ['steps', () => P.polynomial(0, 1, 1.5)],
  ['power', () => P.polynomial(0, 1, 1, { power: 0 })],
  ['transitionBegin', () => P.polynomial(0, 1, 1, { transitionBegin: -1 })],
  ['transitionBegin', () => P.linear(0, 1, 1, { transitionBegin: 0.5 })],
  ['transitionBegin', () => P.exponentialDecay(1, 1, 1, { transitionBegin: -1 })],
  ['initial', () => P.exponentialDecay(0, 1, 1)],
  ['rate', () => P.exponentialDecay(1, 0, 1)],
  ['steps', () => P.exponentialDecay(1, 1, 0)],
  ['endValue', () => P.exponentialDecay(1, 1, 1, { endValue: Number.NaN })],
  ['peak', () => P.cosineDecay(0, 1)],
  ['steps', () => P.cosineDecay(1, 0)],
  ['floor', () => P.cosineDecay(1, 1, 1.1)],
  ['floor', () => P.cosineDecay(1, 1, -0.1)],
  ['exponent', () => P.cosineDecay(1, 1, 0, 0)],
  ['initial', () => P.piecewiseConstant(Number.NaN, {})],
  ['boundary', () => P.piecewiseConstant(1, { 0: 1 })],
  ['the factor at 3', () => P.piecewiseConstant(1, { 3: Number.NaN })],
  ['kind', () => P.piecewiseInterpolate('cubic' as never, 1, {})],
  ['initial', () => P.piecewiseInterpolate('linear', Number.NaN, {})],
  ['boundary', () => P.piecewiseInterpolate('linear', 1, { 1.5: 1 })],
  ['boundary', () => P.joined([P.constant(1), P.constant(1)], [0])],
  ['boundary', () => P.joined([P.constant(1), P.constant(1), P.constant(1)], [2, 2])],
  ['schedules', () => P.joined([P.constant(1)], [1])],
  ['steps', () => P.warmUp(0, P.constant(1))],
  ['initial', () => P.warmupConstant({ initial: Number.NaN, peak: 1, warmupSteps: 1 })],
  ['peak', () => P.warmupConstant({ peak: 0, warmupSteps: 1 })],
  ['warmupSteps', () => P.warmupConstant({ peak: 1, warmupSteps: -1 })],
  ['peak', () => P.warmupCosineDecay({ ...cosine, peak: -1 })],
  ['decaySteps', () => P.warmupCosineDecay({ ...cosine, decaySteps: 2 })],
  ['endValue', () => P.warmupCosineDecay({ ...cosine, endValue: -0.1 })],
  ['endValue', () => P.warmupCosineDecay({ ...cosine, endValue: 1.1 })],
  ['exponent', () => P.warmupCosineDecay({ ...cosine, exponent: 0 })],
  ['warmupSteps', () => P.warmupExponentialDecay({ peak: 1, warmupSteps: 0.5, rate: 1, steps: 1 })],
  ['rate', () => P.warmupExponentialDecay({ peak: 1, warmupSteps: 1, rate: 0, steps: 1 })],
  ['cycles', () => P.sgdr([])],
  ['peak', () => P.cosineOnecycle(0, 10)],
  ['steps', () => P.cosineOnecycle(1, 0)],
  ['pctStart', () => P.cosineOnecycle(1, 10, { pctStart: 1 })],
  ['pctStart', () => P.cosineOnecycle(1, 3)],
  ['divFactor', () => P.cosineOnecycle(1, 10, { divFactor: 0 })],
  ['finalDivFactor', () => P.cosineOnecycle(1, 10, { finalDivFactor: 0 })],
  ['pctFinal', () => P.linearOnecycle(1, 10, { pctFinal: 1 })],
  ['pctFinal', () => P.linearOnecycle(1, 10, { pctFinal: 0.3 })],
]

describe('ranges', () => {
  test.each(admitted)('%s: just inside', (_, make) => {
    expect(make()).toBeTypeOf('function')
  })

  test.each(refused)('%s: outside', (parameter, make) => {
    expect(make).toThrow(P.HyperparameterError)
    expect(make).toThrow(new RegExp(`^${parameter} must be`))
  })
})
