/** Misspelt options are refused by name: from JavaScript no compiler sees them. */
import { expect, test } from 'vitest'
import { boundedModulation, checkLaws } from '../../laws/index.js'
import * as P from '../../src/index.js'
import * as catalogue from '../../src/optimizers/catalogue.js'

type Loose = (options?: unknown) => unknown
const variants = {
  neuroPlastic: P.neuroPlastic,
  gradientOnly: P.gradientOnly,
  hybridAdamW: P.hybridAdamW,
  alphaOne: P.alphaOne,
}

test.each(Object.entries({ ...catalogue, ...variants } as unknown as Record<string, Loose>))('%s', (_, make) => {
  expect(() => make({ learningrate: 5 })).toThrow(/has no option 'learningrate'/)
  expect(() => make({ nonsense: 5 })).toThrow(/has no option 'nonsense'; there are '/)
  expect(() => make({})).not.toThrow()
  expect(() => make(undefined)).not.toThrow()
})

test('the nearest option is named', () => {
  expect(() => (P.neuroPlastic as Loose)({ learningrate: 5 })).toThrow("did you mean 'learningRate'?")
  expect(() => (P.sgd as Loose)({ lr: 5 })).toThrow("sgd has no option 'lr'; there are 'learningRate'")
})

test('a number is no options', () => {
  expect(() => (P.adam as Loose)(5)).toThrow('adam takes its options as an object')
})

test.each(Object.entries(variants) as unknown as [string, Loose][])('%s: the records within', (_, make) => {
  expect(() => make({ plasticity: { minAlhpa: 0.5 } })).toThrow("has no option 'minAlhpa'; did you mean 'minAlpha'?")
  expect(() => make({ homeostasis: { targetRMS: 0.5 } })).toThrow(
    "homeostasis has no option 'targetRMS'; did you mean 'targetRms'?",
  )
})

test('the parts of neuroPlastic know their options', () => {
  const { plasticity, gradientOnlyAlpha, homeostasis, withPlasticity } = P
  expect(() => (plasticity as Loose)({ warmupEpoch: 2 })).toThrow(
    "plasticity has no option 'warmupEpoch'; did you mean",
  )
  expect(() => (gradientOnlyAlpha as Loose)({ maxAlhpa: 2 })).toThrow("did you mean 'maxAlpha'?")
  expect(() => (homeostasis as Loose)({ adaptionRate: 0 })).toThrow("did you mean 'adaptationRate'?")
  expect(() => withPlasticity(plasticity(), { minAlhpa: 1 } as never, P.identity)).toThrow("did you mean 'minAlpha'?")
})

test('compile and toTfOptimizer know theirs', () => {
  expect(() => P.compile(P.sgd(), { observed: ['u'] } as never)).toThrow(
    "compile has no option 'observed'; did you mean 'observe'?",
  )
  expect(() => P.toTfOptimizer(P.sgd(), { stepPerEpoch: 5 } as never)).toThrow("did you mean 'stepsPerEpoch'?")
})

test('a claim that is a factory not called is refused', () => {
  expect(() => checkLaws(P.identity, [boundedModulation as never])).toThrow(/is no claim/)
})
