/** Learning by betting on coins. */

import { type Expr, fill } from '../../expr/expr.js'
import { map, type Tree, zipWith } from '../../expr/tree.js'
import type { Hyperparameter } from '../../schema/hyperparameter.js'
import { eps, type OptionsOf, options, real } from '../../schema/index.js'
import { zerosLike } from '../moments.js'
import type { GradientTransform } from '../types.js'

export const cocobScaleOptions = options({
  /** $\alpha$: of its wealth a bet is at most a part of about $1 / \alpha$ at first. */
  alpha: real('(0, inf)', 100),
  /** $\varepsilon$, where the largest gradient starts. */
  eps: eps(1e-8),
})

export interface CocobScaleOptions extends OptionsOf<typeof cocobScaleOptions> {}

/** The state of {@link scaleByCocob}. */
export interface CocobState {
  readonly initParticles: Tree<Expr>
  /** $\theta$, the sum of the gradients, negated. */
  readonly cumulativeGradients: Tree<Expr>
  /** $L$, the largest magnitude so far. */
  readonly scale: Tree<Expr>
  /** $G$, the sum of magnitudes. */
  readonly subgradients: Tree<Expr>
  /** $R$, what the bets have won. */
  readonly reward: Tree<Expr>
}

/** $\max(R - g\,(p - p_0), 0)$. */
const won = (g: Expr, r: Expr, p: Expr, p0: Expr): Expr => r.sub(g.mul(p.sub(p0))).maximum(0)

/** The bet: a part of the wealth $L + R$. A quotient of like magnitudes first: products of them leave float32's range. */
const betOf =
  (alpha: Hyperparameter) =>
  (theta: Expr, l: Expr, sum: Expr, r: Expr): Expr =>
    theta.div(l).mul(l.add(r).div(sum.add(l).maximum(l.mul(alpha))))

/**
 * Continuous coin betting, element by element; updates are steps already:
 * $$ L_t = \max(L_{t-1}, \lvert g_t \rvert), \quad G_t = G_{t-1} + \lvert g_t \rvert, \quad
 *    R_t = \max(R_{t-1} - g_t (p_t - p_0), 0), \quad \theta_t = \theta_{t-1} - g_t, $$
 * $$ u_t = p_0 + \frac{\theta_t}{L_t \max(G_t + L_t, \alpha L_t)} (L_t + R_t) - p_t. $$
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(scaleByCocob({ alpha: 100 }))
 *
 * Source: Orabona and Tommasi, arXiv 1705.07795, algorithm 2.
 */
export const scaleByCocob = (given: CocobScaleOptions = {}): GradientTransform<CocobState> => {
  const { alpha, eps } = cocobScaleOptions.read('scaleByCocob', given)
  return {
    init: params => ({
      initParticles: params,
      cumulativeGradients: zerosLike(params),
      scale: map((p: Expr) => fill(p, eps))(params),
      subgradients: zerosLike(params),
      reward: zerosLike(params),
    }),
    update: (updates, state, params) => {
      const cumulativeGradients = zipWith([updates, state.cumulativeGradients], (g, theta) => theta.sub(g))
      const scale = zipWith([updates, state.scale], (g, l) => l.maximum(g.abs()))
      const subgradients = zipWith([updates, state.subgradients], (g, sum) => sum.add(g.abs()))
      const reward = zipWith([updates, state.reward, params, state.initParticles], won)
      const bets = zipWith([cumulativeGradients, scale, subgradients, reward], betOf(alpha))
      const out = zipWith([bets, state.initParticles, params], (bet, p0, p) => p0.add(bet).sub(p))
      return [out, { ...state, cumulativeGradients, scale, subgradients, reward }]
    },
  }
}
