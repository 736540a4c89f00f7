/** Claims about what a change of the gradients does to the updates. */
import * as fc from 'fast-check'
import { rotate } from '../arbitraries/quadratic.js'
import { arbitraryTrial } from '../arbitraries/trial.js'
import { firstDifference, roundingOf, someNonZero } from '../compare.js'
import type { Law, Subject, Trial } from '../law.js'
import { firstBroken, updatesOf } from '../play.js'
import { type Leaf, mapValues, numbers, type Values } from '../values.js'

/** Runs a trial and a changed one, and compares: the updates of the changed against the changed updates. */
const commutes = (
  subject: Subject,
  trial: Trial,
  {
    input,
    output = input,
    part,
  }: {
    /** The change of parameters and gradients. */
    readonly input: (values: Values) => Values
    /** The change that updates should show; default the same. */
    readonly output?: (values: Values) => Values
    /** What may be off, as part of the largest update; 0 is exact. */
    readonly part: number
  },
) => {
  const expected = updatesOf(subject, trial).map(output)
  const actual = updatesOf(subject, { params: input(trial.params), gradients: trial.gradients.map(input) })
  const rounding = roundingOf(expected, part)
  return firstBroken(actual, (updates, t) =>
    firstDifference('updates', updates, expected[t] as Values, part === 0 ? () => 0 : rounding(t)),
  )
}

/** Sign symmetry: $u(-g) = -u(g)$, bit for bit, where parameters change sign too. */
export const signSymmetry: Law = {
  kind: 'law',
  name: 'sign symmetry',
  statement: 'u(-g) = -u(g)',
  trials: arbitraryTrial(),
  check: (subject, trial) => ({
    broken: commutes(subject, trial, { input: mapValues(x => -x), part: 0 }),
    interesting: someNonZero(trial.gradients),
  }),
}

type ScaledTrial = Trial & { readonly factor: number }

// Not so small that an epsilon counts beside them, also after the factor; powers of two, which are exact.
const scaledTrials: fc.Arbitrary<ScaledTrial> = fc
  .tuple(
    arbitraryTrial({ magnitudes: 'typical' }).map(({ params, gradients }) => ({
      params,
      gradients: gradients.map(mapValues(g => Math.sign(g) * Math.max(Math.abs(g), g === 0 ? 0 : 0.25))),
    })),
    fc.constantFrom(8, 0.25, 2, 64, 1024),
  )
  .map(([trial, factor]) => ({ ...trial, factor }))

const scaling = (name: string, statement: string, degree: 0 | 1): Law<ScaledTrial> => ({
  kind: 'law',
  name,
  statement,
  trials: scaledTrials,
  check: (subject, { factor, ...trial }) => {
    const expected = updatesOf(subject, trial).map(mapValues(u => u * factor ** degree))
    const scaled = trial.gradients.map(mapValues(g => g * factor))
    const rounding = roundingOf(expected, 1e-4)
    const broken = firstBroken(updatesOf(subject, { ...trial, gradients: scaled }), (updates, t) =>
      firstDifference('updates', updates, expected[t] as Values, rounding(t)),
    )
    return { broken, interesting: someNonZero(trial.gradients) }
  },
})

/** Scale invariance: $u(k g) = u(g)$ for $k > 0$, where $\varepsilon$ is negligible. Of normalized rules. */
export const scaleInvariance: Law<ScaledTrial> = scaling('scale invariance', 'u(k g) = u(g)', 0)

/** Scale equivariance: $u(k g) = k\, u(g)$ for $k > 0$, where $\varepsilon$ is negligible. Of linear rules, and of gates by normalized signals. */
export const scaleEquivariance: Law<ScaledTrial> = scaling('scale equivariance', 'u(k g) = k u(g)', 1)

type PermutedTrial = Trial & { readonly keys: readonly number[] }

/** Permutation equivariance: permuting the elements of each leaf permutes the update. Of elementwise rules and leaf reductions. */
export const permutationEquivariance: Law<PermutedTrial> = {
  kind: 'law',
  name: 'permutation equivariance',
  statement: 'u(P g) = P u(g)',
  // Keys that elements are sorted by; reversed, for one, which goes on permuting while elements are dropped.
  trials: fc
    .tuple(arbitraryTrial(), fc.nat({ max: 3 }), fc.array(fc.nat({ max: 99 }), { minLength: 7, maxLength: 7 }))
    .map(([trial, choice, keys]) => ({ ...trial, keys: choice === 0 ? [6, 5, 4, 3, 2, 1, 0] : keys })),
  coverage: 0.3,
  check: (subject, { keys, ...trial }) => {
    const permuted = (values: Values): Values =>
      Object.fromEntries(
        Object.entries(values).map(([name, { shape, values }]: [string, Leaf]) => {
          const order = values.map((_, i) => i).toSorted((i, j) => (keys[i] as number) - (keys[j] as number) || i - j)
          return [name, { shape, values: order.map(i => values[i] as number) }]
        }),
      )
    const moves = JSON.stringify(trial.gradients.map(permuted)) !== JSON.stringify(trial.gradients)
    return { broken: commutes(subject, trial, { input: permuted, part: 1e-5 }), interesting: moves }
  },
}

type RotatedTrial = Trial & { readonly angles: readonly number[] }

/** Rotation equivariance: an orthogonal change of basis of each leaf commutes. Adam does not have it. */
export const rotationEquivariance: Law<RotatedTrial> = {
  kind: 'law',
  name: 'rotation equivariance',
  statement: 'u(Q g) = Q u(g), \\quad Q^\\top Q = I',
  trials: fc
    .tuple(
      arbitraryTrial(),
      fc.array(
        fc.integer({ min: 1, max: 23 }).map(turn => (turn * Math.PI) / 12),
        { minLength: 6, maxLength: 6 },
      ),
    )
    .map(([trial, angles]) => ({ ...trial, angles })),
  coverage: 0.3,
  check: (subject, { angles, ...trial }) => {
    const turned =
      (round: (x: number) => number) =>
      (values: Values): Values =>
        Object.fromEntries(
          Object.entries(values).map(([name, leaf]) => [
            name,
            { ...leaf, values: rotate(angles, leaf.values).map(round) },
          ]),
        )
    return {
      broken: commutes(subject, trial, { input: turned(Math.fround), output: turned(x => x), part: 1e-5 }),
      interesting: Object.values(trial.params).some(({ values }) => values.length > 1) && someNonZero(trial.gradients),
    }
  },
}

type OtherTrial = Trial & { readonly kept: number }

/** Leaf independence: neither gradients nor parameters of other leaves affect a leaf, bit for bit. Of all but global rules. */
export const leafIndependence: Law<OtherTrial> = {
  kind: 'law',
  name: 'leaf independence',
  statement: '\\partial u_i / \\partial g_j = 0, \\quad i \\ne j',
  trials: fc.tuple(arbitraryTrial({ minLeaves: 2 }), fc.nat({ max: 2 })).map(([trial, kept]) => ({ ...trial, kept })),
  check: (subject, { kept, ...trial }) => {
    const names = Object.keys(trial.params)
    const name = names[kept % names.length] as string
    const others = mapValues((x, i, leaf) => (leaf === name ? x : Math.fround(3 * x + i + 1)))
    const only = (values: Values): Values => ({ [name]: values[name] as Leaf })
    const expected = updatesOf(subject, trial).map(only)
    const changed = { params: others(trial.params), gradients: trial.gradients.map(others) }
    const broken = firstBroken(updatesOf(subject, changed).map(only), (updates, t) =>
      firstDifference('updates', updates, expected[t] as Values),
    )
    return { broken, interesting: numbers(trial.params).length > (trial.params[name]?.values.length ?? 0) }
  },
}
