/** The adaptive optimizers: defaults, configuration, symbolic hyperparameters, and the names of their states. */
import * as tf from '@tensorflow/tfjs'
import * as E from 'fp-ts/lib/Either.js'
import { beforeAll, describe, expect, test } from 'vitest'
import * as P from '../../src/index.js'
import { flat } from '../support/tensors.js'
import { graphOf } from '../transform/graphOf.js'

type T = P.GradientTransform<unknown>
type Options = Readonly<Record<string, unknown>>

/** Any of the catalogue, given options whatever they are. */
type Make = (options?: Options) => T
const adam = { b1: 0.9, b2: 0.999, eps: 1e-8, epsRoot: 0 }
const other = { learningRate: 0.3, b1: 0.6, b2: 0.7, eps: 0.1, epsRoot: 0.2, weightDecay: 0.4 }

/** Each optimizer: all its defaults, and other values for all its options. */
const catalogue: Readonly<Record<string, readonly [make: unknown, defaults: Options, others: Options]>> = {
  sgd: [
    P.sgd,
    { learningRate: 0.01, momentum: 0, nesterov: false, dampening: 0, weightDecay: 0 },
    { learningRate: 0.3, momentum: 0.8, nesterov: true, dampening: 0.2, weightDecay: 0.1 },
  ],
  adam: [
    P.adam,
    { ...adam, learningRate: 1e-3, weightDecay: 0, biasCorrection: true, nesterov: false, amsgrad: false },
    { ...other, biasCorrection: false, nesterov: true },
  ],
  adamw: [
    P.adamw,
    { ...adam, learningRate: 1e-3, weightDecay: 1e-4, biasCorrection: true, nesterov: false, amsgrad: false },
    { ...other, biasCorrection: false, amsgrad: true },
  ],
  amsgrad: [
    P.amsgrad,
    { ...adam, learningRate: 1e-3, weightDecay: 0, biasCorrection: true, maximumOf: 'moment' },
    { ...other, maximumOf: 'correctedMoment' },
  ],
  adamax: [
    P.adamax,
    { learningRate: 2e-3, b1: 0.9, b2: 0.999, eps: 1e-8, weightDecay: 0 },
    { learningRate: 0.3, b1: 0.6, b2: 0.7, eps: 0.1, weightDecay: 0.2 },
  ],
  adamaxw: [
    P.adamaxw,
    { learningRate: 2e-3, b1: 0.9, b2: 0.999, eps: 1e-8, weightDecay: 1e-4 },
    { learningRate: 0.3, b1: 0.6, b2: 0.7, eps: 0.1, weightDecay: 0.2 },
  ],
  adabelief: [
    P.adabelief,
    { learningRate: 1e-3, b1: 0.9, b2: 0.999, eps: 1e-16, epsRoot: 1e-16, weightDecay: 0, nesterov: false },
    { ...other, nesterov: true },
  ],
  yogi: [
    P.yogi,
    { ...adam, learningRate: 0.01, eps: 1e-3, weightDecay: 0, initialAccumulator: 1e-6 },
    { ...other, initialAccumulator: 0.5 },
  ],
  nadam: [P.nadam, { ...adam, learningRate: 2e-3, weightDecay: 0 }, { ...other, momentumDecay: 0.1 }],
  nadamw: [P.nadamw, { ...adam, learningRate: 2e-3, weightDecay: 1e-4 }, { ...other, momentumDecay: 0.1 }],
  radam: [
    P.radam,
    { ...adam, learningRate: 1e-3, weightDecay: 0, threshold: 5, nesterov: false, epsAfterCorrection: true },
    { ...other, threshold: 6, nesterov: true, epsAfterCorrection: false },
  ],
  adan: [
    P.adan,
    { learningRate: 1e-3, b1: 0.98, b2: 0.92, b3: 0.99, eps: 1e-8, epsRoot: 1e-8, weightDecay: 0 },
    { ...other, b3: 0.8 },
  ],
  ademamix: [
    P.ademamix,
    { ...adam, learningRate: 1e-3, b3: 0.9999, alpha: 5, weightDecay: 0 },
    { ...other, b3: 0.8, alpha: 2 },
  ],
  adopt: [
    P.adopt,
    { learningRate: 1e-3, b1: 0.9, b2: 0.9999, eps: 1e-6, nesterov: false, useClipping: true, weightDecay: 0 },
    { learningRate: 0.3, b1: 0.6, b2: 0.7, eps: 0.1, nesterov: true, clipValue: 0.7, weightDecay: 0.2 },
  ],
  novograd: [P.novograd, { learningRate: 0.01, b1: 0.9, b2: 0.25, eps: 1e-6, epsRoot: 0, weightDecay: 0 }, other],
  rmsprop: [
    P.rmsprop,
    {
      learningRate: 0.01,
      decay: 0.9,
      eps: 1e-8,
      initialScale: 0,
      epsInSqrt: true,
      biasCorrection: false,
      centered: false,
      momentum: 0,
      nesterov: false,
      weightDecay: 0,
    },
    {
      learningRate: 0.3,
      decay: 0.7,
      eps: 0.1,
      initialScale: 0.2,
      epsInSqrt: false,
      biasCorrection: true,
      centered: true,
      momentum: 0.6,
      nesterov: true,
      weightDecay: 0.2,
    },
  ],
  adagrad: [
    P.adagrad,
    { learningRate: 0.01, initialAccumulator: 0.1, eps: 1e-7, epsInSqrt: true, lrDecay: 0, weightDecay: 0 },
    { learningRate: 0.3, initialAccumulator: 0.2, eps: 0.1, epsInSqrt: false, lrDecay: 0.3, weightDecay: 0.2 },
  ],
  adadelta: [
    P.adadelta,
    { learningRate: 1, rho: 0.9, eps: 1e-6, weightDecay: 0 },
    { learningRate: 0.3, rho: 0.7, eps: 0.1, weightDecay: 0.2 },
  ],
  lion: [
    P.lion,
    { learningRate: 1e-4, b1: 0.9, b2: 0.99, mode: 'hard', weightDecay: 1e-3 },
    { learningRate: 0.3, b1: 0.6, b2: 0.7, mode: 'smooth', smoothBeta: 2, weightDecay: 0.2 },
  ],
  rprop: [
    P.rprop,
    { learningRate: 0.01, etaMinus: 0.5, etaPlus: 1.2, minStepSize: 1e-6, maxStepSize: 50, weightDecay: 0 },
    { learningRate: 0.3, etaMinus: 0.4, etaPlus: 1.5, minStepSize: 0.1, maxStepSize: 2, weightDecay: 0.2 },
  ],
  signSgd: [P.signSgd, { learningRate: 1e-3, weightDecay: 0 }, { learningRate: 0.3, weightDecay: 0.2 }],
  signum: [
    P.signum,
    { learningRate: 1e-3, momentum: 0.9, weightDecay: 0 },
    { learningRate: 0.3, momentum: 0.6, weightDecay: 0.2 },
  ],
}

const entries = Object.entries(catalogue).map(([name, [make, defaults, others]]) => ({
  name,
  make: make as Make,
  defaults,
  others,
}))

const decoded = (config: unknown): T =>
  E.getOrElseW((errors: readonly string[]) => {
    throw new Error(errors.join('\n'))
  })(P.fromConfig(config))

const errorsOf = (config: unknown): readonly string[] =>
  E.match(
    (errors: readonly string[]) => errors,
    () => [],
  )(P.fromConfig(config))

describe.each(entries)('$name', ({ name, make, defaults, others }) => {
  test('defaults are what they are said to be', () => {
    expect(graphOf(make())).toBe(graphOf(make(defaults)))
  })

  test('a configuration gives what the constructor gives', () => {
    for (const options of [{}, defaults, others, { ...others, learningRate: 0.7 }])
      expect(graphOf(decoded({ optimizer: name, ...options }))).toBe(graphOf(make(options)))
    expect(make(others).config).toEqual({ optimizer: name, ...others })
  })

  test('each option makes a difference', () => {
    for (const [option, value] of Object.entries(defaults)) {
      const { [option]: _, ...rest } = others
      if (option in others && others[option] !== value)
        expect(graphOf(make({ ...rest, [option]: value })), option).not.toBe(graphOf(make(others)))
    }
  })

  test('what is no option, or out of its range, is refused with its name', () => {
    expect(errorsOf({ optimizer: name, learningRates: 1 })).toEqual([
      expect.stringMatching(/^learningRates is not a key/),
    ])
    for (const [option, value] of Object.entries(others))
      if (typeof value === 'number')
        expect(errorsOf({ optimizer: name, [option]: -1 }), option).toEqual([
          expect.stringMatching(new RegExp(`^${option} must be `)),
        ])
      else expect(errorsOf({ optimizer: name, [option]: 'junk' }), option).toHaveLength(1)
  })

  test('the decay is for the leaves of the mask alone, and a schedule steers the learning rate', () => {
    const masked = graphOf(decoded({ optimizer: name, ...others, mask: 'nothing' }))
    expect(masked).toContain('count') // of the decay, which runs on no leaf
    expect(masked).not.toBe(graphOf(make(others)))
    if (name !== 'rprop') expect(graphOf(make({ learningRate: P.linear(0, 1, 10) }))).not.toBe(graphOf(make({})))
  })
})

beforeAll(() => tf.setBackend('cpu'))

/** Parameters after five steps. */
const trajectory = (transform: T) => {
  const optimizer = P.compile(transform)
  const params = { kernel: tf.tensor2d([1, -2, 0.5, 3], [2, 2]), bias: tf.tensor1d([0.3, -1]) }
  let training = { params, state: optimizer.init(params) } as unknown as Parameters<typeof optimizer.step>[0]
  for (const k of [1, -2, 0.5, 1, 1])
    training = optimizer.step(training, {
      kernel: tf.tensor2d([0.1, 2, -0.5, 1], [2, 2]).mul(k),
      bias: tf.tensor1d([1, -0.01]).mul(k),
    })
  return flat(training.params)
}

test.each(entries)('$name: numbers may be entries of the state', ({ make, others }) => {
  const numeric = Object.fromEntries(Object.entries(others).filter(([, value]) => typeof value === 'number'))
  const fixed = Object.fromEntries(Object.entries(others).filter(([, value]) => typeof value !== 'number'))
  const injected = P.injectHyperparameters(
    ((options: Options) => make({ ...fixed, ...options })) as (options: Readonly<Record<string, P.Scalar>>) => T,
    numeric as Readonly<Record<string, number>>,
  )
  const [a, b] = [trajectory(injected), trajectory(make(others))]
  for (const [leaf, xs] of Object.entries(b)) expect(a[leaf]).toEqual(xs.map(x => expect.closeTo(x, 5)))
})

/** Every step count in a state. */
const countsIn = (state: unknown): readonly number[] =>
  typeof state === 'object' && state !== null && !(state instanceof tf.Tensor)
    ? Object.entries(state).flatMap(([key, value]) => (key === 'count' ? [value as number] : countsIn(value)))
    : []

test.each(entries)('$name: each count goes up by one a step', ({ make, others }) => {
  const optimizer = P.compile(make(others))
  const params = { w: tf.ones([2]) }
  let state = optimizer.init(params)
  expect(countsIn(state)).toEqual(countsIn(state).map(() => 0))
  for (let step = 0; step < 3; step++) [, state] = optimizer.update(params, state, params)
  expect(countsIn(state).length).toBeGreaterThan(0)
  expect(countsIn(state)).toEqual(countsIn(state).map(() => 3))
})

describe('what no option can say by itself', () => {
  test('the smallest step size of Rprop is not above the largest', () => {
    const options = { minStepSize: 2, maxStepSize: 1 }
    expect(errorsOf({ optimizer: 'rprop', ...options })).toEqual([
      'minStepSize must be at most maxStepSize, which is 1; got 2',
    ])
    expect(() => P.rprop(options)).toThrow(P.HyperparameterError)
  })

  test('AMSGrad does not look ahead', () => {
    const options = { amsgrad: true, nesterov: true }
    for (const optimizer of ['adam', 'adamw'])
      expect(errorsOf({ optimizer, ...options })).toEqual(['nesterov must be false where amsgrad is true; got true'])
    expect(() => P.adam(options)).toThrow(P.HyperparameterError)
  })
})

test('states have names', () => {
  const params = { w: tf.zeros([2]) }
  expect(Object.keys(P.compile(P.amsgrad()).init(params).moments.nuMax)).toEqual(['w'])
  expect(P.compile(P.nadamw({ momentumDecay: 0.1 })).init(params).moments.count).toBe(0)
  expect(P.compile(P.novograd()).init(params).moments.norm.nu.w?.shape).toEqual([])
  expect(
    P.compile(P.rprop({ learningRate: 0.5 }))
      .init(params)
      .moments.stepSizes.w?.dataSync()[0],
  ).toBe(0.5)
  expect(P.compile(P.lion()).init(params).decay.count).toBe(0)
})

test('constructors refuse what configurations refuse', () => {
  expect(() => P.sgd({ dampening: 1.1 })).toThrow('dampening must be a number in [0, 1]; got 1.1')
  expect(() => P.sgd({ dampening: 1, momentum: 0.9 })).not.toThrow()
  expect(() => P.adagrad({ lrDecay: -0.1 })).toThrow('lrDecay must be a number in [0, inf); got -0.1')
  expect(() => P.adagrad({ lrDecay: 1, learningRate: 0 })).toThrow('learningRate must be a number in (0, inf); got 0')
  expect(() => P.signum({ momentum: 1 })).toThrow(P.HyperparameterError)
})
