/** Beginning anew. */
import type { Expr } from '../../expr/expr.js'
import { unite } from '../../expr/nest.js'
import type { Tree } from '../../expr/tree.js'
import type { GradientTransform } from '../types.js'

/** The state of `f` from `init`, but as it is for the leaves without a gradient, which stand still. */
export const restart = <S>(f: GradientTransform<S>, state: S, updates: Tree<Expr>, params: Tree<Expr>): S => {
  const still = (key: string): boolean => Object.hasOwn(params, key) && !Object.hasOwn(updates, key)
  return unite((fresh, old, path) => (path.some(still) ? old : fresh), f.init(params), state) as S // both are an S
}
