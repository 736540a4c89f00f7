/** Rules that ask a gradient for its sign alone. */

import { type Expr, fill } from '../../expr/expr.js'
import { map, type Tree, zipWith } from '../../expr/tree.js'
import { admitEnds } from '../../schema/hyperparameter.js'
import { type OptionsOf, oneOf, options, real } from '../../schema/index.js'
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

export const lionOptions = options({
  /** $\beta_1$, the share of the moment in the step. */
  b1: real('[0, 1)', 0.9),
  /** $\beta_2$, the decay of the moment. */
  b2: real('[0, 1)', 0.99),
  /** How the step is bounded: by its sign (`hard`), by $\tanh(\beta c)$ (`smooth`), or by a clip to [-1, 1] (`refined`). */
  mode: oneOf('hard', 'smooth', 'refined'),
  /** $\beta$, how steep the smooth mode is. */
  smoothBeta: real('(0, inf)', 1),
})

export interface LionOptions extends OptionsOf<typeof lionOptions> {}

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
export const scaleByLion = (given: LionOptions = {}): GradientTransform<{ readonly mu: Tree<Expr> }> => {
  const { b1, b2, mode, smoothBeta } = lionOptions.read('scaleByLion', given)
  const bounded = {
    hard: (c: Expr) => c.sign(),
    smooth: (c: Expr) => c.mul(smoothBeta).tanh(),
    refined: (c: Expr) => c.clipByValue(-1, 1),
  }[mode]
  return {
    init: params => ({ mu: zerosLike(params) }),
    update: (updates, state) => [
      zipWith([updates, state.mu], (g, m) => bounded(average(g, m, b1))),
      { mu: averages(updates, state.mu, b2) },
    ],
  }
}

export const rpropOptions = options({
  /** $\Delta_0$, the step size of each element at first. */
  learningRate: real('(0, inf)', 0.01),
  /** $\eta^-$, by which a step size is multiplied where the gradient changes its sign. */
  etaMinus: real('(0, 1)', 0.5),
  /** $\eta^+$, by which a step size is multiplied where the gradient keeps its sign. */
  etaPlus: real('(1, inf)', 1.2),
  /** The smallest step size. */
  minStepSize: real('(0, inf)', 1e-6),
  /** The largest step size, at least the smallest. */
  maxStepSize: real('(0, inf)', 50),
})

export interface RpropOptions extends OptionsOf<typeof rpropOptions> {}

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
export const scaleByRprop = (given: RpropOptions = {}): GradientTransform<RpropState> => {
  const { learningRate, etaMinus, etaPlus, minStepSize, maxStepSize } = rpropOptions.read('scaleByRprop', given)
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
