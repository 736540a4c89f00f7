/** Handing on where to evaluate: from the part that keeps weights of its own to the whole. */
import type { Expr } from '../expr/expr.js'
import { names, type Tree } from '../expr/tree.js'
import { admitTransform } from './admit.js'
import type { GradientTransform } from './types.js'

type Evaluate<S> = NonNullable<GradientTransform<S>['evaluate']>

/**
 * A part of a transform, what the sentence that refuses it calls it, and where its state stands in that of the whole; which
 * part it is, where that depends on the state.
 */
type Part<S> = readonly [
  name: string,
  part: GradientTransform<unknown>,
  stateOf: (state: S) => unknown,
  partOf?: (state: S) => GradientTransform<unknown>,
]

// Which leaves `masked` selects is known with the parameters only. What evaluates some leaves alone is noted here, by the
// function itself, so that it is known of a copy of its transform too.
const partial = new WeakSet<object>()

/** Notes that a function evaluates some of the leaves alone. */
export const ofSomeLeaves = <S>(evaluate: Evaluate<S>): Evaluate<S> => {
  partial.add(evaluate)
  return evaluate
}

/** The second function, noted as the first is. */
export const alike = <S>(first: Evaluate<never>, second: Evaluate<S>): Evaluate<S> =>
  partial.has(first) ? ofSomeLeaves(second) : second

const refusal = (whole: string, a: string, b: string, what: string): TypeError =>
  new TypeError(
    `${whole}: ${a} and ${b} both keep weights to evaluate ${what} at; enclose one in the other, or give each leaves of its own by masked or partition`,
  )

/** What several parts evaluate, each its own leaves. */
const together =
  <S>(whole: string, parts: readonly Part<S>[]): Evaluate<S> =>
  (params, state) => {
    const owners = new Map<string, string>()
    const kept = parts.map(([name, part, stateOf, partOf = () => part]) => {
      const own = partOf(state).evaluate?.(params, stateOf(state)) ?? {}
      for (const leaf of names(own)) {
        const owner = owners.get(leaf)
        if (owner !== undefined) throw refusal(whole, owner, name, `'${leaf}'`)
        owners.set(leaf, name)
      }
      return own
    })
    return Object.assign({}, ...kept)
  }

/**
 * A transform that evaluates where its parts do: two for one leaf are refused, here where one of them has all leaves, else when
 * `init` meets the leaf.
 *
 * @param whole what it is called
 * @throws TypeError naming both parts
 */
export const evaluatedBy = <S>(
  whole: string,
  parts: readonly Part<S>[],
  transform: GradientTransform<S>,
): GradientTransform<S> => {
  for (const [name, part] of parts) admitTransform(whole, name, part)
  const keepers = parts.filter(([, { evaluate }]) => evaluate !== undefined)
  const [[first] = [''], [second] = ['']] = keepers
  if (keepers.length === 0) return transform
  const some = keepers.every(([, { evaluate }]) => partial.has(evaluate as object))
  if (keepers.length > 1 && !some) throw refusal(whole, first, second, 'all leaves')
  const evaluate = together(whole, keepers)
  const init = (params: Tree<Expr>): S => {
    const state = transform.init(params)
    evaluate(params, state) // refuses
    return state
  }
  return {
    ...transform,
    ...(keepers.length > 1 && { init }),
    evaluate: some ? ofSomeLeaves(evaluate) : evaluate,
  }
}

/** A transform that evaluates where its only part does, whose state stands somewhere in its own. */
export const evaluatedLike = <S>(
  whole: string,
  part: GradientTransform<unknown>,
  stateOf: (state: S) => unknown,
  transform: GradientTransform<S>,
): GradientTransform<S> => evaluatedBy(whole, [['what it is given', part, stateOf]], transform)
