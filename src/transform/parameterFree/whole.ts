/** Quantities of the whole tree: sums over all leaves that have a gradient. */
import { type Expr, expr } from '../../expr/expr.js'
import { map, type Tree, values, zipWith } from '../../expr/tree.js'

export { globalNorm } from '../wrap/monitor.js'

/** The sum of values, one a leaf; 0 where there is none. */
export const total = (terms: Tree<Expr>): Expr => {
  const [first, ...rest] = values(terms)
  return rest.reduce((a, b) => a.add(b), first ?? expr(0))
}

/** The inner product, over the leaves of the first: $\langle a, b \rangle$. */
export const dot = (a: Tree<Expr>, b: Tree<Expr>): Expr => total(zipWith([a, b], (x, y) => x.mul(y).sum()))

/** $\lVert a \rVert^2$. */
export const squaredNorm = (a: Tree<Expr>): Expr => total(map((x: Expr) => x.norm().square())(a))

/** $\lVert a \rVert_1$. */
export const absoluteSum = (a: Tree<Expr>): Expr => total(map((x: Expr) => x.abs().sum())(a))

/** `a` less `b`, over the leaves of `updates`. */
export const minus = (updates: Tree<Expr>, a: Tree<Expr>, b: Tree<Expr>): Tree<Expr> =>
  zipWith([updates, a, b], (_, x, y) => x.sub(y))

/** The values of a tree at the leaves that have a gradient. */
export const present = (updates: Tree<Expr>, tree: Tree<Expr>): Tree<Expr> => zipWith([updates, tree], (_, x) => x)

/** `a / b`, or 0 where `b` is 0: what nothing was accumulated for has no ratio yet. */
export const ratio = (a: Expr, b: Expr): Expr => b.greater(0).where(a.div(b), 0)
