/** Optimizers by block, of matrices, with noise, for games, and of optax's `contrib`: defaults, and from configuration. */
import * as E from 'fp-ts/lib/Either.js'
import { beforeAll, describe, expect, test } from 'vitest'
import * as P from '../../src/index.js'
import * as optimizers from '../../src/optimizers/catalogue.js'
import { useBackend } from '../support/backend.js'
import { flat, type Shapes, tensors } from '../support/tensors.js'

beforeAll(() => useBackend('cpu'))

const shapes: Shapes = { conv: [2, 2, 1, 2], kernel: [3, 2], bias: [2] }
const drawn = (phase: number) =>
  tensors(
    Object.fromEntries(
      Object.entries(shapes).map(([leaf, shape], k) => [
        leaf,
        Array.from({ length: shape.reduce((n, m) => n * m, 1) }, (_, i) => Math.sin(1.7 * i + k + phase)),
      ]),
    ),
    shapes,
  )

const trajectory = (transform: P.GradientTransform<unknown>) => {
  const optimizer = P.compile(transform)
  const params = drawn(0)
  let training = { params, state: optimizer.init(params) }
  for (const t of [1, 2, 3, 4]) training = optimizer.step(training, drawn(t), { loss: 1 / t })
  return flat(training.params)
}

const { adafactor, lars, muon } = P
const moments = { b1: 0.9, b2: 0.999, eps: 1e-8 }
/** Each with all its defaults said. */
const explicit: readonly (readonly [P.GradientTransform<unknown>, Readonly<Record<string, unknown>>])[] = [
  [P.sm3(), { optimizer: 'sm3', learningRate: 0.1, momentum: 0.9, weightDecay: 0 }],
  [
    adafactor(),
    {
      optimizer: 'adafactor',
      factored: true,
      decayRate: 0.8,
      stepOffset: 0,
      minDimSizeToFactor: 128,
      eps: 1e-30,
      multiplyByParameterScale: true,
      clippingThreshold: 1,
      weightDecay: 0,
    },
  ],
  [
    lars(),
    {
      optimizer: 'lars',
      learningRate: 1,
      weightDecay: 0,
      trustCoefficient: 0.001,
      eps: 0,
      trustRatioMask: '.*',
      momentum: 0.9,
      nesterov: false,
    },
  ],
  [P.lamb(), { optimizer: 'lamb', learningRate: 1e-3, ...moments, eps: 1e-6, epsRoot: 0, weightDecay: 0, mask: '.' }],
  [P.fromage(), { optimizer: 'fromage', learningRate: 0.01, minNorm: 1e-6, weightDecay: 0 }],
  [P.noisySgd(), { optimizer: 'noisySgd', learningRate: 0.01, eta: 0.01, gamma: 0.55, seed: 0, weightDecay: 0 }],
  [
    P.optimisticGradientDescent(),
    { optimizer: 'optimisticGradientDescent', learningRate: 0.01, alpha: 1, beta: 1, weightDecay: 0 },
  ],
  [
    P.optimisticAdam(),
    {
      optimizer: 'optimisticAdam',
      learningRate: 1e-3,
      ...moments,
      epsRoot: 0,
      biasCorrection: true,
      nesterov: true,
      alpha: 1,
      beta: 1,
      weightDecay: 0,
    },
  ],
  [
    P.polyakSgd(),
    { optimizer: 'polyakSgd', maxLearningRate: 1, scaling: 1, fMin: 0, eps: 0, variant: 'sps', weightDecay: 0 },
  ],
  [
    muon(),
    {
      optimizer: 'muon',
      learningRate: 1e-3,
      weightDecay: 0,
      nsCoeffs: 'standard',
      nsSteps: 5,
      beta: 0.95,
      eps: 1e-8,
      nesterov: true,
      adaptive: false,
      biasCorrection: true,
      convolutions: false,
      adamB1: 0.9,
      adamB2: 0.999,
      adamEpsRoot: 0,
      adamWeightDecay: 0,
      adamLearningRate: 1e-3,
    },
  ],
  [
    P.sophia(),
    {
      optimizer: 'sophia',
      learningRate: 1e-4,
      b1: 0.965,
      b2: 0.99,
      eps: 1e-8,
      gamma: 0.01,
      clipThreshold: 1,
      weightDecay: 1e-4,
    },
  ],
  [P.madgrad(), { optimizer: 'madgrad', learningRate: 0.01, momentum: 0.9, eps: 1e-6, weightDecay: 0 }],
  [
    P.acprop(),
    { optimizer: 'acprop', learningRate: 1e-3, b1: 0.9, b2: 0.999, eps: 1e-16, epsRoot: 1e-16, weightDecay: 0 },
  ],
]

const catalogue = optimizers as unknown as Readonly<Record<string, unknown>>
const read = (config: unknown) =>
  E.getOrElseW((errors: readonly string[]) => {
    throw new Error(errors.join('\n'))
  })(P.fromConfig(config))
const errorsOf = (config: unknown) =>
  E.match(
    (errors: readonly string[]) => errors,
    () => [],
  )(P.fromConfig(config))

test.each(explicit.map(([made, config]) => [String(config.optimizer), made, config] as const))(
  '%s: a configuration of its defaults is itself, and so is its name alone',
  (optimizer, made, config) => {
    const expected = trajectory(made)
    expect(trajectory(read(config))).toEqual(expected)
    expect(trajectory(read({ optimizer }))).toEqual(expected)
    expect(made.config).toEqual({ optimizer })
    expect(read(config).config).toEqual(config)
  },
)

/** For each option of a name a value that changes what is computed. */
const others: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['sm3', { learningRate: 0.2, momentum: 0.5, weightDecay: 0.1 }],
  [
    'adafactor',
    {
      learningRate: 0.2,
      decayRate: 0.5,
      stepOffset: 2,
      minDimSizeToFactor: 2,
      eps: 0.1,
      multiplyByParameterScale: false,
      clippingThreshold: 0.5,
      momentum: 0.5,
      weightDecay: 0.1,
    },
  ],
  [
    'lars',
    { learningRate: 2, weightDecay: 0.1, trustCoefficient: 0.1, eps: 1, trustRatioMask: 'kernel', momentum: 0.5 },
  ],
  ['lars', { nesterov: true }],
  ['lamb', { learningRate: 0.1, b1: 0.5, b2: 0.5, eps: 0.1, epsRoot: 0.1, weightDecay: 0.1 }],
  ['fromage', { learningRate: 0.1, minNorm: 10, weightDecay: 0.1 }],
  ['noisySgd', { learningRate: 0.1, eta: 1, gamma: 2, seed: 1, weightDecay: 0.1 }],
  ['optimisticGradientDescent', { learningRate: 0.1, alpha: 2, beta: 2, weightDecay: 0.1 }],
  [
    'optimisticAdam',
    {
      learningRate: 0.1,
      alpha: 2,
      beta: 2,
      b1: 0.5,
      b2: 0.5,
      eps: 0.1,
      epsRoot: 0.1,
      nesterov: false,
      biasCorrection: false,
      weightDecay: 0.1,
    },
  ],
  ['polyakSgd', { maxLearningRate: 0.01, scaling: 2, fMin: 0.1, eps: 1, weightDecay: 0.1 }],
  ['polyakSgd', { fMin: 9 }],
  [
    'muon',
    {
      learningRate: 0.1,
      weightDecay: 0.1,
      nsCoeffs: 'dion',
      nsSteps: 3,
      beta: 0.5,
      eps: 0.1,
      nesterov: false,
      adaptive: true,
      biasCorrection: false,
      consistentRms: 0.2,
      convolutions: true,
      adamB1: 0.5,
      adamB2: 0.5,
      adamEpsRoot: 0.1,
      adamWeightDecay: 0.1,
      adamLearningRate: 0.1,
    },
  ],
  ['sophia', { learningRate: 0.1, b1: 0.5, eps: 10, clipThreshold: 0.1, weightDecay: 0.1 }],
  ['madgrad', { learningRate: 0.1, momentum: 0.5, eps: 0.1, weightDecay: 0.1 }],
  ['acprop', { learningRate: 0.1, b1: 0.5, b2: 0.5, eps: 0.1, epsRoot: 0.1, weightDecay: 0.1 }],
]

describe('every option has its say', () => {
  test.each(others.flatMap(([optimizer, options]) => Object.entries(options).map(o => [optimizer, ...o] as const)))(
    '%s, %s',
    (optimizer, option, value) => {
      expect(trajectory(read({ optimizer, [option]: value }))).not.toEqual(trajectory(read({ optimizer })))
      expect(errorsOf({ optimizer, [option]: 'nonsense(' })).toHaveLength(1)
    },
  )

  const structural = ['minDimSizeToFactor', 'nsSteps', 'seed']
  test.each(
    others.flatMap(([optimizer, options]) =>
      Object.entries(options).flatMap(([option, value]) =>
        typeof value === 'number' && !structural.includes(option) ? [[optimizer, option, value] as const] : [],
      ),
    ),
  )('%s, %s as an entry of the state', (optimizer, option, value) => {
    type Make = (options: Readonly<Record<string, P.Hyperparameter>>) => P.GradientTransform<unknown>
    const injected = trajectory(P.injectHyperparameters(catalogue[optimizer] as Make, { [option]: value }))
    const expected = trajectory(read({ optimizer, [option]: value }))
    for (const [leaf, xs] of Object.entries(expected)) expect(injected[leaf]).toEqual(xs.map(x => expect.closeTo(x, 5)))
  })

  test('a mask keeps the decay from the others', () => {
    for (const [optimizer, { weightDecay }] of others.filter(([, { weightDecay }]) => weightDecay !== undefined)) {
      const plain = trajectory(read({ optimizer, weightDecay: 0 }))
      const masked = trajectory(read({ optimizer, weightDecay, mask: 'kernel' }))
      expect(masked.kernel, optimizer).not.toEqual(plain.kernel)
      // Where a step size or a clip is of all leaves together, the others' decay is felt.
      if (optimizer !== 'polyakSgd') expect(masked.bias, optimizer).toEqual(plain.bias)
    }
  })

  test('factoring can be turned off, curvature weighed, a step below the least loss refused', () => {
    const differ = (a: P.GradientTransform<unknown>, b: P.GradientTransform<unknown>) =>
      expect(trajectory(a)).not.toEqual(trajectory(b))
    differ(adafactor({ minDimSizeToFactor: 2 }), adafactor({ minDimSizeToFactor: 2, factored: false }))
    const curved = (options: P.SophiaOptimizerOptions) =>
      P.provide(
        'hessian',
        P.leafwise(g => g.square().mul(300)),
        P.sophia({ clipThreshold: 100, ...options }),
      )
    differ(curved({}), curved({ gamma: 0.1 }))
    differ(curved({}), curved({ b2: 0.5 }))
    differ(P.polyakSgd({ fMin: 2 }), P.polyakSgd({ fMin: 2, variant: 'sps+' }))
  })
})
