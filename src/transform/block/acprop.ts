/** ACProp: gradients scaled by how far earlier ones were from their average. */

import type { Expr } from '../../expr/expr.js'
import { zipWith } from '../../expr/tree.js'
import { eps, type OptionsOf, options, real } from '../../schema/index.js'
import { type AdamState, average, averages, debias, zeroMoments } from '../moments.js'
import type { GradientTransform } from '../types.js'

export const acpropTransformOptions = options({
  /** $\beta_1$, the decay of the first moment. */
  b1: real('[0, 1)', 0.9),
  /** $\beta_2$, the decay of the centred second moment. */
  b2: real('[0, 1)', 0.999),
  /** $\varepsilon$, added to the root. */
  eps: eps(1e-16),
  /** $\bar\varepsilon$, added to the second moment at each step. */
  epsRoot: real('[0, inf)', 1e-16),
})

export interface AcpropTransformOptions extends OptionsOf<typeof acpropTransformOptions> {}

/**
 * Scales gradients by a centred second moment that does not know them yet:
 * $$ u_t = \frac{g_t}{\sqrt{\hat v_{t-1}} + \varepsilon}, \quad v_t = \beta_2 v_{t-1} + (1 - \beta_2)(g_t - m_{t-1})^2 + \bar\varepsilon, \quad
 *    m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t, $$
 * with $\hat v_t = v_t / (1 - \beta_2^t)$, and $\hat v_0 = 1$. As in optax, gradients are centred by the average before them; the paper
 * centres by that with them.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(chain(scaleByAcprop(), scaleByLearningRate(1e-3)))
 *
 * Source: Zhuang et al., arXiv 2110.05454.
 */
export const scaleByAcprop = (given: AcpropTransformOptions = {}): GradientTransform<AdamState> => {
  const { b1, b2, eps, epsRoot } = acpropTransformOptions.read('scaleByAcprop', given)
  return {
    init: zeroMoments,
    update: (updates, state) => {
      const correction = debias(b2, state.count.maximum(1))
      // A second moment of exactly 0 has seen nothing, be it at the first step or for want of gradients.
      const root = (v: Expr): Expr => v.equal(0).where(1, v.div(correction).sqrt())
      const out = zipWith([updates, state.nu], (g, v) => g.div(root(v).add(eps)))
      const mu = averages(updates, state.mu, b1)
      const nu = zipWith([updates, state.mu, state.nu], (g, m, v) => average(g.sub(m).square(), v, b2).add(epsRoot))
      return [out, { count: state.count.add(1), mu, nu }]
    },
  }
}
