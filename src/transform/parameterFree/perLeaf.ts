/** Leaf by leaf what is otherwise done over the whole tree. */

import type { Expr } from '../../expr/expr.js'
import { get, map, type Tree, values } from '../../expr/tree.js'
import { admitTransform } from '../admit.js'
import { alike } from '../evaluate.js'
import { ratedLike } from '../rate.js'
import type { GradientTransform } from '../types.js'

/**
 * Runs `f` on each leaf alone: its norms are the leaf's, and so are its counters. State is a tree of states.
 * $$ u_i = f(\{ g_i \}) $$
 *
 * @example
 * perLeaf(clipByGlobalNorm(1)) // clipByNorm(1)
 */
export const perLeaf = <S>(f: GradientTransform<S>): GradientTransform<Tree<S>> => {
  admitTransform('perLeaf', 'f', f)
  const alone = (tree: Tree<Expr>, name: string): Tree<Expr> => ({ [name]: get(name)(tree) })
  // As many evaluate as there are leaves, each its own.
  const evaluate = (params: Tree<Expr>, state: Tree<S>): Tree<Expr> =>
    Object.assign({}, ...Object.entries(params).map(([name]) => f.evaluate?.(alone(params, name), get(name)(state))))
  const transform: GradientTransform<Tree<S>> = {
    ...(f.evaluate !== undefined && { evaluate: alike(f.evaluate, evaluate) }),
    init: params => map((_: Expr, name) => f.init(alone(params, name)))(params),
    update: (updates, state, params, context) => {
      const results = map((_: Expr, name) =>
        f.update(alone(updates, name), get(name)(state), alone(params, name), context),
      )(updates)
      return [
        map(([out]: readonly [Tree<Expr>, S], name) => get(name)(out))(results),
        map(([, next]: readonly [Tree<Expr>, S]) => next)(results),
      ]
    },
  }
  // All leaves have taken as many steps, but for those without a gradient.
  return ratedLike(f, state => values(state)[0] ?? f.init({}), perLeaf, transform)
}
