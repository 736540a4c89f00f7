/** What is measured on tensors lies inside what is proven; what is broken on purpose does not. */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { GradientTransform } from '../../../src/index.js'
import * as plastax from '../../../src/index.js'
import { modulationBounds, updateNormBound } from '../../../src/interpret/analysis.js'
import { useBackend } from '../../support/backend.js'
import { measure, names, norm, ratios, run, sizeOf, tolerance } from './measure.js'

beforeAll(() => useBackend('cpu'))

const gate = (options: plastax.PlasticityOptions = {}) => plastax.plasticityGate(plastax.plasticity(options))
const memory = plastax.chain(plastax.scaleByAdam({ b2: 0.99, biasCorrection: false }), plastax.gradientMagnitude())

describe('gates', () => {
  test.each<readonly [string, GradientTransform<unknown>]>([
    ['as published', gate()],
    ['warming up', gate({ warmupEpochs: 2 })],
    ['twice the scale', gate({ plasticityScale: 2 })],
    ['twice the scale, bounded', gate({ plasticityScale: 2, boundAfterScaling: true })],
    ['one coefficient a leaf', gate({ parameterwise: false })],
    ['memory without a clip', plastax.plasticityGate(memory)],
    ['Adam without a clip', plastax.plasticityGate(plastax.chain(plastax.scaleByAdam(), plastax.gradientMagnitude()))],
    ['neuroPlastic', plastax.neuroPlastic({ learningRate: 0.1, homeostasis: { adaptationRate: 1 } })],
    ['controlled', plastax.controlledNeuroPlastic('layerwise', { controllerAlpha: 5 })],
    ['grafted', plastax.alphaGrafted()],
    ['averaged', plastax.alphaAveraged()],
    ['bounded residual', plastax.boundedNeuroPlastic()],
    ['clipped', plastax.chain(plastax.clipByGlobalNorm(1), plastax.clamp(-0.1, 0.2))],
    ['a sum', plastax.weightedSum([2, gate()], [-3, plastax.clipByNorm(1)])],
  ])('%s', (_, transform) => {
    const proven = modulationBounds(transform)
    const { modulation = [Number.NaN, Number.NaN], scale } = proven.kind === 'unbounded' ? { scale: [] } : proven
    const ends = modulation.flatMap(m => scale.map(s => m * s))
    const [lo, hi] = [Math.min(...ends), Math.max(...ends)]
    const slack = tolerance * Math.max(Math.abs(lo), Math.abs(hi))
    fc.assert(
      fc.property(run, steps =>
        measure(transform, steps, measured => {
          for (const k of ratios(measured)) {
            expect(k).toBeGreaterThanOrEqual(lo - slack)
            expect(k).toBeLessThanOrEqual(hi + slack)
          }
        }),
      ),
      { numRuns: 15 },
    )
  })

  test('at twice the scale the bound is not loose: a directed gradient comes near it', () => {
    // An element that was large before and is small now, while the others are the other way round.
    const calm = Object.fromEntries(
      names.map(leaf => [leaf, Array.from({ length: sizeOf(leaf) }, (_, i) => (i === 0 ? 1e3 : 1e-3))]),
    )
    const turned = Object.fromEntries(
      names.map(leaf => [leaf, Array.from({ length: sizeOf(leaf) }, (_, i) => (i === 0 ? 1e-3 : 1))]),
    )
    const seen: number[] = []
    measure(gate({ plasticityScale: 2 }), [calm, calm, calm, turned], measured => seen.push(...ratios(measured)))
    expect(Math.max(...seen)).toBeGreaterThan(2.5)
  })
})

describe('residuals', () => {
  const over = (base: GradientTransform<unknown>, ratio: number, strength: number) =>
    plastax.chain(
      plastax.observe('base', base),
      plastax.boundedResidual(
        plastax.chain(plastax.difference(gate(), plastax.identity), plastax.scale(strength)),
        ratio,
      ),
    )
  test.each<readonly [string, GradientTransform<unknown>, string | undefined, number]>([
    ['bounded', plastax.withPlasticity(plastax.plasticity(), {}, plastax.boundedResidualRule(0.3)), undefined, 0.3],
    [
      'orthogonal',
      plastax.withPlasticity(plastax.plasticity(), {}, plastax.orthogonalRule({ orthogonalLambda: 9 })),
      undefined,
      0.5,
    ],
    [
      'orthogonal, matched',
      plastax.withPlasticity(
        plastax.plasticity(),
        {},
        plastax.orthogonalRule({ orthogonalNormalization: 'matchGradNorm', orthogonalLambda: 9 }),
      ),
      undefined,
      0.5,
    ],
    [
      'two in a row',
      plastax.chain(plastax.boundedResidual(plastax.scaleByAdam(), 0.4), plastax.boundedResidual(memory, 0.4)),
      undefined,
      0.96,
    ],
    ['over momentum', over(plastax.trace(0.9), 0.25, 3), 'base', 0.25],
    ['over Adam, uncapped but weak', over(plastax.scaleByAdam(), 0.25, 0.1), 'base', 0.1],
  ])('%s', (_, transform, base, maxRatio) => {
    const proven = modulationBounds(transform, base === undefined ? {} : { base })
    expect(proven.kind).toBe('residual')
    const bound = proven.kind === 'residual' ? proven.maxRatio : Number.NaN
    expect(bound).toBeCloseTo(maxRatio, 12)
    fc.assert(
      fc.property(run, steps =>
        measure(
          transform,
          steps,
          ({ u, base }) => {
            const deviation = norm(u.map((x, i) => x - (base[i] ?? 0)))
            expect(deviation).toBeLessThanOrEqual((bound + tolerance) * norm(base) + 1e-30)
          },
          base,
        ),
      ),
      { numRuns: 15 },
    )
  })

  test('a cap that was forgotten shows in the proof and in the numbers', () => {
    const forgotten = plastax.chain(
      plastax.observe('base', plastax.trace(0.9)),
      plastax.residual(plastax.plasticityGate(plastax.emaActivity())),
    )
    expect(modulationBounds(forgotten, { base: 'base' }).kind).toBe('unbounded')
    const seen: number[] = []
    const huge = Object.fromEntries(names.map(leaf => [leaf, Array.from({ length: sizeOf(leaf) }, () => 1e4)]))
    measure(
      forgotten,
      [huge],
      ({ u, base }) => seen.push(norm(u.map((x, i) => x - (base[i] ?? 0))) / norm(base)),
      'base',
    )
    expect(Math.max(...seen)).toBeGreaterThan(100)
  })
})

test.each<readonly [string, GradientTransform<unknown>]>([
  ['homeostasis', plastax.homeostasis({ maxUpdateNorm: 2, adaptationRate: 1, targetRms: 5 })],
  ['neuroPlastic', plastax.neuroPlastic({ learningRate: 0.5, homeostasis: { maxUpdateNorm: 0.1 } })],
  ['a hybrid', plastax.hybridSgdMomentum({ learningRate: 0.5, weightDecay: 0.1 })],
])('the update norm of %s', (_, transform) => {
  const proven = updateNormBound(transform)
  const bound = proven.kind === 'bounded' ? proven.maxNorm : Number.NaN
  fc.assert(
    fc.property(run, steps =>
      measure(transform, steps, ({ u }) => expect(norm(u)).toBeLessThanOrEqual(bound * (1 + tolerance))),
    ),
    { numRuns: 15 },
  )
})
