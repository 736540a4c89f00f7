/** Optimizers by block, of matrices, with noise, for games, and of optax's `contrib`: a configuration of all defaults. */
import { beforeAll, expect, test } from 'vitest'
import * as P from '../../src/index.js'
import { useBackend } from '../support/backend.js'
import { read, trajectory } from './trajectory.js'

beforeAll(() => useBackend('cpu'))

const moments = { b1: 0.9, b2: 0.999, eps: 1e-8 }
/** Each with all its defaults said. */
const explicit: readonly (readonly [P.GradientTransform<unknown>, Readonly<Record<string, unknown>>])[] = [
  [P.sm3(), { optimizer: 'sm3', learningRate: 0.1, momentum: 0.9, weightDecay: 0 }],
  [
    P.adafactor(),
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
    P.lars(),
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
    P.muon(),
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
