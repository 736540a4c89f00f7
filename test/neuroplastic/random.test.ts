/** Random configurations over the whole table, against the published equations in double precision. */
import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { beforeAll, describe, expect, test } from 'vitest'
import { compile, fromConfig } from '../../src/index.js'
import { useBackend } from '../support/backend.js'
import { seed } from '../support/seed.js'
import { type Config, neuroPlasticOracle } from './oracle.js'

const shapes: readonly (readonly number[])[] = [[2, 2, 1, 3], [3], [4, 3], [3], [3, 2], [2]]
const sizes = shapes.map(shape => shape.reduce((n, k) => n * k, 1))
const steps = 6

const within = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const weights = fc
  .tuple(within(0, 1), within(0, 1), within(0, 1))
  .filter(ws => ws[0] + ws[1] + ws[2] > 0.1)
  .map(ws => ws.map(w => w / (ws[0] + ws[1] + ws[2])))

const configuration: fc.Arbitrary<Config> = fc.record({
  learningRate: fc.constantFrom(0.01, 0.1, 0.5),
  weightDecay: fc.constantFrom(0, 0.01, 0.1),
  decoupledWeightDecay: fc.boolean(),
  plasticity: fc
    .record({
      mode: fc.constantFrom('ruleBased' as const, 'ruleBased' as const, 'gradOnly' as const),
      weights,
      plasticityScale: fc.constantFrom(0, 0.5, 1, 2),
      warmupEpochs: fc.constantFrom(0, 2, 5),
      minAlpha: within(0.1, 0.9),
      maxAlpha: within(1, 3),
      boundAfterScaling: fc.boolean(),
      parameterwise: fc.boolean(),
      boundedResidual: fc.boolean(),
      residualMaxRatio: within(0, 1),
      orthogonalResidual: fc.boolean(),
      orthogonalLambda: within(0, 2),
      orthogonalMaxRatio: within(0, 1),
      orthogonalNormalization: fc.constantFrom('raw' as const, 'matchGradNorm' as const),
      orthogonalSchedule: fc.constantFrom('constant' as const, 'late' as const, 'cosine' as const),
      orthogonalLateStartFraction: within(0, 0.9),
      hybridBase: fc.constantFrom('classic' as const, 'sgdMomentum' as const, 'adamw' as const),
      modulationTarget: fc.constantFrom('gain' as const, 'momentum' as const, 'trustRatio' as const),
      modulationStrength: within(0, 1),
      modulationMaxRatio: within(0, 1),
      layerScope: fc.constantFrom(
        'all' as const,
        'convOnly' as const,
        'classifierOnly' as const,
        'earlyBlocks' as const,
        'lateBlocks' as const,
      ),
      phaseScope: fc.constantFrom('full' as const, 'early' as const, 'middle' as const, 'late' as const),
      baseMomentum: within(0.1, 0.95),
      baseBeta2: within(0.9, 0.999),
      lrControllerMode: fc.constantFrom(
        'off' as const,
        'global' as const,
        'layerwise' as const,
        'classifierOnly' as const,
      ),
      controllerAlpha: within(0, 2),
      controllerLow: within(0.5, 1),
      controllerHigh: within(1, 2),
    })
    .map(({ weights: [a = 0, g = 0, m = 0], ...p }) => ({
      ...p,
      activityWeight: a,
      gradientWeight: g,
      memoryWeight: m,
    })),
  homeostasis: fc.record({
    maxUpdateNorm: fc.constantFrom(0.05, 1, 100),
    targetRms: within(0.001, 1),
    adaptationRate: within(0, 1),
    earlyTargetRmsScale: within(0.5, 2),
    middleTargetRmsScale: within(0.5, 2),
    lateTargetRmsScale: within(0.5, 2),
  }),
})

const numbers = fc.tuple(
  ...sizes.map(size => fc.array(within(-1, 1).map(Math.fround), { minLength: size, maxLength: size })),
)
const trial = fc.record({
  config: configuration,
  initial: numbers,
  gradients: fc.array(numbers, { minLength: steps, maxLength: steps }),
})

const leaf = (i: number): string => `leaf${i}`
const tensors = (xs: readonly (readonly number[])[]) =>
  Object.fromEntries(xs.map((x, i) => [leaf(i), tf.tensor([...x], [...(shapes[i] ?? [])])]))

describe.each([
  ['cpu', 'tfjs'],
  ['wasm', 'fused'],
] as const)('on %s, %s', (backend, interpreter) => {
  beforeAll(() => useBackend(backend))

  test('every parameter after every step is within 1e-5 of the equations', () => {
    fc.assert(
      fc.property(trial, ({ config, initial, gradients }) => {
        const transform = E.getOrElseW((errors: readonly string[]) => {
          throw new Error(errors.join('\n'))
        })(fromConfig({ optimizer: 'neuroplastic', ...config }, { warn: () => {} }))
        const optimizer = compile(transform, { interpreter })
        const oracle = neuroPlasticOracle(
          config,
          shapes.map(shape => shape.length),
        )
        let expected: readonly (readonly number[])[] = initial
        const start = tensors(initial)
        let training = { params: start, state: optimizer.init(start) }
        gradients.forEach((gradient, step) => {
          const [epoch, totalEpochs] = [2 * step + 1, 2 * steps]
          const grads = tensors(gradient)
          training = optimizer.step(training, grads, { epoch, totalEpochs })
          tf.dispose(grads)
          expected = oracle(gradient, expected, epoch, totalEpochs)
          const errors = expected.flatMap((xs, i) => {
            const actual = training.params[leaf(i)]?.dataSync() ?? []
            return xs.map((x, j) => Math.abs((actual[j] ?? Number.NaN) - x) / (1 + Math.abs(x)))
          })
          expect(Math.max(...errors), `step ${step + 1}`).toBeLessThanOrEqual(1e-5)
        })
        tf.dispose([training.params, training.state])
      }),
      { seed, numRuns: 60 },
    )
  })
})
