/**
 * Guards for what is divided by its own norm: at the end of float32 a norm overflows, and infinity times 0 is NaN.
 *
 * An infinite element stands for its limit: a clip by norm gives its bound, along the infinite elements.
 */
import type { Expr } from '../expr/expr.js'
import { map, type Tree, values } from '../expr/tree.js'

/** The largest power of two that is a float32. */
export const farthest = 2 ** 127

const most = (count: number): number => farthest / Math.sqrt(Math.max(1, count))

/** `x`, with no element so large that the norm of `count` of them is no float32. A NaN stays one. */
export const normable = (x: Expr, count = x.size): Expr => x.clipByValue(-most(count), most(count))

/** {@link normable} for the norm of all leaves together. */
export const allNormable = (tree: Tree<Expr>): Tree<Expr> => {
  const count = values(tree).reduce((n, x) => n + x.size, 0)
  return map((x: Expr) => normable(x, count))(tree)
}

/** What to divide by before squaring, so that no square overflows or vanishes: the longest norm itself, where that is possible. */
export const unitFor = (longest: Expr): Expr => longest.equal(0).where(1, longest.minimum(farthest))

/** Whether the bounds of a clip are those of a guard (of up to $2^{54}$ elements), which no rule has of its own. */
export const isGuard = (lo: number, hi: number): boolean => lo === -hi && hi >= most(2 ** 54)
