/** What Adam's relatives have in common that learn their step size: Prodigy and D-Adaptation. */
import { type Expr, expr } from '../../expr/expr.js'
import type { Scalar } from '../../expr/scalar.js'
import type { Tree } from '../../expr/tree.js'
import { admit, admitEach, admitEps, type Hyperparameter } from '../hyperparameter.js'
import { debias, zeroMoments, zerosLike } from '../moments.js'
import { addDecayedWeights, type Counted, type MaskOptions } from '../scale.js'
import { type Scheduled, scheduleOf } from '../schedules/index.js'

/** What Adam that learns its step size is given. */
export interface AdaptiveAdamOptions extends MaskOptions {
  /** $\gamma_t > 0$, a factor of the step size that is learnt, or a schedule of it; default 1. */
  readonly learningRate?: Scheduled
  /** $\lambda \ge 0$, decoupled decay, or a schedule of it; default 0. */
  readonly weightDecay?: Scheduled
  /** $\beta_1$ in [0, 1), default 0.9. */
  readonly b1?: Hyperparameter
  /** $\beta_2$ in [0, 1), default 0.999. */
  readonly b2?: Hyperparameter
  /** $\varepsilon > 0$, default 1e-8. */
  readonly eps?: Hyperparameter
  /** $d_0 > 0$, the first estimate of the step size, rather too small; default 1e-6. */
  readonly estimLr0?: Hyperparameter
}

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

/** The options of such a rule, checked, with `rate`: the step size without $d$, the schedule times Adam's bias correction. */
export const adaptiveAdam = ({
  learningRate = 1,
  b1 = 0.9,
  b2 = 0.999,
  eps = 1e-8,
  estimLr0 = 1e-6,
  weightDecay = 0,
  mask,
}: AdaptiveAdamOptions) => {
  const schedule = scheduleOf('learningRate', learningRate, '(0, inf)')
  admitEach('[0, 1)', { b1, b2 })
  admitEps('eps', eps)
  admit('estimLr0', estimLr0, '(0, inf)')
  const rate = (count: Scalar): Scalar => schedule(count.sub(1)).mul(debias(b2, count).sqrt().div(debias(b1, count)))
  return { b1, b2, eps, estimLr0, rate, decaying: addDecayedWeights(weightDecay, { mask }) }
}
