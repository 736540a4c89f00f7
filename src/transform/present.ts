/** What stands at the leaves that have a gradient. */
import type { Expr } from '../expr/expr.js'
import { type Tree, zipWith } from '../expr/tree.js'

/** The values of a tree there. */
export const present = (updates: Tree<Expr>, tree: Tree<Expr>): Tree<Expr> => zipWith([updates, tree], (_, x) => x)

/** `a` less `b` there. */
export const minus = (updates: Tree<Expr>, a: Tree<Expr>, b: Tree<Expr>): Tree<Expr> =>
  zipWith([updates, a, b], (_, x, y) => x.sub(y))
