/** Relatives of Adam that differ in their first steps: how momentum and adaptation set in. */

import type { Expr } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { zipWith } from '../../expr/tree.js'
import type { Hyperparameter } from '../../schema/hyperparameter.js'
import { flag, type OptionsOf, options, real } from '../../schema/index.js'
import { branch } from '../branch.js'
import {
  type AdamState,
  average,
  averages,
  debias,
  type MomentOptions,
  meanSquares,
  momentOptions,
  rootOf,
  twoMoments,
  unbiased,
  zerosLike,
} from '../moments.js'
import type { GradientTransform } from '../types.js'

const nadamOptions = options({
  ...momentOptions.fields,
  /** $\psi$, how fast momentum sets in. */
  momentumDecay: real('[0, inf)', 4e-3),
})

export interface NadamOptions extends MomentOptions, OptionsOf<typeof nadamOptions> {}

/** The state of {@link scaleByNadam}. */
export interface NadamState extends AdamState {
  /** The product of the momenta so far. */
  readonly product: Scalar
}

/** $\mu_t$, which rises from $\beta_1 / 2$ to $\beta_1$. */
const risingMomentum =
  (b1: Hyperparameter, momentumDecay: Hyperparameter) =>
  (t: Scalar): Scalar =>
    scalar(1)
      .sub(scalar(0.96).pow(t.mul(momentumDecay)).div(2))
      .mul(b1)

/**
 * Adam with Nesterov's look-ahead and a momentum that rises from $\beta_1 / 2$ to $\beta_1$:
 * $$ \mu_t = \beta_1 \bigl(1 - \tfrac12\, 0.96^{t \psi}\bigr), \qquad
 *    u_t = \frac{\dfrac{1 - \mu_t}{1 - \prod_{i \le t} \mu_i}\, g_t + \dfrac{\mu_{t+1}}{1 - \prod_{i \le t+1} \mu_i}\, m_t}
 *               {\sqrt{\hat v_t + \bar\varepsilon} + \varepsilon}, $$
 * with $m_t$ and $\hat v_t$ as in {@link scaleByAdam}. Where $\psi$ is large it is `scaleByAdam({ nesterov: true })`.
 *
 * @throws HyperparameterError
 * @example
 * chain(scaleByNadam({ momentumDecay: 4e-3 }), scaleByLearningRate(2e-3))
 *
 * Source: Dozat, ICLR workshop 2016, with the schedule of $\mu$ of Sutskever et al., ICML 2013, as in PyTorch.
 */
export const scaleByNadam = (given: NadamOptions = {}): GradientTransform<NadamState> => {
  const { b1, b2, momentumDecay, ...root } = nadamOptions.read('scaleByNadam', given)
  const momentum = risingMomentum(b1, momentumDecay)
  return {
    init: params => ({ count: scalar(0), product: scalar(1), mu: zerosLike(params), nu: zerosLike(params) }),
    update: (updates, state) => {
      const count = state.count.add(1)
      const [now, next] = [momentum(count), momentum(count.add(1))]
      const product = state.product.mul(now)
      const mu = averages(updates, state.mu, b1)
      const nu = meanSquares(updates, state.nu, b2)
      const ofGradient = scalar(1).sub(now).div(scalar(1).sub(product))
      const ofMoment = next.div(scalar(1).sub(product.mul(next)))
      const ahead = (g: Expr, m: Expr): Expr => g.mul(ofGradient).add(m.mul(ofMoment))
      const out = zipWith([updates, mu, nu], (g, m, v) => ahead(g, m).div(rootOf(unbiased(v, b2, count), root)))
      return [out, { count, product, mu, nu }]
    },
  }
}

export const radamOptions = options({
  ...momentOptions.fields,
  /** From how large an approximated sample on, $\rho_t$, the step is adaptive. */
  threshold: real('[4, inf]', 5),
  /** Whether the first moment looks ahead. */
  nesterov: flag(false),
  /** Whether $\varepsilon$ is added to the root of the corrected moment (as in optax), or, before it is corrected, to that of the bare one (as in PyTorch). */
  epsAfterCorrection: flag(true),
})

export interface RadamOptions extends MomentOptions, OptionsOf<typeof radamOptions> {}

/** $\rho_\infty$, how large a sample the second moment amounts to in the end. */
const sampleLimit = (b2: Hyperparameter): Scalar => scalar(2).div(scalar(1).sub(b2)).sub(1)

/** $\rho_t$, how large a sample it amounts to after `t` steps. */
const sampleSize = (b2: Hyperparameter, t: Scalar): Scalar =>
  sampleLimit(b2).sub(t.mul(2).mul(scalar(b2).pow(t)).div(debias(b2, t)))

/** $r_t$, from the size of the sample and its limit. */
const rectification = (size: Scalar, limit: Scalar): Scalar => {
  const tractable = (rho: Scalar): Scalar => rho.sub(4).mul(rho.sub(2)).div(rho)
  return tractable(size).div(tractable(limit)).sqrt()
}

/**
 * Rectified Adam: momentum alone until the variance of the adaptive step is tractable, then Adam, at first in small steps.
 * $$ \rho_\infty = \frac{2}{1 - \beta_2} - 1, \qquad \rho_t = \rho_\infty - \frac{2 t \beta_2^t}{1 - \beta_2^t}, \qquad
 *    r_t = \sqrt{\frac{(\rho_t - 4)(\rho_t - 2)\, \rho_\infty}{(\rho_\infty - 4)(\rho_\infty - 2)\, \rho_t}}, $$
 * $$ u_t = r_t \frac{\hat m_t}{\sqrt{\hat v_t + \bar\varepsilon} + \varepsilon} \ \text{ where } \rho_t \ge \text{threshold, else } \hat m_t. $$
 *
 * @throws HyperparameterError
 * @example
 * chain(scaleByRadam(), scaleByLearningRate(1e-3))
 *
 * Source: Liu et al., arXiv 1908.03265.
 */
export const scaleByRadam = (given: RadamOptions = {}): GradientTransform<AdamState> => {
  const { b1, b2, threshold, nesterov, epsAfterCorrection, ...root } = radamOptions.read('scaleByRadam', given)
  const divisor = (v: Expr, t: Scalar): Expr =>
    epsAfterCorrection ? rootOf(unbiased(v, b2, t), root) : rootOf(v, root).div(debias(b2, t).sqrt())
  return twoMoments({
    b1,
    nesterov,
    second: (g, v) => average(g.square(), v, b2),
    scaled: (m, v, count) => {
      const size = sampleSize(b2, count)
      const rectified = m.mul(rectification(size, sampleLimit(b2))).div(divisor(v, count))
      return branch(size.greaterEqual(threshold), rectified, m)
    },
  })
}
