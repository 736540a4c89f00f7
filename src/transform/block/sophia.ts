/** Steps by a diagonal of the Hessian that the caller estimates. */

import type { Expr } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { type Tree, zipWith } from '../../expr/tree.js'
import type { Hyperparameter } from '../../schema/hyperparameter.js'
import { eps, type OptionsOf, options, real } from '../../schema/index.js'
import { treeFrom } from '../context.js'
import { averages, unbiased, zeroMoments } from '../moments.js'
import { present } from '../present.js'
import type { GradientTransform } from '../types.js'

export const sophiaTransformOptions = options({
  /** $\beta_1$, the decay of the first moment. */
  b1: real('[0, 1)', 0.965),
  /** $\beta_2$, the decay of the Hessian's diagonal, per estimate. */
  b2: real('[0, 1)', 0.99),
  /** $\varepsilon$, the least denominator. */
  eps: eps(1e-8),
  /** $\gamma$, the part of the diagonal that divides. */
  gamma: real('(0, inf)', 0.01),
  /** $\rho$, the largest magnitude of an update, infinity for none. */
  clipThreshold: real('(0, inf]', 1),
})

export interface SophiaOptions extends OptionsOf<typeof sophiaTransformOptions> {}

/** The state of {@link scaleBySophia}: the first moment, and the moving average of the Hessian's diagonal. */
export interface SophiaState {
  readonly count: Scalar
  readonly mu: Tree<Expr>
  readonly nu: Tree<Expr>
}

/** $\mathrm{clip}(u, -\rho, \rho)$. */
const bounded = (u: Expr, rho: Hyperparameter): Expr =>
  rho === Number.POSITIVE_INFINITY ? u : u.clipByValue(scalar(rho).neg(), rho)

/**
 * Scales by a moving average of the Hessian's diagonal, and clips:
 * $$ m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t, \quad
 *    u_t = \mathrm{clip}\!\left(\frac{m_t / (1 - \beta_1^t)}{\max(\gamma h_{t-1}, \varepsilon)},\ -\rho,\ \rho\right), \quad
 *    h_t = \beta_2 h_{t-1} + (1 - \beta_2) \hat h_t. $$
 * An estimate $\hat h_t$ is the context's tree `hessian`, in the steps in which the caller gives one (every tenth, say); in the others
 * $h$ stays. Without any, updates are signs.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(chain(scaleBySophia(), scaleByLearningRate(1e-4)))
 * const hessian = tree.map((g: tf.Tensor) => tf.square(g))(grads)
 * const [updates] = optimizer.update(grads, optimizer.init(params), params, { hessian })
 *
 * Source: Liu et al., arXiv 2305.14342.
 */
export const scaleBySophia = (given: SophiaOptions = {}): GradientTransform<SophiaState> => {
  const { b1, b2, eps, gamma, clipThreshold } = sophiaTransformOptions.read('scaleBySophia', given)
  return {
    init: zeroMoments,
    update: (updates, state, _, context) => {
      const count = state.count.add(1)
      const mu = averages(updates, state.mu, b1)
      const out = zipWith([mu, state.nu], (m, h) =>
        bounded(unbiased(m, b1, count).div(h.mul(gamma).maximum(eps)), clipThreshold),
      )
      if (!Object.hasOwn(context.trees, 'hessian')) return [out, { ...state, count, mu }]
      const estimate = present(updates, treeFrom(context, 'hessian', 'scaleBySophia'))
      return [out, { count, mu, nu: averages(estimate, state.nu, b2) }]
    },
  }
}
