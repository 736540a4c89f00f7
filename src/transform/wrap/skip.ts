/** Which gradients are better left out: conditions for `multiSteps`, and a wrapper. */

import type { Expr } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { map, type Tree } from '../../expr/tree.js'
import { needed, type OptionsOf, options, real } from '../../schema/index.js'
import { zero } from '../combine.js'
import { allFinite } from '../finite.js'
import type { GradientTransform } from '../types.js'
import { total } from '../whole.js'
import { type WhenState, when } from './when.js'

/** Whether to leave gradients out, which is not zero then; `step` counts the steps of what is wrapped, from 0. */
export type SkipCondition = (updates: Tree<Expr>, step: Scalar, params: Tree<Expr>) => Scalar | Expr

/**
 * Whether some gradient element is not finite: a {@link SkipCondition}.
 *
 * optax: `skip_not_finite`.
 *
 * @example
 * multiSteps(adam(), 4, { shouldSkip: isNotFinite })
 */
export const isNotFinite: SkipCondition = updates => allFinite(updates)?.logicalNot() ?? scalar(0)

const largeOptions = options({
  /** $c$, the squared norm that is too large. */
  maxSquaredNorm: needed(real('(0, inf)')),
})

export interface LargeOptions extends OptionsOf<typeof largeOptions> {}

/**
 * Whether gradients, all leaves together, are as large as that, or not finite: $\lVert g \rVert^2 \not< c$. A
 * {@link SkipCondition}.
 *
 * optax: `skip_large_updates`.
 *
 * @throws HyperparameterError
 * @example
 * multiSteps(adam(), 4, { shouldSkip: isLarge({ maxSquaredNorm: 100 }) })
 */
export const isLarge = (given: LargeOptions): SkipCondition => {
  const { maxSquaredNorm } = largeOptions.read('isLarge', given)
  // Not `greaterEqual`: a NaN is not less either.
  return updates =>
    total(map((g: Expr) => g.square().sum())(updates))
      .less(maxSquaredNorm)
      .logicalNot()
}

/**
 * Applies `f` where gradients, all leaves together, are not too large; else the update is zero and the state of `f` stands
 * still: $u = f(g)$ where $\lVert g \rVert^2 < c$, else 0. Gradients that are not finite are left out too.
 *
 * The condition is read back from the tensors, so the backend must be able to read synchronously (webgpu may not).
 *
 * optax has it as a condition of `MultiSteps` only: {@link isLarge}.
 *
 * @throws HyperparameterError
 * @example
 * skipLargeUpdates(adam(), { maxSquaredNorm: 100 })
 */
export const skipLargeUpdates = <S>(f: GradientTransform<S>, given: LargeOptions): GradientTransform<WhenState<S>> => {
  const large = isLarge(largeOptions.read('skipLargeUpdates', given))
  return when((count, _, updates, params) => large(updates, count, params).logicalNot(), f, zero)
}
