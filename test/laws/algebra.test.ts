/** The laws of the combinators, over transforms drawn at random; and combinators that are off, which they reject. */
import { beforeAll, describe, expect, test } from 'vitest'
import * as laws from '../../laws/index.js'
import { arbitraryTransform, checkLaw, type Law, showViolation, subjectOf } from '../../laws/index.js'
import * as P from '../../src/index.js'
import { useWasm } from '../../src/wasm/index.js'
import { thorough } from './settings.js'

beforeAll(() => useWasm())

const subjects = arbitraryTransform().map(({ transform, ...how }) => subjectOf(transform, how))
const found = (law: Law, runs: number) => {
  const { violation, outcome } = checkLaw(law, subjects, { ...thorough, runs })
  return { violation, outcome, text: violation === undefined ? '' : showViolation(violation) }
}

test.each(laws.algebraLaws.map(law => [law.name, law] as const))('%s', (_, law) => {
  const { outcome, text } = found(law, 40)
  expect(outcome, text).toBe('holds')
})

test.each(laws.universalLaws.map(law => [law.name, law] as const))('any transform: %s', (_, law) => {
  const { outcome, text } = found(law, 40)
  expect(outcome, text).toBe('holds')
})

type T = P.GradientTransform<unknown>

/** Combinators that are almost right. */
const twins: readonly (readonly [string, Law])[] = [
  [
    'a chain whose last part sees the first input',
    laws.chainIsMonoid((...fs) => {
      const [first, ...rest] = fs as readonly [T, ...T[]]
      return rest.reduce((f, h, i) => (i === rest.length - 1 ? P.weightedSum([1, f], [1, h]) : P.chain(f, h)), first)
    }),
  ],
  ['a lerp with its ends swapped', laws.lerpHasEnds((f, h, t) => P.lerp(h, f, t))],
  [
    'a weighted sum whose weights are squared',
    laws.sumIsLinear(([v, f], ...rest) => {
      const [w, h] = rest[0] as readonly [number, T]
      return P.weightedSum([v ** 2, f], [w ** 2, h])
    }),
  ],
  [
    'a mask that counts frozen leaves',
    laws.maskedIsRestricted((select, f) => ({
      init: params => f.init(params),
      update: (updates, state, params, context) => {
        const [out, next] = f.update(updates, state, params, context)
        return [P.tree.map((g: P.Expr, name) => (select(name, params) ? P.tree.get(name)(out) : g))(updates), next]
      },
    })),
  ],
  [
    'a partition that runs every transform',
    laws.partitionByOne((_, transforms) => P.chain(...Object.values(transforms))),
  ],
  [
    'a graft that takes the magnitude from the gradient',
    laws.graftOnItself((_, direction) => P.graft(P.identity, direction)),
  ],
  ['a provide whose body sees what is provided', laws.provideUnread((_, f, body) => P.chain(f, body))],
  [
    'steps on the sum of several gradients',
    laws.multiStepsIsMean((f, k) => P.multiSteps(f, k, { useGradMean: false })),
  ],
  ['steps between which the state goes on', laws.multiStepsIsMean((f, k) => P.chain(P.multiSteps(P.identity, k), f))],
]

describe('twins', () => {
  test.each(twins)('%s is rejected', (_, law) => {
    const { violation, text } = found(law, 300)
    expect(violation, 'not rejected').toBeDefined()
    expect(violation?.size.combinators, text).toBeLessThanOrEqual(2)
    expect(violation?.size.elements, text).toBeLessThanOrEqual(3)
    expect(violation?.size.steps, text).toBeLessThanOrEqual(3)
  })
})
