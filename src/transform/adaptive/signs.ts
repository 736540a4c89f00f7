/** Rules that ask a gradient for its sign alone. */
import { type Expr, fill } from '../../expr/expr.js'
import { map, type Tree, zipWith } from '../../expr/tree.js'
import { admit, admitEach, admitEnds, choose, type Hyperparameter } from '../hyperparameter.js'
import { average, averages, zerosLike } from '../moments.js'
import { type GradientTransform, leafwise, type Stateless } from '../types.js'

/**
 * The sign of each gradient element: $u = \mathrm{sign}(g)$, 0 for 0.
 *
 * @example
 * const signum = chain(trace(0.9), scaleBySign(), scaleByLearningRate(1e-3))
 *
 * Source: Bernstein et al., arXiv 1802.04434.
 */
export const scaleBySign = (): GradientTransform<Stateless> => leafwise(g => g.sign())

export interface LionOptions {
  /** $\beta_1$ in [0, 1), the share of the moment in the step; default 0.9. */
  readonly b1?: Hyperparameter
  /** $\beta_2$ in [0, 1), the decay of the moment; default 0.99. */
  readonly b2?: Hyperparameter
  /** How the step is bounded: by its sign (`hard`, default), by $\tanh(\beta c)$ (`smooth`), or by a clip to [-1, 1] (`refined`). */
  readonly mode?: 'hard' | 'smooth' | 'refined'
  /** $\beta > 0$, how steep the smooth mode is; default 1. */
  readonly smoothBeta?: Hyperparameter
}

/**
 * The sign of a mixture of moment and gradient, the moment itself being an older one:
 * $$ u_t = \mathrm{sign}\bigl(\beta_1 m_{t-1} + (1 - \beta_1) g_t\bigr), \qquad m_t = \beta_2 m_{t-1} + (1 - \beta_2) g_t. $$
 *
 * @throws HyperparameterError
 * @example
 * chain(scaleByLion(), addDecayedWeights(1e-3), scaleByLearningRate(1e-4))
 *
 * Source: Chen et al., arXiv 2302.06675; the other modes are optax's.
 */
export const scaleByLion = ({
  b1 = 0.9,
  b2 = 0.99,
  mode = 'hard',
  smoothBeta = 1,
}: LionOptions = {}): GradientTransform<{ readonly mu: Tree<Expr> }> => {
  admitEach('[0, 1)', { b1, b2 })
  admit('smoothBeta', smoothBeta, '(0, inf)')
  const bounded = choose('mode', mode, {
    hard: (c: Expr) => c.sign(),
    smooth: (c: Expr) => c.mul(smoothBeta).tanh(),
    refined: (c: Expr) => c.clipByValue(-1, 1),
  })
  return {
    init: params => ({ mu: zerosLike(params) }),
    update: (updates, state) => [
      zipWith([updates, state.mu], (g, m) => bounded(average(g, m, b1))),
      { mu: averages(updates, state.mu, b2) },
    ],
  }
}

export interface RpropOptions {
  /** $\Delta_0 > 0$, the step size of each element at first; default 0.01. */
  readonly learningRate?: Hyperparameter
  /** $\eta^-$ in (0, 1), by which a step size is multiplied where the gradient changes its sign; default 0.5. */
  readonly etaMinus?: Hyperparameter
  /** $\eta^+$ in (1, inf), by which a step size is multiplied where the gradient keeps its sign; default 1.2. */
  readonly etaPlus?: Hyperparameter
  /** The smallest step size, greater than 0; default 1e-6. */
  readonly minStepSize?: Hyperparameter
  /** The largest step size, at least the smallest; default 50. */
  readonly maxStepSize?: Hyperparameter
}

/** The state of {@link scaleByRprop}: the sign of the step before, 0 where there was none. */
export interface RpropState {
  readonly stepSizes: Tree<Expr>
  readonly signs: Tree<Expr>
}

/**
 * Resilient backpropagation: a step size for each element, which grows while the gradient keeps its sign.
 * $$ \Delta_t = \mathrm{clip}\bigl(\Delta_{t-1} \cdot \{\eta^+, \eta^-, 1\}\bigr) \ \text{ as } \ s_{t-1}\, \mathrm{sign}(g_t) \ \text{ is } \ 1, -1, 0; \qquad
 *    s_t = \mathrm{sign}(g_t), \ \text{ but 0 after a change}; \qquad u_t = \Delta_t\, s_t. $$
 * The update is a step uphill, for a `scale(-1)` to follow.
 *
 * @throws HyperparameterError
 * @example
 * chain(scaleByRprop({ learningRate: 0.01 }), scale(-1))
 *
 * Source: Riedmiller and Braun, ICNN 1993; without going back after a change, as in PyTorch; optax's is so too, but a step
 * late. Step sizes are always within their bounds, the first one too.
 */
export const scaleByRprop = ({
  learningRate = 0.01,
  etaMinus = 0.5,
  etaPlus = 1.2,
  minStepSize = 1e-6,
  maxStepSize = 50,
}: RpropOptions = {}): GradientTransform<RpropState> => {
  admitEach('(0, inf)', { learningRate, minStepSize, maxStepSize })
  admit('etaMinus', etaMinus, '(0, 1)')
  admit('etaPlus', etaPlus, '(1, inf)')
  admitEnds(['minStepSize', minStepSize], ['maxStepSize', maxStepSize])
  const factor = (agreement: Expr): Expr => agreement.greater(0).where(etaPlus, agreement.less(0).where(etaMinus, 1))
  return {
    init: params => ({ stepSizes: map((p: Expr) => fill(p, learningRate))(params), signs: zerosLike(params) }),
    update: (updates, state) => {
      const agreement = zipWith([updates, state.signs], (g, s) => g.sign().mul(s))
      const stepSizes = zipWith([agreement, state.stepSizes], (a, size) =>
        size.mul(factor(a)).clipByValue(minStepSize, maxStepSize),
      )
      const signs = zipWith([updates, agreement], (g, a) => a.less(0).where(0, g.sign()))
      return [zipWith([stepSizes, signs], (size, s) => size.mul(s)), { stepSizes, signs }]
    },
  }
}
