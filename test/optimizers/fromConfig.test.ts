/** Decoding configuration: defaults, every error at once, and warnings. */
import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  alphaOne,
  boundedNeuroPlastic,
  compile,
  controlledNeuroPlastic,
  fromConfig,
  type GradientTransform,
  gradientOnly,
  hybridAdamW,
  hybridSgdMomentum,
  neuroPlastic,
  orthogonalNeuroPlastic,
} from '../../src/index.js'
import { useBackend } from '../support/backend.js'
import { flat, tensors } from '../support/tensors.js'

const errorsOf = (config: unknown): readonly string[] =>
  E.match(
    (errors: readonly string[]) => errors,
    () => [],
  )(fromConfig(config))

const shapes = { 'conv/kernel': [2, 2, 1, 2], 'conv/bias': [2], 'head/kernel': [2, 3], 'head/bias': [3] }
const spread = (scale: number) =>
  tensors(
    {
      'conv/kernel': [1, -2, 0.5, 3, -1, 0.1, 2, -0.3].map(x => x * scale),
      'conv/bias': [0.2 * scale, -scale],
      'head/kernel': [1, 2, -3, 0.4, 0.5, 0].map(x => x * scale),
      'head/bias': [scale, 0, -scale],
    },
    shapes,
  )

/** Parameters after four steps. */
const trajectory = (transform: GradientTransform<unknown>) => {
  const optimizer = compile(transform)
  const params = spread(1)
  let training = { params, state: optimizer.init(params) }
  for (const epoch of [1, 2, 3, 4]) training = optimizer.step(training, spread(0.3 / epoch), { epoch, totalEpochs: 4 })
  return flat(training.params)
}

beforeAll(() => useBackend('cpu'))

describe('errors', () => {
  test('every problem is reported, with what is right', () => {
    expect(
      errorsOf({
        optimizer: 'neuroplastic',
        learningRate: -1,
        weightDecay: '0',
        plasticity: { minAlpah: 0.1, warmupEpochs: 1.5, mode: 'gradonly', boundedResidual: 1 },
        homeostasis: { targetRms: 0 },
      }),
    ).toEqual([
      'learningRate must be a number in (0, inf); got -1',
      "weightDecay must be a number in [0, inf); got '0'",
      "plasticity.minAlpah is not a key; did you mean 'minAlpha'?",
      "plasticity.mode must be one of 'ruleBased', 'gradOnly'; got 'gradonly'; did you mean 'gradOnly'?",
      'plasticity.warmupEpochs must be an integer in [0, inf); got 1.5',
      'plasticity.boundedResidual must be true or false; got 1',
      'homeostasis.targetRms must be a number in (0, inf); got 0',
    ])
  })

  test('what no field can say by itself', () => {
    expect(
      errorsOf({ optimizer: 'neuroplastic', plasticity: { memoryWeight: 0.5, minAlpha: 3, controllerLow: 2 } }),
    ).toEqual([
      'plasticity.activityWeight, gradientWeight and memoryWeight must add up to 1; got 1.3',
      'plasticity.minAlpha must be at most maxAlpha, 2; got 3',
      'plasticity.controllerLow must be at most controllerHigh, 1.2; got 2',
    ])
  })

  test('an unknown or missing optimizer', () => {
    expect(errorsOf({ optimizer: 'neuroplatsic' })[0]).toMatch(
      /optimizer must be one of .*did you mean 'neuroplastic'\?/,
    )
    for (const config of [undefined, null, 3, 'adam', [], {}])
      expect(errorsOf(config)[0]).toMatch(/must be an object with a key optimizer, one of 'neuroplastic', .*'adam'/)
  })

  test('no input throws', () => {
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom('neuroplastic', 'sgd', 'adam', 'adamw'), (junk, optimizer) => {
        fromConfig(junk)
        fromConfig({ optimizer, learningRate: junk, plasticity: junk })
      }),
    )
  })

  test('every value that is decoded can be compiled', () => {
    const field = fc.oneof(fc.constantFrom(1e-60, 1e-45, Number.MIN_VALUE, 0.2, 0.5, 1, 1e30), fc.double())
    fc.assert(
      fc.property(field, field, field, (eps, minAlpha, baseEps) => {
        const config = { optimizer: 'neuroplastic', plasticity: { eps, minAlpha, baseEps, hybridBase: 'adamw' } }
        E.map((transform: GradientTransform<unknown>) => compile(transform).init({ w: tf.scalar(1) }))(
          fromConfig(config),
        )
      }),
    )
  })
})

test('keys that others make irrelevant are told', () => {
  const warnings: string[] = []
  const warn = (...messages: readonly string[]) => warnings.push(...messages)
  fromConfig({ optimizer: 'neuroplastic', plasticity: { boundedResidual: true, orthogonalResidual: true } }, { warn })
  fromConfig({ optimizer: 'neuroplastic', plasticity: { boundedResidual: true, hybridBase: 'adamw' } }, { warn })
  fromConfig({ optimizer: 'neuroplastic', plasticity: { boundedResidual: true } }, { warn })
  const once = { weightDecay: 0.1, decoupledWeightDecay: true, plasticity: { hybridBase: 'sgdMomentum' } }
  fromConfig({ optimizer: 'neuroplastic', ...once }, { warn })
  expect(warnings).toEqual([
    'plasticity.orthogonalResidual wins over boundedResidual',
    "plasticity.hybridBase 'adamw' makes boundedResidual and orthogonalResidual irrelevant",
  ])
})

test.each<readonly [string, object, GradientTransform<unknown>]>([
  ['classic', {}, neuroPlastic({ learningRate: 0.1 })],
  [
    'gradient-only',
    { plasticity: { mode: 'gradOnly', maxAlpha: 1.5 } },
    gradientOnly({ learningRate: 0.1, plasticity: { maxAlpha: 1.5 } }),
  ],
  [
    'bounded',
    { plasticity: { boundedResidual: true, residualMaxRatio: 0.1 } },
    boundedNeuroPlastic({ learningRate: 0.1, residualMaxRatio: 0.1 }),
  ],
  [
    'orthogonal',
    { weightDecay: 0.1, plasticity: { orthogonalResidual: true, orthogonalSchedule: 'late', orthogonalLambda: 2 } },
    orthogonalNeuroPlastic({ learningRate: 0.1, weightDecay: 0.1, orthogonalSchedule: 'late', orthogonalLambda: 2 }),
  ],
  [
    'hybrid over sgd, decoupled',
    { weightDecay: 0.1, decoupledWeightDecay: true, plasticity: { hybridBase: 'sgdMomentum', phaseScope: 'middle' } },
    hybridSgdMomentum({ learningRate: 0.1, weightDecay: 0.1, decoupledWeightDecay: true, phaseScope: 'middle' }),
  ],
  [
    'hybrid over adamw',
    { weightDecay: 0.1, plasticity: { hybridBase: 'adamw', modulationTarget: 'momentum', layerScope: 'earlyBlocks' } },
    hybridAdamW({ learningRate: 0.1, weightDecay: 0.1, modulationTarget: 'momentum', layerScope: 'earlyBlocks' }),
  ],
  [
    'controller',
    { plasticity: { lrControllerMode: 'layerwise', controllerAlpha: 3 } },
    controlledNeuroPlastic('layerwise', { learningRate: 0.1, controllerAlpha: 3 }),
  ],
  ['no plasticity', { plasticity: { minAlpha: 1, maxAlpha: 1 } }, alphaOne({ learningRate: 0.1 })],
])('the configuration and the constructor of %s agree', (_, config, transform) => {
  const decoded = fromConfig({ optimizer: 'neuroplastic', learningRate: 0.1, ...config }, { warn: () => undefined })
  expect(trajectory(E.getOrElseW(() => neuroPlastic())(decoded))).toEqual(trajectory(transform))
})
