/** Each law rejects a transform that is broken in just the way it forbids, and says so in few words. */
import { beforeAll, describe, expect, test } from 'vitest'
import * as laws from '../../laws/index.js'
import {
  arbitraryTransform,
  checkLaw,
  type Law,
  type LawResult,
  showViolation,
  subjectOf,
  universalLaws,
  written,
} from '../../laws/index.js'
import * as P from '../../src/index.js'
import { useWasm } from '../../src/wasm/index.js'
import * as broken from './broken.js'
import { thorough } from './settings.js'

beforeAll(() => useWasm())

const expectSmall = ({ violation, outcome }: LawResult) => {
  expect(outcome).toBe('violated')
  if (violation === undefined) return
  const text = showViolation(violation)
  expect(violation.size.combinators, text).toBeLessThanOrEqual(2)
  expect(violation.size.elements, text).toBeLessThanOrEqual(3)
  expect(violation.size.steps, text).toBeLessThanOrEqual(3)
}

type T = P.GradientTransform<unknown>

/** Twins of the universal laws; each is drawn somewhere within a random transform. */
const universalTwins: readonly (readonly [string, Law, T])[] = [
  ['writes to its gradient', laws.pure, broken.writesToItsGradient],
  ['writes to its gradient, which is also another’s', laws.sharedGradients, broken.writesToItsGradient],
  ['hides scratch in a closure', laws.interleaved, broken.hidesScratch()],
  ['keeps one intermediate', laws.leakFree, broken.keepsAnIntermediate],
  ['gives its update a step late', laws.ownGradient, broken.aStepLate],
  ['sorts the leaves', laws.structure, broken.sortsTheLeaves],
  ['divides 0 by 0', laws.zeroInZeroOut, broken.dividesByZero],
  ['squares without a guard', laws.finite, broken.squaresUnguarded],
  ['squares without a guard, for ever', laws.recovers, broken.squaresUnguarded],
  ['has a sign wrong on one backend', laws.agreesWithCpu, broken.wrongSignOnWasm],
  ['counts in float32', laws.counters, broken.countsInFloat32],
  ['writes to its parameters when evaluated', laws.evaluates, broken.evaluatesInPlace],
]

/** Twins of the machine that runs transforms; it runs a random one. */
const machines: readonly (readonly [string, Law, laws.Subject['compile']])[] = [
  ['works always in place', laws.sharedBuffers, broken.alwaysInPlace],
  ['treats a missing gradient as zero', laws.missingGradient, broken.missingIsZero],
  ['steps twice', laws.stepAgrees, broken.stepsTwice],
  ['forgets a counter', laws.resumes, broken.forgetsACounter],
  ['writes before it fails', laws.nothingConsumed, broken.writesBeforeItFails],
  ['is disturbed by looking', laws.observingChangesNothing, broken.disturbedByLooking],
]

describe('universal', () => {
  test.each(universalTwins)('%s: rejected', (name, law, transform) => {
    const around = written(`${name.replace(/\W+/g, ' ').trim()}`, transform)
    const subjects = arbitraryTransform({ around }).map(({ transform, ...how }) => subjectOf(transform, how))
    // The law's own limit on runs is for transforms that keep it.
    const { maxRuns: _, ...unlimited } = law
    expectSmall(checkLaw(unlimited, subjects, thorough))
  })

  test.each(machines)('%s: rejected', (_, law, compile) => {
    const subjects = arbitraryTransform().map(({ transform, ...how }) => subjectOf(transform, { ...how, compile }))
    expectSmall(checkLaw(law, subjects, thorough))
  })

  test('each law has a twin', () => {
    const rejected = new Set([...universalTwins, ...machines].map(([, { name }]) => name))
    expect(universalLaws.filter(({ name }) => !rejected.has(name))).toEqual([])
  })
})

const { identity, plasticity, plasticityGate, scaleByAdam } = P

/** Twins of the claims: how each is written, of how many transforms, and what it claims in vain. */
const claimTwins: readonly (readonly [string, number, T, Law])[] = [
  [
    'plasticityGate(plasticity({ plasticityScale: 2 }))',
    2,
    plasticityGate(plasticity({ plasticityScale: 2 })),
    laws.boundedModulation({ lo: 0.2, hi: 2 }),
  ],
  [
    'plasticityGate(plasticity({ plasticityScale: 2 }))',
    2,
    plasticityGate(plasticity({ plasticityScale: 2 })),
    laws.sector({ c: 0.2, C: 2 }),
  ],
  ['scale(2.5)', 1, P.scale(2.5), laws.neverRises({ c: 1, C: 1 })],
  ['residual(trace(0.9))', 2, P.residual(P.trace(0.9)), laws.boundedDeviation({ kappa: 0.5 })],
  ['trace(0.9), its look-ahead lost', 1, P.trace(0.9), laws.stabilityLimit(3.8 / 2.8)],
  ['identity, without homeostasis', 1, identity, laws.boundedIterates()],
  ['scaleByAdam, its betas swapped', 1, scaleByAdam({ b1: 0.9, b2: 0.1 }), laws.momentRatio({ b1: 0.1, b2: 0.9 })],
  [
    'a warm-up gate inverted',
    2,
    plasticityGate(P.lerp(plasticity(), P.gradientOnlyAlpha(), 0)),
    laws.reducesTo(plasticityGate(P.gradientOnlyAlpha()), { when: 's = 0' }),
  ],
  ['depends on the index', 1, broken.dependsOnTheIndex, laws.permutationEquivariance],
  ['clamp(-1, 1)', 1, P.clamp(-1, 1), laws.rotationEquivariance],
  ['scaleByAdam()', 1, scaleByAdam(), laws.rotationEquivariance],
  ['loses the abs', 1, broken.losesTheAbs, laws.signSymmetry],
  ['adds eps inside the root', 1, broken.addsEpsInsideTheRoot(), laws.scaleInvariance],
  ['clipByNorm(1)', 1, P.clipByNorm(1), laws.scaleEquivariance],
  ['always normalizes', 1, broken.alwaysNormalizes, laws.clip('leaf', 1)],
  ['takes a global mean', 1, broken.takesAGlobalMean, laws.leafIndependence],
  ['divides by the norm of g', 1, broken.dividesByTheNorm, laws.orthogonality({ r: P.gradientMagnitude(), lambda: 1 })],
  ['divides by the median', 1, broken.dividesByTheMedian, laws.normalization()],
  ['emaActivity, its rho swapped', 1, P.emaActivity(0.05), laws.activity({ rho: 0.95 })],
  ['clips after the gain', 1, broken.clipsAfterTheGain, laws.boundedUpdateNorm(1.5, { attainedBeyond: 1.01 })],
  ['amsgrad, its maximum missing', 1, scaleByAdam({ b1: 0, b2: 1 / 17 }), laws.convergesOnReddi()],
  ['starts its generator anew at each step', 1, broken.reseeds, laws.freshNoise],
  ['forgets its place in the noise', 1, broken.forgetsItsPlace(), laws.freshNoise],
  ['adam({ weightDecay: 0.1 })', 1, P.adam({ weightDecay: 0.1 }), laws.decoupledDecay(1e-4)],
  [
    'lookahead at its training iterate',
    1,
    broken.atTheTrainingIterate(P.lookahead(P.scale(-1), { syncPeriod: 2 })),
    laws.evaluatesAtEvery(2),
  ],
  ['emaParams at its training iterate', 1, broken.atTheTrainingIterate(P.emaParams(0.5)), laws.evaluatesAtAverage(0.5)],
  [
    'sam at its training iterate',
    1,
    broken.atTheTrainingIterate(P.sam(P.scale(-1), P.scale(-1))),
    laws.evaluatesAtEvery(2),
  ],
]

describe('claims', () => {
  test.each(claimTwins)('%s: rejected', (source, combinators, transform, law) => {
    expectSmall(checkLaw(law, subjectOf(transform, { source, combinators }), thorough))
  })

  test('each claim has a twin', () => {
    const constructors = Object.entries(laws).flatMap(([name, x]) =>
      typeof x === 'object' && x !== null && 'kind' in x && x.kind === 'law' ? [[name, x.name] as const] : [],
    )
    const rejected = new Set(
      [...universalTwins.map(([, l]) => l), ...machines.map(([, l]) => l), ...claimTwins.map(([, , , l]) => l)].map(
        l => l.name,
      ),
    )
    expect(constructors.filter(([, name]) => !rejected.has(name) && name !== laws.sumIsMonoid.name)).toEqual([])
  })
})

describe('the published setting, scale 2', () => {
  const claim = [laws.boundedModulation({ lo: 0.2, hi: 2 })]
  const gate = (options: P.PlasticityOptions) =>
    laws.checkLaws(plasticityGate(plasticity({ plasticityScale: 2, ...options })), claim, { ...thorough, runs: 5 })

  test('is unbounded: a history made by hand shows it at once', () => {
    const violation = gate({}).results.find(({ outcome }) => outcome === 'violated')?.violation
    expect(violation?.law).toBe(claim[0]?.name)
    expect(violation?.path).toMatch(/^0\b/)
    expect(violation?.message).toMatch(/is -0\.\d+ times the gradient/)
  })

  test('is repaired by boundAfterScaling', () => {
    expect(gate({ boundAfterScaling: true }).holds).toBe(true)
  })
})

test('a law whose case never occurs is vacuous', () => {
  const { outcome, coverage } = checkLaw(laws.boundedDeviation({ kappa: 0.5 }), subjectOf(identity), thorough)
  expect([outcome, coverage]).toEqual(['vacuous', 0])
})

test('a violation repeats from its seed and path', () => {
  const options = { seed: 7, runs: 50 }
  const first = checkLaw(laws.rotationEquivariance, subjectOf(scaleByAdam()), options).violation
  const again = checkLaw(laws.rotationEquivariance, subjectOf(scaleByAdam()), { ...options, path: first?.path ?? '' })
  expect(again.violation?.counterexample).toEqual(first?.counterexample)
})
