/** Looking on: what passes through a chain, kept in the state. */
import { type Expr, isExpr } from '../../expr/expr.js'
import { mapNest } from '../../expr/nest.js'
import type { Scalar } from '../../expr/scalar.js'
import { map, type Tree } from '../../expr/tree.js'
import { zerosLike } from '../moments.js'
import { passing } from '../rate.js'
import type { GradientTransform } from '../types.js'

/** What a measure gives: a value, a number, or a tree. */
export type Measurement = Expr | Scalar | Tree<Expr>

/** Measures updates as they pass; `params` are those before the step. */
export type Measure<M extends Measurement = Measurement> = (updates: Tree<Expr>, params: Tree<Expr>) => M

/** The state of {@link monitor}: the last measurements, by name. */
export type Measurements<Ms extends Readonly<Record<string, Measure>>> = {
  readonly [K in keyof Ms]: ReturnType<Ms[K]>
}

/**
 * Leaves gradients as they are, and keeps in its state what it measures of them: $u = g$, $s_k = m_k(g)$. At `init`, that is
 * what it measures of zeros.
 *
 * optax: `monitor`, which also takes transforms as measures.
 *
 * @param measures by name, which is the name in the state; a truth value is kept as 1 or 0
 * @example
 * monitor({ norm: globalNorm, clipped: updates => globalNorm(updates).greater(1) })
 */
export const monitor = <const Ms extends Readonly<Record<string, Measure>>>(
  measures: Ms,
): GradientTransform<Measurements<Ms>> => {
  const measured = (updates: Tree<Expr>, params: Tree<Expr>) =>
    mapNest(
      // A state holds float32 tensors; adding 0 makes one of a truth value, and costs nothing.
      symbol => (isExpr(symbol) ? symbol.add(0) : symbol),
      map((measure: Measure) => measure(updates, params))(measures),
    ) as Measurements<Ms> // measure by measure
  return passing({
    init: params => measured(zerosLike(params), params),
    update: (updates, _, params) => [updates, measured(updates, params)],
  })
}

/**
 * Leaves gradients as they are, and keeps in its state, under a name, the last ones that passed, or what it measures of
 * them: $u = g$, $s = m(g)$.
 *
 * optax: `snapshot`.
 *
 * @param name in the state: `state.beforeClip`
 * @param measure default the updates themselves; `(_, params) => params` keeps the parameters before the step
 * @example
 * namedChain({ moments: scaleByAdam(), seen: snapshot('direction'), step: scaleByLearningRate(1e-3) })
 * // state.seen.direction.kernel
 */
export function snapshot<const K extends string>(name: K): GradientTransform<{ readonly [k in K]: Tree<Expr> }>
export function snapshot<const K extends string, M extends Measurement>(
  name: K,
  measure: Measure<M>,
): GradientTransform<{ readonly [k in K]: M }>
export function snapshot(
  name: string,
  measure: Measure = updates => updates,
): GradientTransform<Readonly<Record<string, Measurement>>> {
  return monitor({ [name]: measure })
}
