/** Combining transforms: one after another, side by side, and the fp-ts instances of both. */

import type { Monoid } from 'fp-ts/lib/Monoid.js'
import { type Expr, fill } from '../expr/expr.js'
import { badLeafName, map, zipWith } from '../expr/tree.js'
import { HyperparameterError } from '../schema/hyperparameter.js'
import { resultOf } from './admit.js'
import { type Coefficient, coefficientAt } from './context.js'
import { evaluatedBy } from './evaluate.js'
import { passesSteps, passing, ratedLike } from './rate.js'
import { type GradientTransform, type Stateless, type StateOf, stateless } from './types.js'

// TypeScript cannot follow a heterogeneous list through `map`: the casts of this file, each from a list of what every part
// gave to the tuple of just that.
type Transforms = readonly GradientTransform<unknown>[]

/** The states of several transforms, in their places. */
export type States<Ts extends Transforms | Readonly<Record<string, GradientTransform<unknown>>>> = {
  readonly [K in keyof Ts]: Ts[K] extends GradientTransform<unknown> ? StateOf<Ts[K]> : never
}

/**
 * Leaves gradients as they are: $u = g$. The unit of {@link chain}.
 *
 * @example
 * plasticityGate(lerp(identity, averageOverLeaf(), 0.5))
 */
export const identity: GradientTransform<Stateless> = passing(stateless(updates => updates))

/**
 * Gives zero for every gradient: $u = 0$. The unit of addition.
 *
 * @example
 * partition(name => (name === 'bias' ? 'still' : 'moving'), { still: zero, moving: sgd() })
 */
export const zero: GradientTransform<Stateless> = stateless(map(g => fill(g, 0)))

/**
 * One transform after another: $u = f_n(\dots f_2(f_1(g)))$. State is the tuple of theirs.
 *
 * @example
 * const adamW = chain(scaleByAdam(), addDecayedWeights(1e-2), scaleByLearningRate(1e-3))
 */
export const chain = <Ts extends Transforms>(...transforms: Ts): GradientTransform<States<Ts>> =>
  endingIn<States<Ts>>(
    transforms,
    (state, i) => state[i],
    // As many parts, in their places.
    others => chain<Ts>(...(others as unknown as Ts)),
    evaluatedBy<States<Ts>>('chain', numbered(transforms), inTurn<Ts>(transforms)),
  )

/** A chain that has the learning rate of the last part which does not leave steps as they are. */
const endingIn = <S>(
  parts: Transforms,
  stateOf: (state: S, i: number) => unknown,
  remake: (parts: Transforms) => GradientTransform<S>,
  transform: GradientTransform<S>,
): GradientTransform<S> => {
  const end = parts.findLastIndex(part => !passesSteps(part))
  const last = parts[end]
  if (last === undefined) return transform
  return ratedLike(
    last,
    state => stateOf(state, end),
    other => remake(parts.with(end, other)),
    transform,
  )
}

const inTurn = <Ts extends Transforms>(transforms: Ts): GradientTransform<States<Ts>> => ({
  init: params => transforms.map(f => f.init(params)) as States<Ts>,
  update: (updates, state, params, context) => {
    let flowing = updates
    const next = transforms.map((f, i) => {
      const [out, s] = resultOf(`part ${i + 1} of a chain`, f.update(flowing, state[i], params, context), flowing)
      flowing = out
      return s
    })
    return [flowing, next as States<Ts>]
  },
})

/** Parts whose states stand in their places. */
const numbered = (parts: Transforms) =>
  parts.map((part, i) => [`part ${i + 1}`, part, (state: readonly unknown[]) => state[i]] as const)

/**
 * A {@link chain} whose parts, and so their states, have names: `state.moments.mu` rather than `state[1].mu`.
 *
 * @throws HyperparameterError for a name like `'1'`, which JavaScript would move to the front
 * @example
 * namedChain({ clip: clipByGlobalNorm(1), moments: scaleByAdam(), step: scaleByLearningRate(1e-3) })
 */
export const namedChain = <Ts extends Readonly<Record<string, GradientTransform<unknown>>>>(
  parts: Ts,
): GradientTransform<States<Ts>> => {
  const bad = badLeafName(Object.keys(parts))
  if (bad !== undefined)
    throw new HyperparameterError(
      'the name of a part',
      bad,
      `one that keeps its place in a record, as 'part${bad}' does`,
    )
  return sequence(parts)
}

/** A {@link namedChain} in whatever order its record has. */
export const sequence = <Ts extends Readonly<Record<string, GradientTransform<unknown>>>>(
  parts: Ts,
): GradientTransform<States<Ts>> => {
  const keys = Object.keys(parts)
  const named = (things: readonly unknown[]) => Object.fromEntries(keys.map((key, i) => [key, things[i]]))
  const inner = inTurn(Object.values(parts))
  const keepers = keys.map(key => [`'${key}'`, parts[key] as Ts[string], (state: States<Ts>) => state[key]] as const)
  // What `named` gives has the keys of the parts, each with what belongs to it.
  return endingIn(
    Object.values(parts),
    (state, i) => state[keys[i] as string],
    others => sequence(named(others) as Ts),
    evaluatedBy('namedChain', keepers, {
      init: params => named(inner.init(params)) as States<Ts>,
      update: (updates, state, params, context) => {
        const [out, next] = inner.update(
          updates,
          keys.map(key => state[key]),
          params,
          context,
        )
        return [out, named(next) as States<Ts>]
      },
    }),
  )
}

type Term = readonly [weight: Coefficient, transform: GradientTransform<unknown>]

/** The states of the transforms of a weighted sum, in their places. */
export type TermStates<Ts extends readonly Term[]> = { readonly [K in keyof Ts]: StateOf<Ts[K][1]> }

/**
 * Runs transforms on the same input and adds up what they give: $u = \sum_i w_i f_i(g)$.
 *
 * @param terms pairs of weight (a number, or one computed from the context) and transform
 * @example
 * weightedSum([0.5, activitySignal()], [0.5, gradientSignal()])
 */
export const weightedSum = <Ts extends readonly [Term, ...Term[]]>(...terms: Ts): GradientTransform<TermStates<Ts>> =>
  evaluatedBy('weightedSum', numbered(terms.map(([, f]) => f)), {
    init: params => terms.map(([, f]) => f.init(params)) as unknown as TermStates<Ts>,
    update: (updates, state, params, context) => {
      const results = terms.map(([, f], i) => f.update(updates, state[i], params, context))
      const weighted = results.map(([out], i) =>
        map((x: Expr) => x.mul(coefficientAt((terms[i] as Term)[0], context)))(out),
      )
      const total = weighted.reduce((a, b) => zipWith([a, b], (x, y) => x.add(y)))
      return [total, results.map(([, next]) => next) as unknown as TermStates<Ts>]
    },
  })

/**
 * What the first gives less what the second gives: $u = f(g) - h(g)$.
 *
 * @example
 * difference(plasticityGate(plasticity()), identity) // what the coefficient changes
 */
export const difference = <Sf, Sh>(
  f: GradientTransform<Sf>,
  h: GradientTransform<Sh>,
): GradientTransform<readonly [Sf, Sh]> => weightedSum([1, f], [-1, h])

/**
 * Between two transforms: $u = (1 - t)\, f(g) + t\, h(g)$, exactly $f$ at $t = 0$ and $h$ at $t = 1$.
 *
 * A primitive, not a weighted sum, so that interpreters know that for $t \in [0, 1]$ it stays between its ends.
 * For $t$ outside $[0, 1]$ it extrapolates.
 *
 * @param t a number, or one computed from the context (a warm-up, a phase)
 * @example
 * lerp(scaleByAdam(), trace(0.9), context => scalarFrom(context, 'epoch', 'the mixture').div(8).clipByValue(0, 1))
 */
export const lerp = <Sf, Sh>(
  f: GradientTransform<Sf>,
  h: GradientTransform<Sh>,
  t: Coefficient,
): GradientTransform<readonly [Sf, Sh]> =>
  evaluatedBy('lerp', numbered([f, h]), {
    init: params => [f.init(params), h.init(params)],
    update: (updates, [sf, sh], params, context) => {
      const [a, sf1] = f.update(updates, sf, params, context)
      const [b, sh1] = h.update(updates, sh, params, context)
      return [zipWith([a, b], (x, y) => x.lerp(y, coefficientAt(t, context))), [sf1, sh1]]
    },
  })

/** Transforms under {@link chain}: associative in behaviour, with {@link identity} as unit. */
export const monoidChain: Monoid<GradientTransform<unknown>> = { concat: (f, g) => chain(f, g), empty: identity }

/** Transforms under addition of what they give: $u = f(g) + h(g)$, with {@link zero} as unit. */
export const monoidSum: Monoid<GradientTransform<unknown>> = {
  concat: (f, h) => weightedSum([1, f], [1, h]),
  empty: zero,
}
