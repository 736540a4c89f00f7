/** Mechanic: learning the scale of any optimizer's steps. */

import { type Expr, expr } from '../../expr/expr.js'
import { map, type Tree, zipWith } from '../../expr/tree.js'
import type { Hyperparameter } from '../../schema/hyperparameter.js'
import { eps, type OptionsOf, options, plain, real } from '../../schema/index.js'
import { admitTransform } from '../admit.js'
import { zerosLike } from '../moments.js'
import { present } from '../present.js'
import type { GradientTransform } from '../types.js'
import { dot, globalNorm } from '../whole.js'

const mechanicOptions = options({
  /** $\lambda$, a decay that enters what the scale is learnt from. */
  weightDecay: real('[0, inf)', 1e-2),
  /** $\varepsilon$, added to what divides. */
  eps: eps(1e-8),
  /** $s_0$, each bettor's first scale. */
  sInit: real('(0, inf)', 1e-6),
  /** $n$, how many bettors there are, of decay $1 - 10^{-i}$ (beyond 15, a double takes the decay for 1); default 6. */
  numBetas: plain('integer in [1, 15]', 6),
})

export interface MechanicOptions extends OptionsOf<typeof mechanicOptions> {}

/** What one bettor knows. */
export interface Bettor {
  /** What it has won. */
  readonly r: Expr
  /** The largest $\lvert h \rvert$, decaying. */
  readonly m: Expr
  /** The root of the decaying sum of $h^2$, whose square float32 might not hold. */
  readonly v: Expr
  /** Its scale. */
  readonly s: Expr
}

/** The state of {@link mechanize}. */
export interface MechanicState<S> {
  readonly base: S
  /** $\Delta$, the sum of the base's steps, negated. */
  readonly delta: Tree<Expr>
  readonly bettors: readonly Bettor[]
}

/** $\sqrt{a^2 + b^2}$ without the squares, of numbers that are not negative. */
const hypotenuse = (a: Expr, b: Expr): Expr => {
  const [long, short] = [a.maximum(b), a.minimum(b)]
  return long.equal(0).where(0, short.div(long).square().add(1).sqrt().mul(long))
}

/** The decays of so many bettors: 0.9, 0.99, ... */
const decays = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => 1 - 0.1 ** (i + 1))

/** A bettor before its first bet. */
const bettor = (s: Hyperparameter): Bettor => ({ r: expr(0), m: expr(0), v: expr(0), s: expr(s) })

/** A bettor after its bet on $h$. */
const bet = (
  { r, m, v, s }: Bettor,
  h: Expr,
  beta: number,
  { eps, sInit, numBetas }: Required<Pick<MechanicOptions, 'eps' | 'sInit' | 'numBetas'>>,
): Bettor => {
  const won = r.mul(beta).add(h.maximum(m.neg()).minimum(m).mul(s))
  const largest = m.mul(beta).maximum(h.abs().add(eps))
  const root = hypotenuse(v.mul(beta), h.abs())
  const wealth = largest.mul(sInit).div(numBetas).add(won.maximum(0))
  return { r: won, m: largest, v: root, s: wealth.div(root.add(eps)) }
}

/** $s$, the scale of all bettors together. */
const scaleOf = (bettors: readonly Bettor[]): Expr => bettors.map(({ s }) => s).reduce((a, b) => a.add(b))

/** Gradients with a decay as long as they are, times a weight: $g + w \lVert g \rVert\, p / (\lVert p \rVert + \varepsilon)$. */
const decaying = (updates: Tree<Expr>, params: Tree<Expr>, weight: Expr, eps: Hyperparameter): Tree<Expr> => {
  const pull = globalNorm(updates).div(globalNorm(params).add(eps)).mul(weight)
  return zipWith([updates, params], (g, p) => g.add(p.mul(pull)))
}

const admitBase = (base: GradientTransform<unknown>): void => {
  admitTransform('mechanize', 'the base', base)
  if (base.evaluate !== undefined)
    throw new TypeError(
      'mechanize: its base keeps weights to evaluate at, which scaled steps do not lead to; average outside, as in chain(mechanize(...), emaParams(...))',
    )
}

/**
 * Learns by how much to scale the steps of any optimizer, whose learning rate is then 1 or a schedule with peak 1. With the
 * base's step $b_t$, $s = \sum_i s_i$ and $\beta_i = 1 - 10^{-i}$ for $i = 1, \dots, n$:
 * $$ \Delta = \tfrac{s}{s + \varepsilon} \Delta_{t-1}, \quad
 *    h = \Bigl\langle g_t + \lambda s \tfrac{\lVert g_t \rVert}{\lVert p_t \rVert + \varepsilon} p_t,\ \Delta \Bigr\rangle, \quad
 *    \Delta_t = \Delta - b_t, $$
 * $$ r_i' = \beta_i r_i + \mathrm{clip}(h, -m_i, m_i)\, s_i, \quad m_i' = \max(\beta_i m_i, \lvert h \rvert + \varepsilon), \quad
 *    v_i' = \beta_i^2 v_i + h^2, \quad s_i' = \frac{\tfrac{s_0}{n} m_i' + \max(r_i', 0)}{\sqrt{v_i'} + \varepsilon}, $$
 * $$ u_t = s\, \Delta_{t-1} - s' \Delta_t. $$
 *
 * So $p_t = p_0 - s\, \Delta_{t-1}$. optax gets $\Delta$ back from $p_t - p_0$, in which float32 loses most of it while $s$ is
 * small; here $\Delta$ is what is kept. Its factor $s / (s + \varepsilon)$ is optax's. Where a leaf has no gradient while $s$
 * changes, it stays, and its $p_0$ is another from then on.
 *
 * @param base any optimizer whose updates are steps, and which keeps no weights to evaluate at: scaled steps do not lead there
 * @throws HyperparameterError
 * @throws TypeError for a base that does keep such weights
 * @example
 * const optimizer = compile(mechanize(adam({ learningRate: 1 })))
 *
 * Source: Cutkosky, Defazio and Mehta, arXiv 2306.00144.
 */
export const mechanize = <S>(
  base: GradientTransform<S>,
  given: MechanicOptions = {},
): GradientTransform<MechanicState<S>> => {
  admitBase(base)
  const { weightDecay, ...betting } = mechanicOptions.read('mechanize', given)
  const { eps, sInit } = betting
  const betas = decays(betting.numBetas)
  return {
    init: params => ({ base: base.init(params), delta: zerosLike(params), bettors: betas.map(() => bettor(sInit)) }),
    update: (updates, state, params, context) => {
      const [steps, next] = base.update(updates, state.base, params, context)
      const s = scaleOf(state.bettors)
      const before = map((d: Expr) => d.mul(s.div(s.add(eps))))(present(updates, state.delta))
      const h = dot(decaying(updates, present(updates, params), s.mul(weightDecay), eps), before)
      const delta = zipWith([before, steps], (d, step) => d.sub(step))
      const bettors = state.bettors.map((was, i) => bet(was, h, betas[i] as number, betting)) // as many as betas
      const out = zipWith([delta, state.delta], (now, was) => was.mul(s).sub(now.mul(scaleOf(bettors))))
      return [out, { base: next, delta, bettors }]
    },
  }
}
