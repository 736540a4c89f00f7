/** On some steps only. */
import type { Expr } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import type { Tree } from '../../expr/tree.js'
import { branch } from '../branch.js'
import { identity } from '../combine.js'
import type { Context, GradientTransform, Stateless } from '../types.js'
import { wrapping } from '../wrapping.js'

/** What a condition of {@link when} may look at: steps taken so far, counted from 0, the context, gradients and parameters. */
export type Phase = (count: Scalar, context: Context, updates: Tree<Expr>, params: Tree<Expr>) => Scalar | Expr

/** The state of {@link when}. */
export interface WhenState<S> {
  /** Steps taken, those without `f` among them. */
  readonly count: Scalar
  readonly inner: S
}

/**
 * Applies `f` on some steps only; on the others the state of `f` stands still, and gradients pass unchanged, or through
 * `otherwise`: with `zero` there is no update.
 * $$ u_t = \begin{cases} f(g_t) & c_t \ne 0 \\ h(g_t) & \text{else} \end{cases} $$
 *
 * optax: `conditionally_transform`; with `zero`, `conditionally_mask`.
 *
 * @param condition $c_t$, not zero where `f` is to run. A tensor of one element is read back, which the backend must be able
 *   to do synchronously (webgpu may not)
 * @param otherwise $h$, a transform without state; default `identity`
 * @example
 * when(count => count.less(1000), clipByGlobalNorm(1))
 * @example
 * when(count => count.mod(2).equal(0), sgd(), zero) // a step every other time
 */
export const when = <S>(
  condition: Phase,
  f: GradientTransform<S>,
  otherwise: GradientTransform<Stateless> = identity,
): GradientTransform<WhenState<S>> =>
  wrapping(
    'when',
    f,
    ({ inner }) => inner,
    g => when(condition, g, otherwise),
    {
      init: params => ({ count: scalar(0), inner: f.init(params) }),
      update: (updates, { count, inner }, params, context) => {
        const run = f.update(updates, inner, params, context)
        const [rest] = otherwise.update(updates, [], params, context)
        const [out, next] = branch(condition(count, context, updates, params), run, [rest, inner])
        return [out, { count: count.add(1), inner: next }]
      },
    },
  )
