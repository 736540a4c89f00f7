/** Quantities of the whole tree: over all leaves together, and 0 where there are none. */
import { type Expr, type ExprLike, expr } from '../expr/expr.js'
import { map, type Tree, values, zipWith } from '../expr/tree.js'
import type { Hyperparameter } from '../schema/hyperparameter.js'
import { unitFor } from './normable.js'

/** The sum of values, one a leaf. */
export const total = (terms: Tree<Expr>): Expr => {
  const [first, ...rest] = values(terms)
  return rest.reduce((a, b) => a.add(b), first ?? expr(0))
}

/** The inner product, over the leaves of the first: $\langle a, b \rangle$. */
export const dot = (a: Tree<Expr>, b: Tree<Expr>): Expr => total(zipWith([a, b], (x, y) => x.mul(y).sum()))

/** $\lVert a \rVert^2$. */
export const squaredNorm = (a: Tree<Expr>): Expr => total(map((x: Expr) => x.norm().square())(a))

/**
 * The norm of all leaves together, 0 without any: $\sqrt{\sum_i \lVert g_i \rVert^2}$. No square overflows or vanishes on the way.
 * A measure for {@link monitor}.
 *
 * @example
 * monitor({ norm: globalNorm })
 */
export const globalNorm = (tree: Tree<Expr>): Expr => {
  const norms = map((x: Expr) => x.norm())(tree)
  const [first, ...rest] = values(norms)
  if (first === undefined) return expr(0)
  const unit = unitFor(rest.reduce((a, b) => a.maximum(b), first))
  return total(map((n: Expr) => n.div(unit).square())(norms))
    .sqrt()
    .mul(unit)
}

/** $\lVert a \rVert_1$. */
export const absoluteSum = (a: Tree<Expr>): Expr => total(map((x: Expr) => x.abs().sum())(a))

/** The factor that brings a norm down to a limit, and a little further; 1 within it, and NaN for a norm that is none. */
export const shrink = (norm: Expr, limit: ExprLike, eps: Hyperparameter = 0): Expr =>
  norm.lessEqual(limit).where(1, expr(limit).div(norm.add(eps)))

/** `a / b`, or 0 where `b` is 0: what nothing was accumulated for has no ratio yet. */
export const ratio = (a: Expr, b: Expr): Expr => b.equal(0).where(0, a.div(b))
