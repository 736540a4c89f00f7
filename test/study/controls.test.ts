/** The controls that a study makes of its rules. */
import { describe, expect, test } from 'vitest'
import { gridText, reachText } from '../../src/cli/study/grid.js'
import * as P from '../../src/index.js'
import { withControls } from '../../src/study/controls.js'
import { changed, defineStudy } from '../../src/study/define.js'
import { manifestOf } from '../../src/study/manifest.js'
import { finalRuns, fingerprintOf, givenSettings, tuningRuns } from '../../src/study/plan.js'
import { variants } from '../../src/study/variants.js'

type Rule = P.GradientTransform<unknown>
const settings = { learningRate: 0.05 }
const plastic = (rule: (learningRate: number) => Rule) => ({
  role: 'plasticity' as const,
  settings,
  transform: ({ learningRate }: { readonly learningRate: number }) => rule(learningRate),
})
const still = plastic(learningRate => P.chain(P.trace(0.9), P.scaleByLearningRate(learningRate)))
const gated = plastic(learningRate =>
  P.chain(P.trace(0.9), P.plasticityGate(P.observe('alpha', P.plasticity())), P.scaleByLearningRate(learningRate)),
)
const common = { name: 'own', data: ['blobs'], seeds: 8, epochs: 1, selection: 'fixed' } as const
const suffixes = ['alpha-one', 'alpha-averaged', 'alpha-shuffled', 'alpha-grafted']

test('each variant with plasticity has those of its own rule, and others none', () => {
  const { study } = defineStudy({ ...common, variants: { gated, hybrid: variants['hybrid-sgd'], adam: variants.adam } })
  const { variants: all, controls } = withControls(study)
  expect(controls).toEqual({
    gated: suffixes.map(suffix => `gated-${suffix}`),
    hybrid: suffixes.map(suffix => `hybrid-${suffix}`),
  })
  expect(Object.keys(all)).toHaveLength(11)
  expect(all['hybrid-alpha-grafted']).toMatchObject({
    role: 'control',
    settings: variants['hybrid-sgd'].settings,
    description: 'hybrid the direction without modulation with the modulated norm',
  })
})

test('they are tuned with the same budget', () => {
  const candidates = [{ learningRate: 0.1 }, { learningRate: 0.01 }]
  const { study } = defineStudy({
    ...common,
    selection: 'validation',
    tuning: { seeds: 1 },
    variants: { gated: { ...gated, candidates } },
  })
  expect(tuningRuns(study)).toHaveLength(5 * 2)
  expect(finalRuns(study, givenSettings(study))).toHaveLength(5 * 2 * 8)
})

test('a rule without an alpha has none: the plan says that the question does not arise', () => {
  const { study } = defineStudy({ ...common, variants: { still, adam: variants.adam } })
  expect(withControls(study).controls).toEqual({ still: [] })
  expect(gridText(study)).toContain('still observes no alpha: whether it beats its own step size does not arise')
  expect(reachText(study)).toEqual([])
})

test('an alpha that the update does not read is refused, naming label and leaf', () => {
  const decoy = plastic(rate => P.provide('alpha', P.observe('alpha', P.plasticity()), P.scaleByLearningRate(rate)))
  const { study } = defineStudy({ ...common, variants: { decoy } })
  expect(() => withControls(study)).toThrow(/'alpha' is observed at '.*kernel', .*no update reads/)
})

test('controls: false has none, and is another study', () => {
  const definition = { ...common, variants: { gated } }
  const { study } = defineStudy({ ...definition, controls: false })
  expect(withControls(study)).toEqual({ variants: study.variants, controls: false })
  expect(gridText(study)).toContain('is not asked')
  expect(fingerprintOf(study)).not.toBe(fingerprintOf(defineStudy(definition).study))
  expect(() => defineStudy({ ...definition, controls: 'none' as unknown as boolean })).toThrow(
    'controls is "none"; use true or false',
  )
})

test('controls that do the same are one: with alpha = 1 it does not matter how alpha would have been', () => {
  const { neuroplastic, 'grad-only': gradientOnly } = variants
  const { study } = defineStudy({ ...common, variants: { neuroplastic, 'grad-only': gradientOnly } })
  const { controls, variants: all } = withControls(study)
  expect(controls).toEqual({
    neuroplastic: suffixes.map(suffix => `neuroplastic-${suffix}`),
    'grad-only': ['neuroplastic-alpha-one', ...suffixes.slice(1).map(suffix => `grad-only-${suffix}`)],
  })
  expect(Object.keys(all)).toHaveLength(2 + 7)
  const other = { ...gradientOnly, settings: { learningRate: 0.05 } }
  const apart = defineStudy({ ...common, variants: { neuroplastic, 'grad-only': other } }).study
  expect(Object.keys(withControls(apart).variants)).toHaveLength(2 + 8)
})

test('the plan says how many runs they add, and the manifest which they are', () => {
  const { study } = defineStudy({ ...common, variants: { gated } })
  expect(gridText(study)).toContain('32 runs of them are of the controls made from the rules with plasticity')
  const manifest = manifestOf(
    study,
    { request: { study: 'own', quick: false, asPublished: false }, fingerprint: '' },
    { tuning: [], final: [], choices: [] },
  )
  expect(manifest.controls).toEqual({ gated: suffixes.map(suffix => `gated-${suffix}`) })
  expect(Object.keys(manifest.variants)).toHaveLength(5)
})

test('a variant with the name of a control is refused', () => {
  const { study } = defineStudy({ ...common, variants: { gated, 'gated-alpha-one': variants.adam } })
  expect(() => withControls(study)).toThrow("variant 'gated-alpha-one' has the name of a control of 'gated'")
})

describe('what the seeds can show is said before anything runs', () => {
  const { study } = defineStudy({ ...common, variants: { gated, hybrid: variants['hybrid-sgd'] } })
  test.each([
    [8, []],
    [7, []],
    [
      6,
      [
        expect.stringMatching(
          /^With 6 seeds no claim can be made good, .*: p 0\.031 at best, 0\.063 after Holm's correction for 2 claims\. 7 seeds could\.$/,
        ),
      ],
    ],
    [1, [expect.stringMatching(/^With 1 seed .* 7 seeds could\.$/)]],
  ])('%d seeds', (seeds, lines) => expect(reachText(changed(study, { seeds }))).toEqual(lines))
})
