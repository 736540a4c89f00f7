/** Learning by betting on coins. */
import { type Expr, fill } from '../../expr/expr.js'
import { map, type Tree, zipWith } from '../../expr/tree.js'
import { admit, admitEps, type Hyperparameter } from '../hyperparameter.js'
import { zerosLike } from '../moments.js'
import type { GradientTransform } from '../types.js'
import { present } from './whole.js'

export interface CocobScaleOptions {
  /** $\alpha > 0$: of its wealth a bet is at most a part of about $1 / \alpha$ at first; default 100. */
  readonly alpha?: Hyperparameter
  /** $\varepsilon > 0$, where the largest gradient starts; default 1e-8. */
  readonly eps?: Hyperparameter
}

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
export const scaleByCocob = ({ alpha = 100, eps = 1e-8 }: CocobScaleOptions = {}): GradientTransform<CocobState> => {
  admit('alpha', alpha, '(0, inf)')
  admitEps('eps', eps)
  return {
    init: params => ({
      initParticles: params,
      cumulativeGradients: zerosLike(params),
      scale: map((p: Expr) => fill(p, eps))(params),
      subgradients: zerosLike(params),
      reward: zerosLike(params),
    }),
    update: (updates, state, params) => {
      const initParticles = present(updates, state.initParticles)
      const cumulativeGradients = zipWith([updates, state.cumulativeGradients], (g, theta) => theta.sub(g))
      const scale = zipWith([updates, state.scale], (g, l) => l.maximum(g.abs()))
      const subgradients = zipWith([updates, state.subgradients], (g, sum) => sum.add(g.abs()))
      const reward = zipWith([updates, state.reward, params, initParticles], (g, r, p, p0) =>
        r.sub(g.mul(p.sub(p0))).maximum(0),
      )
      // A quotient of like magnitudes first: products of them leave float32's range.
      const bets = zipWith([cumulativeGradients, scale, subgradients, reward], (theta, l, sum, r) =>
        theta.div(l).mul(l.add(r).div(sum.add(l).maximum(l.mul(alpha)))),
      )
      const out = zipWith([bets, initParticles, params], (bet, p0, p) => p0.add(bet).sub(p))
      return [out, { initParticles, cumulativeGradients, scale, subgradients, reward }]
    },
  }
}
