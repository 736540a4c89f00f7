/** What a gradient transform is, and the shortest ways to make one. */

import type { Expr } from '../expr/expr.js'
import type { Scalar } from '../expr/scalar.js'
import { map, type Tree } from '../expr/tree.js'
import { admitUpdates } from './admit.js'

/** An optimizer as data: its name and its options. Where they are all numbers, words and the like, `fromConfig` reads it. */
export type OptimizerConfig = Readonly<Record<string, unknown>> & { readonly optimizer: string }

/** What a step knows beyond its gradients: numbers such as `epoch`, and trees such as what {@link provide} computed. */
export interface Context {
  readonly scalars: Readonly<Record<string, Scalar>>
  readonly trees: Readonly<Record<string, Tree<Expr>>>
}

/**
 * A gradient transform: a Mealy machine over gradients,
 * $$ (u_t, s_t) = \mathrm{update}(g_t, s_{t-1}, p_{t-1}), \qquad s_0 = \mathrm{init}(p_0). $$
 *
 * It is written once, over symbolic tensors; interpreters run, compile, bound and print it. Iterate over `updates`: a leaf
 * without a gradient this step is not among them (it is among `params`), and what `update` leaves out of its new state
 * stays as it was.
 *
 * @typeParam S any nesting of records and tuples of `Expr` and `Scalar`
 */
export interface GradientTransform<S> {
  /** What `fromConfig` makes it from, where it is one of the library's optimizers. */
  readonly config?: OptimizerConfig
  // Methods, not properties: their parameters are bivariant, so that GradientTransform<unknown> holds every transform.
  init(params: Tree<Expr>): S
  update(updates: Tree<Expr>, state: S, params: Tree<Expr>, context: Context): readonly [updates: Tree<Expr>, state: S]
  /**
   * The parameters to evaluate at, for a rule that keeps others than those it trains (averages, slow ones): of all leaves, or
   * of some, the others being evaluated as they are. Traced like `update`; `evaluationParams` runs it.
   */
  evaluate?(params: Tree<Expr>, state: S): Tree<Expr>
}

/** The state type of a transform. */
export type StateOf<T extends GradientTransform<unknown>> = ReturnType<T['init']>

/** The state of a transform that has none. */
export type Stateless = readonly []

/**
 * A transform without state, from a function of whole trees.
 *
 * @example
 * stateless((updates, params) => tree.zipWith([updates, params], (g, p) => g.sub(p.mul(0.01))))
 */
export const stateless = (
  f: (updates: Tree<Expr>, params: Tree<Expr>, context: Context) => Tree<Expr>,
): GradientTransform<Stateless> => ({
  init: () => [],
  update: (updates, state, params, context) => {
    const out = f(updates, params, context)
    admitUpdates('the function of a stateless transform', out, updates)
    return [out, state]
  },
})

/**
 * A transform without state that treats each leaf by itself.
 *
 * @example
 * const signed = leafwise(g => g.sign())
 */
export const leafwise = (f: (g: Expr, name: string) => Expr): GradientTransform<Stateless> => stateless(map(f))
