/** Steps by a diagonal of the Hessian that the caller estimates. */
import type { Expr } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { type Tree, zipWith } from '../../expr/tree.js'
import { treeFrom } from '../context.js'
import { admit, admitEach, admitEps, type Hyperparameter } from '../hyperparameter.js'
import { averages, unbiased, zeroMoments } from '../moments.js'
import { present } from '../present.js'
import type { GradientTransform } from '../types.js'

export interface SophiaOptions {
  /** $\beta_1$ in [0, 1), the decay of the first moment; default 0.965. */
  readonly b1?: Hyperparameter
  /** $\beta_2$ in [0, 1), the decay of the Hessian's diagonal, per estimate; default 0.99. */
  readonly b2?: Hyperparameter
  /** $\varepsilon > 0$, the least denominator; default 1e-8. */
  readonly eps?: Hyperparameter
  /** $\gamma > 0$, the part of the diagonal that divides; default 0.01. */
  readonly gamma?: Hyperparameter
  /** $\rho > 0$, the largest magnitude of an update, infinity for none; default 1. */
  readonly clipThreshold?: Hyperparameter
}

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
 * @param options.b1 $\beta_1$ in [0, 1), default 0.965
 * @param options.b2 $\beta_2$ in [0, 1), default 0.99
 * @param options.eps $\varepsilon > 0$, default 1e-8
 * @param options.gamma $\gamma > 0$, default 0.01
 * @param options.clipThreshold $\rho$ in (0, inf], default 1
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(chain(scaleBySophia(), scaleByLearningRate(1e-4)))
 * const hessian = tree.map((g: tf.Tensor) => tf.square(g))(grads)
 * const [updates] = optimizer.update(grads, optimizer.init(params), params, { hessian })
 *
 * Source: Liu et al., arXiv 2305.14342.
 */
export const scaleBySophia = ({
  b1 = 0.965,
  b2 = 0.99,
  eps = 1e-8,
  gamma = 0.01,
  clipThreshold = 1,
}: SophiaOptions = {}): GradientTransform<SophiaState> => {
  admitEach('[0, 1)', { b1, b2 })
  admitEps('eps', eps)
  admit('gamma', gamma, '(0, inf)')
  admit('clipThreshold', clipThreshold, '(0, inf]')
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
