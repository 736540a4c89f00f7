/** What needs no step size, and what averages parameters: ends of ranges, defaults, contexts, configurations. */
import * as tf from '@tensorflow/tfjs'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import * as P from '../../src/index.js'
import { flat } from '../support/tensors.js'
import { graphOf } from './graphOf.js'
import { checkRanges, type Range } from './range.js'

type T = P.GradientTransform<unknown>
/** A factory that is given some options, whatever they are. */
type Factory = (options: never) => T
type Ends = readonly [inside: readonly unknown[], outside: readonly unknown[]]

const below1: Ends = [
  [0, 0.999999],
  [-1e-9, 1],
]
const positive: Ends = [
  [1e-30, 1e30],
  [0, -1, Number.POSITIVE_INFINITY],
]
const nonNegative: Ends = [
  [0, 1e30],
  [-1e-9, Number.POSITIVE_INFINITY],
]
const upTo1: Ends = [
  [1e-30, 1],
  [0, 1.000001],
]
const fraction: Ends = [
  [1e-30, 0.999999],
  [0, 1],
]
const finite: Ends = [[-1e30, 1e30], [Number.POSITIVE_INFINITY]]
const epsilon: Ends = [
  [1e-45, 1],
  [0, 1e-46, -1e-8],
]
const fromOne: Ends = [
  [1, 7],
  [0, 1.5],
]
const fromZero: Ends = [
  [0, 7],
  [-1, 0.5],
]

const base = P.sgd({ learningRate: 0.1, momentum: 0.9 })
const adaptive = { learningRate: 1, weightDecay: 0, b1: 0.9, b2: 0.999, eps: 1e-8, estimLr0: 1e-6 }
const adaptiveEnds = { b1: below1, b2: below1, eps: epsilon, estimLr0: positive }
const model = { weightDecay: 0, lowerBound: 0, adaptLowerBound: false }
const distance = { learningRate: 1, weightDecay: 0, layerwise: false }
const averaging = { b1: 0.9, weightLrPower: 2 }

/** Each: its defaults (all of them, so that another one would show), and where its hyperparameters begin and end. */
const catalogue: Readonly<Record<string, readonly [make: Factory, defaults: object, ends: Record<string, Ends>]>> = {
  scaleByDog: [P.scaleByDog, { initStep: ['heuristic', 1e-6], eps: 1e-8 }, { eps: epsilon }],
  scaleByDowg: [P.scaleByDowg, { initEstimSqDist: 1e-4, eps: 1e-4 }, { initEstimSqDist: positive, eps: epsilon }],
  scaleByDistanceOverGradients: [
    P.scaleByDistanceOverGradients,
    { repsRel: 1e-6, eps: 1e-8, globalScale: 1 },
    { repsRel: positive, eps: epsilon, globalScale: finite },
  ],
  scaleByCocob: [P.scaleByCocob, { alpha: 100, eps: 1e-8 }, { alpha: positive, eps: epsilon }],
  mechanize: [
    (options: P.MechanicOptions) => P.mechanize(base, options),
    { weightDecay: 1e-2, eps: 1e-8, sInit: 1e-6, numBetas: 6 },
    { weightDecay: nonNegative, eps: epsilon, sInit: positive, numBetas: fromOne },
  ],
  scheduleFree: [
    (options: Partial<P.ScheduleFreeOptions>) => P.scheduleFree(base, { learningRate: 0.1, ...options }),
    averaging,
    { learningRate: positive, b1: upTo1, weightLrPower: nonNegative },
  ],
  sam: [
    (options: P.SamOptions) => P.sam(base, base, options),
    { syncPeriod: 2, resetState: true },
    { syncPeriod: fromOne },
  ],
  lookahead: [
    (options: P.LookaheadOptions) => P.lookahead(base, options),
    { syncPeriod: 5, slowStepSize: 0.5, resetState: false },
    { syncPeriod: fromOne, slowStepSize: upTo1 },
  ],
  reduceOnPlateau: [
    P.reduceOnPlateau,
    { factor: 0.1, patience: 10, rtol: 1e-4, atol: 0, cooldown: 0, accumulationSize: 1, minScale: 0 },
    {
      factor: fraction,
      patience: fromOne,
      rtol: [
        [1e-30, 1],
        [-1e-9, 1.000001],
      ],
      atol: nonNegative,
      cooldown: fromZero,
      accumulationSize: fromOne,
      minScale: nonNegative,
    },
  ],
  prodigy: [
    P.prodigy,
    { ...adaptive, b3: 0.999 ** 0.5, estimLrCoef: 1, safeguardWarmup: false },
    { ...adaptiveEnds, learningRate: positive, b3: below1, estimLrCoef: positive },
  ],
  dadaptAdamw: [P.dadaptAdamw, adaptive, { ...adaptiveEnds, learningRate: positive }],
  dog: [P.dog, { ...distance, initStep: ['heuristic', 1e-6], eps: 1e-8 }, { learningRate: positive, eps: epsilon }],
  dowg: [
    P.dowg,
    { ...distance, initEstimSqDist: 1e-4, eps: 1e-4 },
    { learningRate: positive, initEstimSqDist: positive },
  ],
  cocob: [
    P.cocob,
    { learningRate: 1, weightDecay: 0, alpha: 100, eps: 1e-8 },
    { learningRate: positive, alpha: positive },
  ],
  momo: [
    P.momo,
    { ...model, learningRate: 1, beta: 0.9 },
    { learningRate: positive, weightDecay: nonNegative, lowerBound: finite, beta: below1 },
  ],
  momoAdam: [
    P.momoAdam,
    { ...model, learningRate: 1e-2, b1: 0.9, b2: 0.999, eps: 1e-8 },
    { learningRate: positive, weightDecay: nonNegative, b1: below1, b2: below1, eps: epsilon },
  ],
  scheduleFreeSgd: [
    P.scheduleFreeSgd,
    { ...averaging, learningRate: 1, weightDecay: 0 },
    { learningRate: positive, b1: upTo1, weightLrPower: nonNegative },
  ],
  scheduleFreeAdamw: [
    P.scheduleFreeAdamw,
    { ...averaging, learningRate: 0.0025, weightDecay: 0, b2: 0.999, eps: 1e-8 },
    { learningRate: positive, b1: upTo1, b2: below1, weightLrPower: nonNegative, eps: epsilon },
  ],
}

checkRanges([
  ...Object.entries(catalogue).flatMap(([name, [make, , ends]]) =>
    Object.entries(ends).map(
      ([option, [inside, outside]]): Range => [
        name,
        (value: unknown) => make({ [option]: value } as never),
        option,
        inside,
        outside,
      ],
    ),
  ),
  ...(['heuristic', 'distance', 'learningRate'] as const).map(
    (kind): Range => [
      `scaleByDog ${kind}`,
      (value: number) => P.scaleByDog({ initStep: [kind, value] }),
      'initStep',
      ...positive,
    ],
  ),
  ['emaParams', (decay: number) => P.emaParams(decay), 'decay', ...below1],
  ['incrementalUpdate', (s: number) => P.incrementalUpdate({}, {}, s), 'stepSize', [0, 1], [-1e-9, 1.000001]],
  ['scheduleFreeSgd', (warmupSteps: number) => P.scheduleFreeSgd({ warmupSteps }), 'warmupSteps', ...fromOne],
])

describe('defaults', () => {
  test.each(Object.entries(catalogue))('of %s', (_, [make, defaults]) => {
    const graph = graphOf(make({} as never), ['loss'])
    expect(graph).toBe(graphOf(make(defaults as never), ['loss']))
    for (const [option, value] of Object.entries(defaults)) {
      const other =
        typeof value !== 'number'
          ? Array.isArray(value)
            ? ['distance', value[1]]
            : !value
          : Number.isInteger(value)
            ? value + 1
            : value / 2
      expect(graphOf(make({ [option]: other } as never), ['loss']), option).not.toBe(graph)
    }
  })
})

test('a tolerance of 0 is refused where both are', () => {
  expect(() => P.reduceOnPlateau({ rtol: 0 })).toThrow('atol must be positive where rtol is 0; got 0')
  expect(() => P.reduceOnPlateau({ rtol: 0, atol: 1e-9 })).not.toThrow()
})

test('an unknown kind of first step is refused', () => {
  const kind = 'guess' as 'distance'
  expect(() => P.scaleByDog({ initStep: [kind, 1] })).toThrow(
    "initStep must be one of 'heuristic', 'distance', 'learningRate'; got 'guess'",
  )
})

const vector = (...xs: readonly number[]) => tf.tensor1d([...xs], 'float32')

describe('the loss', () => {
  test.each([
    ['reduceOnPlateau', P.reduceOnPlateau()],
    ['momo', P.momo()],
    ['momoAdam', P.momoAdam()],
  ] as const)('%s asks for it by name', (name, transform: T) => {
    const params = { w: vector(1) }
    const optimizer = P.compile(transform)
    expect(() => optimizer.update({ w: vector(1) }, optimizer.init(params), params)).toThrow(
      `${name} needs 'loss' from the context`,
    )
  })
})

describe('from a configuration', () => {
  const read = (config: object) => P.fromConfig(config)
  const graph = (config: object) =>
    E.match(
      (errors: readonly string[]) => errors.join('\n'),
      (transform: T) => graphOf(transform, ['loss']),
    )(read(config))

  test.each([
    ['dog', { initStep: ['distance', 0.1], layerwise: true, eps: 0.1 }, P.dog],
    ['dowg', { initEstimSqDist: 0.1, layerwise: true, eps: 0.1, weightDecay: 0.1 }, P.dowg],
    ['prodigy', { b3: 0.5, estimLrCoef: 2, safeguardWarmup: true, estimLr0: 0.1, b1: 0.1 }, P.prodigy],
    ['dadaptAdamw', { estimLr0: 0.1, b2: 0.1, weightDecay: 0.1 }, P.dadaptAdamw],
    ['cocob', { alpha: 7, eps: 0.1 }, P.cocob],
    ['momo', { beta: 0.1, lowerBound: 1, adaptLowerBound: true, learningRate: 3 }, P.momo],
    ['momoAdam', { b1: 0.1, eps: 0.1, lowerBound: 1, adaptLowerBound: true }, P.momoAdam],
    ['scheduleFreeSgd', { warmupSteps: 5, b1: 0.5, weightLrPower: 1, learningRate: 3 }, P.scheduleFreeSgd],
    ['scheduleFreeAdamw', { warmupSteps: 5, b2: 0.5, eps: 0.1, weightDecay: 0.1 }, P.scheduleFreeAdamw],
  ] as readonly (readonly [string, object, Factory])[])('%s', (optimizer, options, make) => {
    expect(graph({ optimizer, ...options })).toBe(graphOf(make(options as never), ['loss']))
    expect(graph({ optimizer })).toBe(graphOf(make({} as never), ['loss']))
    expect(make(options as never).config).toEqual({ optimizer, ...options })
  })

  test.each([
    [['distance'], "initStep[0] must be one of 'heuristic', 'distance', 'learningRate'; got an array"],
    [['guess', 1], "initStep[0] must be one of 'heuristic', 'distance', 'learningRate'; got 'guess'"],
    [['distance', 0], 'initStep[1] must be a number in (0, inf); got 0'],
    [['distance', 1, 2], "initStep[0] must be one of 'heuristic', 'distance', 'learningRate'; got an array"],
    [0.1, "initStep[0] must be one of 'heuristic', 'distance', 'learningRate'; got 0.1"],
    [[undefined, 1], "initStep[0] must be one of 'heuristic', 'distance', 'learningRate'; got null"],
  ])('a first step of %j is refused', (initStep, message) => {
    expect(read({ optimizer: 'dog', initStep })).toEqual(E.left([expect.stringContaining(message)]))
  })
})

describe('hyperparameters that the state holds do what plain ones do', () => {
  type Make = (options: Readonly<Record<string, P.Hyperparameter>>) => T
  const adam = { b1: 0.8, b2: 0.9, eps: 0.1, weightDecay: 0.1 }
  test.each([
    ['prodigy', P.prodigy, { ...adam, learningRate: 2, b3: 0.9, estimLr0: 0.01, estimLrCoef: 2 }],
    ['dadaptAdamw', P.dadaptAdamw, { ...adam, learningRate: 2, estimLr0: 0.01 }],
    ['dog', P.dog, { learningRate: 2, eps: 0.1, weightDecay: 0.1 }],
    ['dowg', P.dowg, { learningRate: 2, eps: 0.1, initEstimSqDist: 0.2 }],
    ['scaleByDistanceOverGradients', P.scaleByDistanceOverGradients, { repsRel: 0.1, eps: 0.1, globalScale: 2 }],
    ['cocob', P.cocob, { learningRate: 2, alpha: 3, eps: 0.1 }],
    ['momo', P.momo, { learningRate: 2, beta: 0.5, lowerBound: 0.1, weightDecay: 0.1 }],
    ['momoAdam', P.momoAdam, { ...adam, learningRate: 2, lowerBound: 0.1 }],
    ['scheduleFreeAdamw', P.scheduleFreeAdamw, { ...adam, learningRate: 2, weightLrPower: 1 }],
    ['mechanize', options => P.mechanize(base, options), { weightDecay: 0.1, eps: 0.01, sInit: 0.1 }],
    ['lookahead', options => P.lookahead(base, { ...options, syncPeriod: 2 }), { slowStepSize: 0.3 }],
    [
      'reduceOnPlateau',
      options => P.reduceOnPlateau({ ...options, patience: 1 }),
      { factor: 0.3, rtol: 0.1, atol: 0.2 },
    ],
    ['emaParams', ({ decay = 0 }) => P.emaParams(decay), { decay: 0.3 }],
  ] as readonly (readonly [string, Make, Readonly<Record<string, number>>])[])('%s', (_, make, options) => {
    const after = (transform: T): readonly number[] => {
      const optimizer = P.compile(transform)
      const start: P.Tensors = { w: vector(1, 2, 3) }
      let now = { params: start, state: optimizer.init(start) }
      for (let i = 0; i < 5; i++) now = optimizer.step(now, { w: vector(0.1 * i, -0.2, 0.3) }, { loss: 2 + (i % 2) })
      return flat(now.params).w ?? []
    }
    const expected = after(make(options)).map(x => expect.closeTo(x, 5))
    expect(after(P.injectHyperparameters(make, options))).toEqual(expected)
  })
})

test.each([
  ['stands still at -1', () => -1, -1],
  ['rises from -10', (i: number) => -10 + i / 2, -10],
  ['stands still at 1', () => 1, 1],
] as const)('a plateau of a loss that %s is one', (_, loss, best) => {
  const optimizer = P.compile(P.reduceOnPlateau({ patience: 2, rtol: 0.1 }))
  const [params, grads] = [{ w: tf.tensor1d([1]) }, { w: tf.tensor1d([1]) }]
  let state = optimizer.init(params)
  for (let i = 0; i < 8; i++) state = optimizer.update(grads, state, params, { loss: loss(i) })[1]
  expect(state.bestValue).toBe(best)
  expect(state.scale).toBeCloseTo(0.001, 12)
})

test('a named chain refuses a name that JavaScript would move to the front', () => {
  expect(() => P.namedChain({ 2: P.scale(2), 1: P.addDecayedWeights(1) })).toThrow(
    "the name of a part must be one that keeps its place in a record, as 'part1' does; got '1'",
  )
})
