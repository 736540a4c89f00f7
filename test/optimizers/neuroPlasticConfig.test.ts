/** What a variant says of itself makes the same transform, node by node. */
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import {
  alphaAveraged,
  alphaGrafted,
  alphaOne,
  alphaShuffled,
  boundedNeuroPlastic,
  controlledNeuroPlastic,
  controlsOf,
  fromConfig,
  type GradientTransform,
  gradientOnly,
  hybridAdamW,
  hybridSgdMomentum,
  neuroPlastic,
  orthogonalNeuroPlastic,
} from '../../src/index.js'
import { traceUpdate } from '../../src/interpret/trace.js'

/** A transform as its graph; what an opaque node runs is not of it. */
const graphOf = (transform: GradientTransform<unknown>): string => {
  const { graph, slots, updates, next } = traceUpdate(transform, {
    params: { 'conv/kernel': [2, 2, 1, 2], 'conv/bias': [2], 'head/kernel': [2, 3], 'head/bias': [3] },
    present: ['conv/kernel', 'conv/bias', 'head/kernel', 'head/bias'],
    scalars: ['epoch', 'totalEpochs'],
    trees: {},
  })
  return JSON.stringify({ graph, slots, updates, next })
}

const common = {
  learningRate: 0.3,
  weightDecay: 0.02,
  plasticity: { minAlpha: 0.3, warmupEpochs: 3, eps: 1e-5 },
  homeostasis: { targetRms: 0.1, earlyTargetRmsScale: 2 },
}

const rows: readonly (readonly [string, (options: typeof common | object) => GradientTransform<unknown>])[] = [
  ['neuroPlastic', neuroPlastic],
  ['neuroPlastic, decoupled', o => neuroPlastic({ ...o, decoupledWeightDecay: true })],
  ['gradientOnly', gradientOnly],
  ['boundedNeuroPlastic', boundedNeuroPlastic],
  ['boundedNeuroPlastic, ratio', o => boundedNeuroPlastic({ ...o, residualMaxRatio: 0.2 })],
  ['orthogonalNeuroPlastic', orthogonalNeuroPlastic],
  [
    'orthogonalNeuroPlastic, all',
    o =>
      orthogonalNeuroPlastic({
        ...o,
        orthogonalLambda: 0.4,
        orthogonalMaxRatio: 0.3,
        orthogonalNormalization: 'matchGradNorm',
        orthogonalSchedule: 'late',
        orthogonalLateStartFraction: 0.6,
        eps: 1e-6,
      }),
  ],
  ['hybridSgdMomentum', o => hybridSgdMomentum({ ...o, modulationTarget: 'trustRatio', layerScope: 'convOnly' })],
  ['hybridSgdMomentum, decoupled', o => hybridSgdMomentum({ ...o, decoupledWeightDecay: true, baseMomentum: 0.5 })],
  [
    'hybridAdamW',
    o =>
      hybridAdamW({
        ...o,
        modulationTarget: 'momentum',
        modulationStrength: 0.4,
        modulationMaxRatio: 0.1,
        phaseScope: 'late',
        baseBeta2: 0.99,
        baseEps: 1e-6,
      }),
  ],
  ['controlledNeuroPlastic', o => controlledNeuroPlastic('global', o)],
  [
    'controlledNeuroPlastic, all',
    o =>
      controlledNeuroPlastic('classifierOnly', {
        ...o,
        controllerAlpha: 0.3,
        controllerLow: 0.5,
        controllerHigh: 2,
        eps: 1e-6,
      }),
  ],
  ['alphaOne', alphaOne],
  ['alphaAveraged', alphaAveraged],
  ['alphaShuffled', o => alphaShuffled({ ...o, seed: 7 })],
  ['alphaGrafted', alphaGrafted],
]

const again = ({ config }: GradientTransform<unknown>): GradientTransform<unknown> => {
  const decoded = fromConfig(JSON.parse(JSON.stringify(config)), { warn: () => undefined })
  if (E.isLeft(decoded)) throw new Error(decoded.left.join('\n'))
  return decoded.right
}

test.each(rows)('%s', (_, make) => {
  for (const options of [{}, common]) {
    const transform = make(options)
    expect(graphOf(again(transform))).toBe(graphOf(transform))
    expect(again(transform).config).toEqual(JSON.parse(JSON.stringify(transform.config)))
  }
})

test('the seed of the shuffle is of the configuration', () => {
  expect(alphaShuffled({ seed: 7 }).config?.plasticity).toEqual({ control: 'shuffled', controlSeed: 7 })
})

test('a mask is a pattern in a configuration, and selects the leaves that decay', () => {
  const masked = fromConfig({ optimizer: 'neuroplastic', weightDecay: 0.1, mask: 'kernel$' })
  if (E.isLeft(masked)) throw new Error(masked.left.join('\n'))
  const ours = neuroPlastic({ weightDecay: 0.1, mask: name => name.endsWith('kernel') })
  expect(graphOf(masked.right)).toBe(graphOf(ours))
  expect(graphOf(masked.right)).not.toBe(graphOf(neuroPlastic({ weightDecay: 0.1 })))
})

test.each([
  { mode: 'gradOnly' },
  { hybridBase: 'adamw' },
  { lrControllerMode: 'global' },
  { boundedResidual: true },
  { orthogonalResidual: true },
])('a control is that of the very rule: %o', more => {
  const made = (control: 'none' | 'one' | 'averaged' | 'shuffled' | 'grafted') => {
    const decoded = fromConfig({ optimizer: 'neuroplastic', plasticity: { control, controlSeed: 7, ...more } })
    if (E.isLeft(decoded)) throw new Error(decoded.left.join('\n'))
    return decoded.right
  }
  const expected = controlsOf(made('none'), { seed: 7 })
  for (const control of ['one', 'averaged', 'shuffled', 'grafted'] as const)
    expect(graphOf(made(control))).toBe(graphOf(expected[control]))
})

test.each<readonly [object, string]>([
  [
    { control: 'average' },
    "plasticity.control must be one of 'none', 'one', 'averaged', 'shuffled', 'grafted'; got 'average'",
  ],
  [{ controlSeed: -1 }, 'plasticity.controlSeed must be an integer in [0, inf); got -1'],
  [{ controlSeed: 0.5 }, 'plasticity.controlSeed must be an integer in [0, inf); got 0.5'],
  [{ orthogonalEps: 0 }, 'plasticity.orthogonalEps must be a number in [1e-45, inf); got 0'],
  [{ controllerEps: 0 }, 'plasticity.controllerEps must be a number in [1e-45, inf); got 0'],
])('%o is refused', (plasticity, message) => {
  const decoded = fromConfig({ optimizer: 'neuroplastic', plasticity })
  expect(E.isLeft(decoded) && decoded.left[0]).toContain(message)
})

test('an epsilon of its own, or that of the coefficient', () => {
  const of = (plasticity: object) => {
    const decoded = fromConfig({ optimizer: 'neuroplastic', plasticity })
    return E.isRight(decoded) ? graphOf(decoded.right) : decoded.left.join()
  }
  for (const rule of [{ orthogonalResidual: true }, { lrControllerMode: 'global' }]) {
    const own = { orthogonalEps: 1e-4, controllerEps: 1e-4 }
    expect(of({ ...rule, eps: 1e-4 })).toBe(of({ ...rule, eps: 1e-4, ...own }))
    expect(of(rule)).not.toBe(of({ ...rule, ...own }))
  }
})
