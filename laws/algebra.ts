/** The laws of the combinators, over any transforms. Each takes the combinator, so that it can be held against another. */
import * as fc from 'fast-check'
import {
  chain,
  type GradientTransform,
  graft,
  identity,
  type LeafSelector,
  lerp,
  masked,
  monoidChain,
  monoidSum,
  multiSteps,
  partition,
  provide,
  type Tree,
  weightedSum,
} from '../src/index.js'
import { arbitraryTransform, type Written } from './arbitraries/transform.js'
import { arbitraryTrial } from './arbitraries/trial.js'
import { firstDifference, largest, someNonZero } from './compare.js'
import type { Law, Subject, Trial } from './law.js'
import { firstBroken, updatesOf } from './play.js'
import { filled, type Leaf, mapValues, type Values } from './values.js'

type T = GradientTransform<unknown>

/** A trial with two more transforms. */
export interface AlgebraTrial extends Trial {
  readonly others: readonly [Written, Written]
}

const trials: fc.Arbitrary<AlgebraTrial> = fc
  .tuple(arbitraryTrial({ maxSteps: 3 }), arbitraryTransform({ depth: 1 }), arbitraryTransform({ depth: 1 }))
  .map(([trial, g, h]) => ({ ...trial, others: [g, h] }))

const run = (subject: Subject, trial: Trial, transform: T): readonly Values[] =>
  updatesOf({ ...subject, transform }, trial)

/** What float32 rounding may do where results of a size are added, by step and leaf. */
const roundingOfParts = (parts: readonly (readonly Values[])[]) => (step: number) => (leaf: string) =>
  4e-6 * parts.reduce((sum, steps) => sum + largest(steps[step]?.[leaf]?.values ?? []), 0) + 1e-37

interface Equation {
  readonly name: string
  readonly statement: string
  /** Both sides, from three transforms. */
  readonly sides: (f: T, g: T, h: T) => readonly (readonly [left: T, right: T])[]
  /** The transforms whose results are added up: what they round by is allowed; default none, the sides are equal bit for bit. */
  readonly parts?: (f: T, g: T, h: T) => readonly T[]
}

const equation = ({ name, statement, sides, parts = () => [] }: Equation): Law<AlgebraTrial> => ({
  kind: 'law',
  name,
  statement,
  trials,
  check: (subject, { others, ...trial }) => {
    const operands = [subject.transform, others[0].transform, others[1].transform] as const
    const added = parts(...operands)
    const rounding = roundingOfParts(added.map(part => run(subject, trial, part)))
    for (const [left, right] of sides(...operands)) {
      const expected = run(subject, trial, right)
      const broken = firstBroken(run(subject, trial, left), (updates, t) =>
        firstDifference('updates', updates, expected[t] as Values, added.length === 0 ? () => 0 : rounding(t)),
      )
      if (broken !== undefined) return { broken }
    }
    return { interesting: someNonZero(trial.gradients) }
  },
})

/** `chain` is associative, with `identity` as unit. */
export const chainIsMonoid = (combine: (...transforms: readonly T[]) => T = chain): Law<AlgebraTrial> =>
  equation({
    name: 'chain is associative, identity its unit',
    statement: '(f g) h = f (g h), \\ 1 f = f = f 1',
    sides: (f, g, h) => [
      [combine(combine(f, g), h), combine(f, combine(g, h))],
      [combine(f, g, h), combine(f, combine(g, h))],
      [combine(identity, f), f],
      [combine(f, identity), f],
      [combine(f, g), monoidChain.concat(f, g)],
      [monoidChain.concat(monoidChain.empty, f), f],
    ],
  })

/** Adding what transforms give is associative and commutative, with `zero` as unit. */
export const sumIsMonoid: Law<AlgebraTrial> = equation({
  name: 'sum is associative, zero its unit',
  statement: '(f + g) + h = f + (g + h), \\ f + g = g + f, \\ 0 + f = f',
  sides: (f, g, h) => [
    [monoidSum.concat(monoidSum.concat(f, g), h), monoidSum.concat(f, monoidSum.concat(g, h))],
    [monoidSum.concat(f, g), monoidSum.concat(g, f)],
    [monoidSum.concat(monoidSum.empty, f), f],
  ],
  parts: (f, g, h) => [f, g, h],
})

/** `lerp` at 0 and at 1 gives its ends, exactly. */
export const lerpHasEnds = (combine: (f: T, h: T, t: number) => T = lerp): Law<AlgebraTrial> =>
  equation({
    name: 'lerp gives its ends',
    statement: '\\mathrm{lerp}(f, g, 0) = f, \\quad \\mathrm{lerp}(f, g, 1) = g',
    sides: (f, g) => [
      [combine(f, g, 0), f],
      [combine(f, g, 1), g],
    ],
  })

/** `partition` by one label is the transform of that label. */
export const partitionByOne = (
  combine: (label: () => string, transforms: Tree<T>) => T = partition,
): Law<AlgebraTrial> =>
  equation({
    name: 'partition by one label',
    statement: '\\mathrm{partition}(a, \\{a: f, b: g\\}) = f',
    sides: (f, g) => [[combine(() => 'a', { a: f, b: g }), f]],
  })

/** Grafting a transform on itself is that transform. */
export const graftOnItself = (combine: (magnitude: T, direction: T) => T = graft): Law<AlgebraTrial> =>
  equation({
    name: 'graft on itself',
    statement: '\\mathrm{graft}(f, f) = f',
    sides: f => [[combine(f, f), f]],
    parts: f => [f],
  })

/** `provide` with a name that nobody reads is its body. */
export const provideUnread = (combine: (name: string, f: T, body: T) => T = provide): Law<AlgebraTrial> =>
  equation({
    name: 'provide, unread, is its body',
    statement: '\\mathrm{provide}(x, g, f) = f \\text{ where } f \\text{ does not read } x',
    sides: (f, g) => [[combine('nobody reads this', g, f), f]],
  })

/** `weightedSum` is linear in its weights: $u = \sum_i w_i f_i(g)$. */
export const sumIsLinear = (
  combine: (...terms: readonly [readonly [number, T], ...(readonly [number, T])[]]) => T = weightedSum,
): Law<AlgebraTrial> => ({
  kind: 'law',
  name: 'weightedSum is linear in its weights',
  statement: 'u(w) = \\sum_i w_i f_i(g)',
  trials,
  check: (subject, { others: [other], ...trial }) => {
    const parts = [run(subject, trial, subject.transform), run(subject, trial, other.transform)] as const
    for (const [v, w] of [
      [1, 0],
      [0, 1],
      [0.25, -3],
    ] as const) {
      const sum = run(subject, trial, combine([v, subject.transform], [w, other.transform]))
      const broken = firstBroken(sum, (updates, t) => {
        const at = (part: readonly Values[], leaf: string, i: number) => part[t]?.[leaf]?.values[i] as number
        const expected = mapValues((_, i, leaf) => v * at(parts[0], leaf, i) + w * at(parts[1], leaf, i))(updates)
        return firstDifference('updates', updates, expected, roundingOfParts(parts)(t))
      })
      if (broken !== undefined) return { broken }
    }
    return { interesting: someNonZero(trial.gradients) }
  },
})

type MaskTrial = Trial & { readonly selected: readonly boolean[] }

/** `masked(T)` is `T` on the subtree of the selected leaves, norms included, and nothing on the others. */
export const maskedIsRestricted = (combine: (select: LeafSelector, f: T) => T = masked): Law<MaskTrial> => ({
  kind: 'law',
  name: 'masked is the transform on the subtree',
  statement: '\\mathrm{masked}_S(f)(g)|_S = f(g|_S), \\quad \\mathrm{masked}_S(f)(g)|_{\\bar S} = g|_{\\bar S}',
  trials: fc
    .tuple(arbitraryTrial({ maxSteps: 3 }), fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }))
    .map(([trial, selected]) => ({ ...trial, selected })),
  check: (subject, { selected, params, gradients }) => {
    const names = Object.keys(params)
    const isSelected = (name: string): boolean => selected[names.indexOf(name)] === true
    const part =
      (keep: (name: string) => boolean) =>
      (values: Values): Values =>
        Object.fromEntries(Object.entries(values).filter(([name]: [string, Leaf]) => keep(name)))
    const inside = part(isSelected)
    const outside = part(name => !isSelected(name))
    const whole = run(subject, { params, gradients }, combine(isSelected, subject.transform))
    const alone = updatesOf(subject, { params: inside(params), gradients: gradients.map(inside) })
    const broken = firstBroken(
      whole,
      (updates, t) =>
        firstDifference('updates of selected leaves', inside(updates), alone[t] as Values) ??
        firstDifference('updates of the others', outside(updates), outside(gradients[t] as Values)),
    )
    const some = names.some(isSelected) && !names.every(isSelected)
    return { broken, interesting: some && someNonZero(gradients) }
  },
})

/**
 * `multiSteps(f, k)` is $f$ on the mean of $k$ gradients, and zero between. Here $k = 2$: halving is exact, and so both sides
 * are equal bit for bit.
 */
export const multiStepsIsMean = (combine: (f: T, k: number) => T = multiSteps): Law => ({
  kind: 'law',
  name: 'multiSteps is the transform on the mean',
  statement: 'u_{jk} = f(\\tfrac1k \\sum_{i<k} g_{jk-i}), \\quad u_t = 0 \\text{ where } k \\nmid t',
  trials: arbitraryTrial({ minSteps: 2, maxSteps: 4 }),
  check: (subject, { params, gradients }) => {
    const k = 2
    // What a part reads of the context must not depend on how the steps are counted.
    const steady = { ...subject, context: () => subject.context(0) }
    const pairs = gradients
      .filter((_, t) => t % k === 1)
      .map((second, j) => [gradients[k * j] as Values, second] as const)
    const means = pairs.map(([first, second]) =>
      mapValues((g, i, leaf) => Math.fround((first[leaf]?.values[i] as number) + g) / k)(second),
    )
    const expected = run(steady, { params, gradients: means }, subject.transform)
    const broken = firstBroken(run(steady, { params, gradients }, combine(subject.transform, k)), (updates, t) =>
      firstDifference('updates', updates, t % k === k - 1 ? (expected[(t - 1) / k] as Values) : filled(0)(updates)),
    )
    return { broken, interesting: someNonZero(means) }
  },
})

/** The laws of the library's combinators. */
export const algebraLaws: readonly Law[] = [
  chainIsMonoid(),
  sumIsMonoid,
  sumIsLinear(),
  lerpHasEnds(),
  maskedIsRestricted(),
  partitionByOne(),
  graftOnItself(),
  provideUnread(),
  multiStepsIsMean(),
]
