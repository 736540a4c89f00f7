/** The controls of every rule that observes an alpha: of the table, and written by a user. */
import { beforeAll, describe, expect, test } from 'vitest'
import { type ControlsClaim, checkLaw, controls, showViolation, subjectOf } from '../../laws/index.js'
import * as P from '../../src/index.js'
import { signatureFor } from '../../src/interpret/network.js'
import { traceUpdate } from '../../src/interpret/trace.js'
import { grafted } from '../../src/transform/gate.js'
import { useWasm } from '../../src/wasm/index.js'
import { perRow, thorough } from './settings.js'
import { rules, table } from './table/index.js'

beforeAll(() => useWasm())

type T = P.GradientTransform<unknown>

const labelsOf = (transform: T): readonly string[] =>
  traceUpdate(transform, signatureFor()).graph.observations.map(({ label }) => label)

const rows = table.flatMap(({ source, make }) => {
  const labels = labelsOf(make())
  if (!labels.includes('alpha')) return []
  // The rule of an optimizer is settled; where a controller reads alpha, the part is all of the step.
  const part = labels.includes('.rule') && !labels.includes('multiplier') ? '.rule' : undefined
  return [
    [
      source,
      make(),
      { companions: labels.includes('gradientOnly') ? ['gradientOnly'] : [], ...(part && { part }) },
    ] as const,
  ]
})

const expectHolds = (transform: T, claim: ControlsClaim, source: string, runs = perRow) => {
  const { outcome, violation } = checkLaw(controls(claim), subjectOf(transform, { source }), runs)
  expect(outcome, violation && showViolation(violation)).not.toBe('violated')
  return outcome
}

describe('of the table', () => {
  test('every NeuroPlastic rule that is modulated is among them', () => {
    expect(rows.length).toBeGreaterThanOrEqual(30)
    expect(
      rules
        .filter(({ source }) => source.startsWith('withPlasticity'))
        .every(({ source }) => rows.some(([name]) => name === source)),
    ).toBe(true)
  })

  test.each(rows)('%s', (source, transform, claim) => {
    const still = /parameterwise: false|minAlpha: 1, maxAlpha: 1|alphaAveraged/.test(source)
    expect(expectHolds(transform, claim, source)).toBe(still ? 'vacuous' : 'holds')
  })
})

const one = { minAlpha: 1, maxAlpha: 1, plasticityScale: 1 }
const settings = { learningRate: 0.1, plasticity: { plasticityScale: 2 } }
const plain = { ...settings, plasticity: one }

describe('with alpha = 1 it is the rule with bounds of 1 and scale 1', () => {
  test.each<[string, T, T, string?]>([
    ['neuroPlastic', P.neuroPlastic(settings), P.neuroPlastic(plain), '.rule'],
    ['boundedNeuroPlastic', P.boundedNeuroPlastic(settings), P.boundedNeuroPlastic(plain), '.rule'],
    ['orthogonalNeuroPlastic', P.orthogonalNeuroPlastic(settings), P.orthogonalNeuroPlastic(plain), '.rule'],
    ['hybridSgdMomentum', P.hybridSgdMomentum(settings), P.hybridSgdMomentum(plain), '.rule'],
    ['hybridAdamW', P.hybridAdamW(settings), P.hybridAdamW(plain), '.rule'],
    [
      'controlledNeuroPlastic',
      P.controlledNeuroPlastic('layerwise', settings),
      P.controlledNeuroPlastic('layerwise', plain),
    ],
  ])('%s', (source, transform, plain, part) => {
    const claim = { companions: ['gradientOnly'], plain, ...(part && { part }) }
    expect(expectHolds(transform, claim, source)).toBe('holds')
  })
})

const alpha = P.observe('alpha', P.plasticity())
const { recall, trace, plasticityGate, provide, chain, tree } = P

describe("a user's own", () => {
  test.each<[string, T]>([
    ['a gate', plasticityGate(alpha)],
    ['over a momentum', chain(trace(0.9), plasticityGate(alpha))],
    ['through provide and recall', provide('a', alpha, chain(trace(0.9), plasticityGate(recall('a'))))],
    ['a mixture', P.lerp(trace(0.9), plasticityGate(alpha), 0.25)],
    [
      'by leaf',
      P.partition(name => (name === 'w' ? 'w' : 'else'), {
        w: plasticityGate(alpha),
        else: chain(trace(0.5), plasticityGate(alpha)),
      }),
    ],
    ['a learning rate', provide('a', alpha, P.withLearningRateController(0.1, recall('a')))],
    [
      'a function',
      {
        init: params => alpha.init(params),
        update: (g, state, params, context) => {
          const [a, next] = alpha.update(g, state as P.StateOf<typeof alpha>, params, context)
          return [tree.zipWith([g, a], (x, c) => x.mul(c.sqrt()).add(x.sign().mul(c.sub(1)))), next]
        },
      },
    ],
  ])('%s', (source, transform) => {
    expect(expectHolds(transform, {}, source)).toBe('holds')
  })
})

/** A hybrid, and the same with another gate. */
const hybrid = (gate: P.GradientTransform<readonly []>): T =>
  P.withPlasticity(
    P.plasticity({ plasticityScale: 2 }),
    {},
    chain(trace(0.9), P.boundedResidual(P.difference(gate, P.identity), 0.25)),
  )
const innerGraft = P.stateless((g, _, context) => {
  const a = P.treeFrom(context, 'alpha', 'the twin')
  return tree.zipWith([g, a], (x, c) => grafted(x.mul(c), x))
})
/** Controls of a rule, but for the graft: that of another rule of the same state. */
const graftedIn =
  (other: T) =>
  (rule: T): P.Controls<unknown> => ({
    ...P.controlsOf(rule),
    grafted: {
      init: params => ({ rule: other.init(params), plain: other.init(params) }),
      update: (g, state, params, context) => {
        const [out, next] = other.update(g, state.rule, params, context)
        return [out, { ...state, rule: next }]
      },
    },
  })
const difference = (companionOf?: string): T =>
  provide(
    'alpha',
    alpha,
    provide(
      'gradientOnly',
      P.observe('gradientOnly', P.gradientOnlyAlpha(), { companionOf }),
      P.orthogonalResidual(plasticityGate(P.difference(recall('alpha'), recall('gradientOnly')))),
    ),
  )

describe('twins', () => {
  const rejected = (transform: T, claim: ControlsClaim) => checkLaw(controls(claim), subjectOf(transform), thorough)

  test('a companion forgotten: rejected', () => {
    const claim = { companions: ['gradientOnly'] }
    expect(rejected(difference(), claim)).toMatchObject({ outcome: 'violated' })
    expect(rejected(difference('alpha'), claim)).toMatchObject({ outcome: 'holds' })
  })

  test("a graft at a hybrid's inner gate: rejected", () => {
    const rule = hybrid(plasticityGate(recall('alpha')))
    const { outcome, violation } = rejected(rule, { of: graftedIn(hybrid(innerGraft)) })
    expect([outcome, violation?.message]).toEqual([
      'violated',
      expect.stringMatching(/the grafted part of .* has the norm/),
    ])
    expect(rejected(rule, { companions: ['gradientOnly'] })).toMatchObject({ outcome: 'holds' })
  })

  test('an average over all leaves, and a shuffle with repetition: rejected', () => {
    const rule = plasticityGate(alpha)
    const other = (name: 'averaged' | 'shuffled', f: P.Intervention) => (subject: T) => ({
      ...P.controlsOf(subject),
      [name]: P.intervene(subject, 'alpha', f),
    })
    expect(rejected(rule, { of: other('averaged', a => a.max()) }).violation?.message).toMatch('averaged reads')
    expect(rejected(rule, { of: other('shuffled', a => a.mean()) }).violation?.message).toMatch('shuffled reads')
    expect(rejected(rule, { of: other('averaged', a => a.mean()) }).outcome).toBe('holds')
  })

  test('a rule with other bounds than 1: rejected', () => {
    expect(
      rejected(P.neuroPlastic(), { plain: P.neuroPlastic({ plasticity: { minAlpha: 2 } }) }).violation?.message,
    ).toMatch('with alpha = 1')
  })
})
