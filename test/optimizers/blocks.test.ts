/** Optimizers by block, of matrices, with noise, for games, and of optax's `contrib`: every option, from configuration too. */
import { beforeAll, describe, expect, test } from 'vitest'
import * as P from '../../src/index.js'
import * as optimizers from '../../src/optimizers/catalogue.js'
import { useBackend } from '../support/backend.js'
import { errorsOf, read, trajectory } from './trajectory.js'

beforeAll(() => useBackend('cpu'))

const { adafactor } = P
const catalogue = optimizers as unknown as Readonly<Record<string, unknown>>

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

  /** The first value past an end of each option, wherever it is an option. */
  const outside: Readonly<Record<string, readonly number[]>> = {
    learningRate: [0],
    weightDecay: [-1e-9],
    momentum: [-1e-9, 1],
    b1: [-1e-9, 1],
    b2: [-1e-9, 1],
    decayRate: [-1e-9],
    stepOffset: [-1, 0.5],
    minDimSizeToFactor: [0, 1.5],
    clippingThreshold: [0],
    trustCoefficient: [0],
    epsRoot: [-1e-9],
    minNorm: [-1e-9],
    eta: [-1e-9],
    gamma: [-1e-9],
    seed: [-1, 0.5],
    maxLearningRate: [0],
    scaling: [0],
    eps: [-1e-9],
    nsSteps: [-1, 0.5],
    beta: [Number.POSITIVE_INFINITY],
    alpha: [Number.POSITIVE_INFINITY],
    fMin: [Number.POSITIVE_INFINITY],
    consistentRms: [0],
    adamB1: [-1e-9, 1],
    adamB2: [-1e-9, 1],
    adamEpsRoot: [-1e-9],
    adamWeightDecay: [-1e-9],
    adamLearningRate: [0],
    clipThreshold: [0],
  }
  const more = [
    ['muon', 'beta', 1],
    ['muon', 'beta', -1e-9],
    ['muon', 'eps', 0],
    ['sophia', 'gamma', 0],
    ['sophia', 'b2', 1],
    ['sm3', 'momentum', 1],
  ] as const
  test.each([
    ...more,
    ...others.flatMap(([optimizer, options]) =>
      Object.keys(options).flatMap(option => (outside[option] ?? []).map(value => [optimizer, option, value] as const)),
    ),
  ])('%s, %s of %d is refused by the reader', (optimizer, option, value) => {
    expect(errorsOf({ optimizer, [option]: value })).toEqual([expect.stringContaining(option)])
  })

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
