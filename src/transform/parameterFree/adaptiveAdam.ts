/** What Adam's relatives have in common that learn their step size: Prodigy and D-Adaptation. */

import { type Expr, expr } from '../../expr/expr.js'
import type { Scalar } from '../../expr/scalar.js'
import type { Tree } from '../../expr/tree.js'
import type { Hyperparameter } from '../../schema/hyperparameter.js'
import { type Complete, eps, type OptionsOf, options, real, scheduled } from '../../schema/index.js'
import { toSchedule } from '../../schema/schedule.js'
import { debias, zeroMoments, zerosLike } from '../moments.js'
import { addDecayedWeights, type Counted, type MaskOptions, maskOptions } from '../scale.js'

export const adaptiveAdamOptions = options({
  ...maskOptions.fields,
  /** $\gamma_t$, a factor of the step size that is learnt, best a schedule whose peak is 1. */
  learningRate: scheduled('(0, inf)', 1),
  /** $\lambda$, decoupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  /** $\beta_1$, the decay of the first moment. */
  b1: real('[0, 1)', 0.9),
  /** $\beta_2$, the decay of the second moment. */
  b2: real('[0, 1)', 0.999),
  /** $\varepsilon$, added to the root. */
  eps: eps(1e-8),
  /** $d_0$, the first estimate of the step size, rather too small. */
  estimLr0: real('(0, inf)', 1e-6),
})

/** What Adam that learns its step size is given. */
export interface AdaptiveAdamOptions extends MaskOptions, OptionsOf<typeof adaptiveAdamOptions> {}

/** What such a rule keeps. */
export interface AdaptiveAdamState {
  readonly count: Scalar
  readonly mu: Tree<Expr>
  readonly nu: Tree<Expr>
  /** A decaying sum of weighted gradients. */
  readonly gradSum: Tree<Expr>
  /** $d$, the step size learnt so far. */
  readonly estimLr: Expr
  readonly numeratorWeighted: Expr
  readonly decay: Counted
}

/** The state of Adam that learns its step size, before the first step. */
export const startAdaptive = (params: Tree<Expr>, estimLr0: Hyperparameter): Omit<AdaptiveAdamState, 'decay'> => ({
  ...zeroMoments(params),
  gradSum: zerosLike(params),
  estimLr: expr(estimLr0),
  numeratorWeighted: expr(0),
})

/** The options, with `rate`: the step size without $d$, the schedule times Adam's bias correction; and with the decay. */
export const adaptiveAdam = (given: Complete<typeof adaptiveAdamOptions.fields>) => {
  const { learningRate, b1, b2, weightDecay, mask } = given
  const schedule = toSchedule(learningRate)
  const rate = (count: Scalar): Scalar => schedule(count.sub(1)).mul(debias(b2, count).sqrt().div(debias(b1, count)))
  return { ...given, rate, decaying: addDecayedWeights(weightDecay, { mask }) }
}
