/** Steps for games, in which following the gradient goes round in circles. */

import type { Expr } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { map, type Tree, zipWith } from '../../expr/tree.js'
import { type OptionsOf, options, real } from '../../schema/index.js'
import { branch } from '../branch.js'
import { zerosLike } from '../moments.js'
import type { GradientTransform } from '../types.js'

export const optimisticOptions = options({
  /** $\alpha$, how much of the gradient is taken. */
  alpha: real('(-inf, inf)', 1),
  /** $\beta$, how much of its change is added. */
  beta: real('(-inf, inf)', 1),
})

export interface OptimisticOptions extends OptionsOf<typeof optimisticOptions> {}

/** The state of {@link scaleByOptimisticGradient}: the gradient before, and whether a leaf has had one. */
export interface OptimisticState {
  readonly started: Tree<Scalar>
  readonly previous: Tree<Expr>
}

/**
 * Adds what the gradient has changed since the step before: $u_t = \alpha\, g_t + \beta\,(g_t - g_{t-1})$, $u_1 = \alpha\, g_1$.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(chain(scaleByOptimisticGradient(), scaleByLearningRate(0.01)))
 *
 * Source: Mokhtari et al., arXiv 1901.08511.
 */
export const scaleByOptimisticGradient = (given: OptimisticOptions = {}): GradientTransform<OptimisticState> => {
  const { alpha, beta } = optimisticOptions.read('scaleByOptimisticGradient', given)
  return {
    init: params => ({ started: map(() => scalar(0))(params), previous: zerosLike(params) }),
    update: (updates, { started, previous }) => [
      zipWith([updates, started, previous], (g, after, before) =>
        g.mul(alpha).add(g.sub(branch(after, before, g)).mul(beta)),
      ),
      { started: map(() => scalar(1))(updates), previous: updates },
    ],
  }
}
