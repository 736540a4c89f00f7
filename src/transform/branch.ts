/** Choosing between whole results, of which only one is computed. */
import { type Expr, isExpr, select } from '../expr/expr.js'
import { showPath, unite } from '../expr/nest.js'
import { isScalar, type Scalar, scalarRead } from '../expr/scalar.js'
import { isSymbol } from '../expr/symbols.js'

/**
 * `a` where the condition holds, else `b`: results of any nesting, state of both sorts included. Only one side runs; what
 * is the very same on both is no choice.
 *
 * A Scalar condition costs nothing. A tensor condition (of one element: are all gradients finite?) is read back between
 * passes; a backend that cannot read synchronously refuses it.
 *
 * A leaf that is on one side only is taken from there, whatever the condition. So the new state of the leaves with a
 * gradient may be set against the whole old one, in which the others stand still; a leaf that only the side not chosen has
 * is computed, and given, all the same.
 *
 * @throws TypeError where the sides differ in structure or shape, naming the place
 * @example
 * const every = <S>(k: number, f: GradientTransform<S>): GradientTransform<readonly [Scalar, S]> => ({
 *   init: params => [scalar(0), f.init(params)],
 *   update: (updates, [count, inner], params, context) => {
 *     const [out, next] = f.update(updates, inner, params, context)
 *     return branch(count.mod(k).equal(0), [out, [count.add(1), next]], [updates, [count.add(1), inner]])
 *   },
 * })
 * every(2, clipByGlobalNorm(1))
 */
export const branch = <R>(condition: Scalar | Expr, a: R, b: R): R => {
  if (isExpr(condition) && condition.size !== 1)
    throw new TypeError(
      `branch: the condition has shape [${condition.shape}]; reduce it to one value, by min() or max()`,
    )
  const test = isExpr(condition) ? scalarRead(condition) : condition
  const chosen = unite(
    (x, y, path) => {
      if (x === y && isSymbol(x)) return isExpr(x) ? x.add(0) : x // adding 0 makes a number of a truth value, as selecting does
      if (isExpr(x) && isExpr(y)) return select(test, x, y)
      if (isScalar(x) && isScalar(y)) return test.where(x, y)
      throw new TypeError(
        isSymbol(x) && isSymbol(y)
          ? `branch: at ${showPath(path)} one side is a tensor, the other a number`
          : `branch: at ${showPath(path)} the sides are ${String(x)} and ${String(y)}; Exprs or Scalars were expected`,
      )
    },
    a,
    b,
  )
  return chosen as R // `unite` keeps the structure, which both sides share
}
