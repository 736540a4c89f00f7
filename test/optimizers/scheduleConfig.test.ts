/** Schedules in configurations: what they say is what is made, and every problem is told. */
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { scheduledIn } from '../../src/config/scheduleConfig.js'
import * as P from '../../src/index.js'
import { flat, tensors } from '../support/tensors.js'

const read = (config: unknown) => scheduledIn('(0, inf)')(config, 'learningRate')
const errorsOf = (config: unknown) => {
  const result = read(config)
  return E.isLeft(result) ? result.left : []
}
const at = (scheduled: P.Scheduled, t: number): number => {
  const value = typeof scheduled === 'function' ? scheduled(P.scalar(t)) : P.scalar(scheduled)
  return value.node.op === 'literal' ? value.node.value : Number.NaN
}
const course = (scheduled: P.Scheduled) => Array.from({ length: 40 }, (_, t) => at(scheduled, t))

const warm = { initial: 0.1, peak: 0.5, warmupSteps: 3 }
const cosine = { ...warm, decaySteps: 20, endValue: 0.2, exponent: 2 }
const falling = { staircase: true, endValue: 0.1, transitionBegin: 2 }
const decay = { rate: 0.5, steps: 4, ...falling }
const cycle = { pctStart: 0.4, divFactor: 4, finalDivFactor: 10 }
const cases: readonly (readonly [string, object, P.Schedule])[] = [
  ['constant', { value: 0.3 }, P.constant(0.3)],
  ['linear', { from: 1, to: 0, steps: 9, transitionBegin: 3 }, P.linear(1, 0, 9, { transitionBegin: 3 })],
  ['linear', { from: 1, to: 0, steps: 9 }, P.linear(1, 0, 9)],
  [
    'polynomial',
    { from: 1, to: 0, steps: 9, power: 2, transitionBegin: 3 },
    P.polynomial(1, 0, 9, { power: 2, transitionBegin: 3 }),
  ],
  ['exponentialDecay', { initial: 1, ...decay }, P.exponentialDecay(1, 0.5, 4, falling)],
  ['exponentialDecay', { initial: 1, rate: 0.5, steps: 4 }, P.exponentialDecay(1, 0.5, 4)],
  ['cosineDecay', { peak: 1, steps: 9, floor: 0.1, exponent: 3 }, P.cosineDecay(1, 9, 0.1, 3)],
  ['cosineDecay', { peak: 1, steps: 9 }, P.cosineDecay(1, 9)],
  ['piecewiseConstant', { initial: 1, factors: { 10: 0.5, 20: 0.1 } }, P.piecewiseConstant(1, { 10: 0.5, 20: 0.1 })],
  [
    'piecewiseInterpolate',
    { kind: 'cosine', initial: 1, factors: { 10: 0.5, 20: 0.1 } },
    P.piecewiseInterpolate('cosine', 1, { 10: 0.5, 20: 0.1 }),
  ],
  [
    'joined',
    { schedules: [{ schedule: 'linear', from: 0, to: 1, steps: 5 }, 0.5], boundaries: [8] },
    P.joined([P.linear(0, 1, 5), P.constant(0.5)], [8]),
  ],
  ['warmUp', { steps: 5, next: { schedule: 'cosineDecay', peak: 1, steps: 9 } }, P.warmUp(5, P.cosineDecay(1, 9))],
  ['warmUp', { steps: 5, next: 0.3 }, P.warmUp(5, P.constant(0.3))],
  ['warmupConstant', warm, P.warmupConstant(warm)],
  ['warmupCosineDecay', cosine, P.warmupCosineDecay(cosine)],
  ['warmupExponentialDecay', { ...warm, ...decay }, P.warmupExponentialDecay({ ...warm, ...decay })],
  ['sgdr', { cycles: [cosine, { ...cosine, peak: 0.3 }] }, P.sgdr([cosine, { ...cosine, peak: 0.3 }])],
  ['cosineOnecycle', { peak: 1, steps: 30, ...cycle }, P.cosineOnecycle(1, 30, cycle)],
  ['cosineOnecycle', { peak: 1, steps: 30 }, P.cosineOnecycle(1, 30)],
  [
    'linearOnecycle',
    { peak: 1, steps: 30, ...cycle, pctFinal: 0.7 },
    P.linearOnecycle(1, 30, { ...cycle, pctFinal: 0.7 }),
  ],
]

test.each(cases)('%s is what its configuration says', (schedule, config, expected) => {
  const decoded = E.getOrElseW((errors: readonly string[]) => {
    throw new Error(errors.join('\n'))
  })(read(JSON.parse(JSON.stringify({ schedule, ...config }))))
  expect(course(decoded)).toEqual(course(expected))
})

test('every schedule that is exported can be configured', () => {
  const made = Object.entries(P).flatMap(([name, x]) =>
    typeof x === 'function' &&
    /Decay$|cycle$|^(sgdr|joined|linear|polynomial|constant)$|^piecewise|^warm(up|Up)/.test(name)
      ? [name]
      : [],
  )
  expect(new Set(cases.map(([name]) => name))).toEqual(new Set(made))
})

describe('errors', () => {
  test('numbers are bound to the interval, as ever', () => {
    expect(read(0.1)).toEqual(E.right(0.1))
    expect(errorsOf(-1)).toEqual(['learningRate must be a number in (0, inf); got -1'])
    expect(errorsOf([1])).toEqual(['learningRate must be a number in (0, inf); got an array'])
    expect(errorsOf(null)).toEqual(['learningRate must be a number in (0, inf); got null'])
    expect(scheduledIn('(0, inf)', 0.1)(undefined, 'learningRate')).toEqual(E.right(0.1))
  })

  test('an unknown schedule, or none', () => {
    expect(errorsOf({ schedule: 'cosinDecay', peak: 1 })[0]).toMatch(
      /^learningRate\.schedule must be one of 'constant', .*; got 'cosinDecay'; did you mean 'cosineDecay'\?$/,
    )
    expect(errorsOf({ peak: 1 })[0]).toMatch(/^learningRate\.schedule must be one of 'constant', .*'linearOnecycle'$/)
    expect(errorsOf({ schedule: 'toString' })[0]).toMatch(/got 'toString'$/)
  })

  test('every key that is wrong, unknown or missing', () => {
    expect(errorsOf({ schedule: 'cosineDecay', peak: 0, stepz: 10, floor: 2 })).toEqual([
      "learningRate.stepz is not a key; did you mean 'steps'?",
      'learningRate.peak must be a number in (0, inf); got 0',
      'learningRate.steps must be an integer in [1, inf); got undefined',
      'learningRate.floor must be a number in [0, 1]; got 2',
    ])
    expect(errorsOf({ schedule: 'piecewiseConstant', initial: 1 })).toEqual([
      'learningRate.factors must be an object; got undefined',
    ])
    expect(errorsOf({ schedule: 'piecewiseConstant', initial: 1, factors: { 3: 'x', 4: 1, 5: null } })).toEqual([
      "learningRate.factors.3 must be a number in (-inf, inf); got 'x'",
      'learningRate.factors.5 must be a number in (-inf, inf); got null',
    ])
  })

  test('within schedules of schedules', () => {
    const bad = { schedule: 'linear', from: 1, to: 0, steps: 0 }
    expect(errorsOf({ schedule: 'warmUp', steps: 5, next: bad })).toEqual([
      'learningRate.next.steps must be an integer in [1, inf); got 0',
    ])
    expect(errorsOf({ schedule: 'joined', schedules: [1, bad, 'x'], boundaries: [1, 2.5] })).toEqual([
      'learningRate.schedules[1].steps must be an integer in [1, inf); got 0',
      "learningRate.schedules[2] must be a number in (-inf, inf); got 'x'",
      'learningRate.boundaries[1] must be an integer in [1, inf); got 2.5',
    ])
    expect(errorsOf({ schedule: 'sgdr', cycles: [cosine, { ...cosine, peek: 1 }] })).toEqual([
      "learningRate.cycles[1].peek is not a key; did you mean 'peak'?",
    ])
    expect(errorsOf({ schedule: 'joined', schedules: 1, boundaries: [] })).toEqual([
      'learningRate.schedules must be an array; got 1',
    ])
  })

  test('what only the schedule can tell', () => {
    expect(errorsOf({ schedule: 'joined', schedules: [1, 2, 3], boundaries: [5, 4] })).toEqual([
      'learningRate: boundary must be an integer in [6, inf); got 4',
    ])
    expect(errorsOf({ schedule: 'joined', schedules: [], boundaries: [] })).toEqual([
      'learningRate: schedules must be at least one; got 0',
    ])
    expect(errorsOf({ schedule: 'piecewiseConstant', initial: 1, factors: { soon: 1 } })).toEqual([
      'learningRate: boundary must be an integer in [1, inf); got NaN',
    ])
  })

  test('knots', () => {
    const knot: Record<string, unknown> = { schedule: 'warmUp', steps: 5 }
    knot.next = knot
    expect(errorsOf(knot)[0]).toMatch(/^learningRate(\.next)+ is nested too deeply$/)
    const nest = (depth: number): unknown => (depth === 0 ? 1 : { schedule: 'warmUp', steps: 5, next: nest(depth - 1) })
    expect(errorsOf(nest(20))).toEqual([])
    expect(errorsOf(nest(21))).toHaveLength(1)
  })

  test('no input throws', () => {
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom(...cases.map(([name]) => name)), (junk, schedule) => {
        read(junk)
        read({ schedule, peak: junk, steps: junk, factors: junk, schedules: junk, cycles: junk, next: junk })
        read({ ...Object(junk), schedule })
      }),
    )
  })
})

test('an optimizer from a configuration with schedules is the one that is made with them', () => {
  const run = (transform: P.GradientTransform<unknown>) => {
    const optimizer = P.compile(transform)
    const params = tensors({ w: [1, -2, 3] }, { w: [3] })
    let training = { params, state: optimizer.init(params) }
    for (let t = 0; t < 4; t++)
      training = optimizer.step(training, tensors({ w: [0.1, t, -1] }, { w: [3] }), { epoch: 1 })
    return flat(training.params)
  }
  const optimizers: readonly (readonly [object, P.GradientTransform<unknown>])[] = [
    [
      { optimizer: 'sgd', learningRate: { schedule: 'linear', from: 1, to: 0, steps: 9 } },
      P.sgd({ learningRate: P.linear(1, 0, 9) }),
    ],
    [
      { optimizer: 'adamw', weightDecay: { schedule: 'linear', from: 1, to: 0, steps: 9 } },
      P.adamw({ weightDecay: P.linear(1, 0, 9) }),
    ],
    [
      { optimizer: 'neuroplastic', learningRate: { schedule: 'cosineDecay', peak: 0.1, steps: 9 }, weightDecay: 0.1 },
      P.neuroPlastic({ learningRate: P.cosineDecay(0.1, 9), weightDecay: 0.1 }),
    ],
  ]
  for (const [config, expected] of optimizers) {
    const decoded = E.getOrElseW(() => P.identity)(P.fromConfig(config))
    expect(run(decoded)).toEqual(run(expected))
    expect(run(decoded)).not.toEqual(run(P.sgd({ learningRate: 1 })))
  }
  expect(P.fromConfig({ optimizer: 'adam', learningRate: { schedule: 'linea', from: 1 } })).toMatchObject({
    left: [expect.stringMatching(/^learningRate\.schedule must be one of .*did you mean 'linear'\?$/)],
  })
})
