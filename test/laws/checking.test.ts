/** What `checkLaws` and the makers of claims take and refuse, and that what a report prints repeats its case. */
import { beforeAll, describe, expect, test } from 'vitest'
import * as laws from '../../laws/index.js'
import { assertLaws, type Claim, checkLaws, exempt, showReport } from '../../laws/index.js'
import { HyperparameterError, identity, multiSteps, scale, scaleByAdam } from '../../src/index.js'
import { useWasm } from '../../src/wasm/index.js'
import { aStepLate, dividesByZero, keepsAnIntermediate } from './broken.js'

beforeAll(() => useWasm())

describe('what a report prints as repeat', () => {
  const cases = [
    ['a claim', scaleByAdam(), [laws.rotationEquivariance]],
    ['a claim with a case made by hand', scale(3), [laws.boundedModulation({ lo: 0, hi: 2 })]],
    ['a universal law', dividesByZero, []],
    ['a universal law that is run once', keepsAnIntermediate, []],
  ] as const
  test.each(cases)('repeats the violation of %s', (_, transform, claims) => {
    const violations = checkLaws(transform, claims, { runs: 5, seed: 11 }).results.flatMap(r => r.violation ?? [])
    expect(violations).not.toEqual([])
    for (const violation of violations) {
      // As a person takes it from the page.
      const printed = /repeat +\{ seed: (-?\d+), path: '([\d:]*)' \}/.exec(laws.showViolation(violation))
      const again = checkLaws(transform, claims, { seed: Number(printed?.[1]), path: printed?.[2] ?? '' })
      const found = again.results.find(({ law }) => law === violation.law)
      expect(found?.violation?.counterexample, showReport(again)).toEqual(violation.counterexample)
      expect(found?.violation?.message).toBe(violation.message)
      expect(again.holds).toBe(false)
    }
  })
})

describe('what is no claim is refused where it is made or given', () => {
  const refused: readonly (readonly [string, () => unknown, RegExp])[] = [
    [
      'boundedModulation, ends swapped',
      () => laws.boundedModulation({ lo: 2, hi: 1 }),
      /hi must be .* at least lo \(2\); got 1/,
    ],
    [
      'boundedModulation of NaN',
      () => laws.boundedModulation({ lo: Number.NaN, hi: 1 }),
      /lo must be a number in \(-inf, inf\); got NaN/,
    ],
    ['boundedDeviation', () => laws.boundedDeviation({ kappa: -1 }), /kappa must be/],
    ['sector', () => laws.sector({ c: 2, C: 1 }), /C must be .* at least c \(2\)/],
    ['neverRises', () => laws.neverRises({ c: -1, C: 1 }), /c must be a number in \[0, inf\); got -1/],
    ['stabilityLimit', () => laws.stabilityLimit(-1), /limit must be/],
    ['boundedIterates', () => laws.boundedIterates({ size: 0 }), /size must be/],
    ['boundedUpdateNorm', () => laws.boundedUpdateNorm(0), /bound must be/],
    [
      'clip by what is not',
      () => laws.clip('row' as 'leaf', 1),
      /scope must be 'element', 'leaf' or 'tree'; got 'row'/,
    ],
    ['clip to nothing', () => laws.clip('leaf', 0), /radius must be/],
    ['decoupledDecay', () => laws.decoupledDecay(Number.POSITIVE_INFINITY), /rate must be/],
    ['momentRatio', () => laws.momentRatio({ b1: 0.9, b2: 0.1 }), /b1 must be .*b2 being 0.1/],
    ['activity', () => laws.activity({ rho: 1 }), /rho must be a number in \[0, 1\)/],
    ['normalization', () => laws.normalization('rows' as 'leaf'), /over must be/],
    ['orthogonality', () => laws.orthogonality({ r: identity, lambda: Number.NaN }), /lambda must be/],
    ['ownGradientAt', () => laws.ownGradientAt(0), /step must be/],
    [
      'an exemption from no law',
      () => exempt('no such law', 'why'),
      /law must be the name of a universal law: 'structure preserved'.*; got 'no such law'/,
    ],
    ['no runs', () => checkLaws(identity, [], { runs: 0 }), /runs must be an integer in \[1, inf\); got 0/],
    ['half a run', () => assertLaws(identity, [], { runs: 0.5 }), /runs must be/],
  ]
  test.each(refused)('%s', (_, make, says) => {
    expect(make).toThrow(HyperparameterError)
    expect(make).toThrow(says)
  })
})

describe('its own gradient', () => {
  const only = (claims: readonly Claim[], transform: Parameters<typeof checkLaws>[0]) =>
    checkLaws(transform, claims, { runs: 5, seed: 3 }).results.find(({ law }) => law.startsWith('its own gradient'))

  test('an update a step late is refused, whatever is around it', () => {
    expect(only([], aStepLate)?.violation?.message).toMatch(/the same for another gradient of this step/)
  })

  test('at one step alone, for a rule that waits between', () => {
    const waits = exempt('its own gradient', 'it adds up between')
    const results = (step: number) => only([waits, laws.ownGradientAt(step)], multiSteps(identity, 2))?.outcome
    expect([results(1), results(2)]).toEqual(['violated', 'holds'])
  })
})
