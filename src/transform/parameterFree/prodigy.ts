/** Prodigy: Adam that learns how far the solution is. */
import { type Expr, expr } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { map, type Tree, zipWith } from '../../expr/tree.js'
import { admit, admitEps, type Hyperparameter } from '../hyperparameter.js'
import { average, debias, zerosLike } from '../moments.js'
import { addDecayedWeights, type Counted, type MaskOptions } from '../scale.js'
import { type Scheduled, scheduleOf } from '../schedules/index.js'
import type { GradientTransform } from '../types.js'
import { absoluteSum, dot, minus, ratio } from './whole.js'

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
  count: scalar(0),
  mu: zerosLike(params),
  nu: zerosLike(params),
  gradSum: zerosLike(params),
  estimLr: expr(estimLr0),
  numeratorWeighted: expr(0),
})

/** Checks what all such rules are given; gives the step size without $d$: the schedule times Adam's bias correction. */
export const admitAdaptive = ({
  learningRate,
  b1,
  b2,
  eps,
  estimLr0,
}: Required<Pick<AdaptiveAdamOptions, 'learningRate' | 'b1' | 'b2' | 'eps' | 'estimLr0'>>): ((
  count: Scalar,
) => Scalar) => {
  const schedule = scheduleOf('learningRate', learningRate, '(0, inf)')
  admit('b1', b1, '[0, 1)')
  admit('b2', b2, '[0, 1)')
  admitEps('eps', eps)
  admit('estimLr0', estimLr0, '(0, inf)')
  return count => schedule(count.sub(1)).mul(debias(b2, count).sqrt().div(debias(b1, count)))
}

export interface ProdigyOptions extends AdaptiveAdamOptions {
  /** $\beta_3$ in [0, 1), the decay of what $d$ is estimated from; default $\sqrt{\beta_2}$. */
  readonly b3?: Hyperparameter
  /** $c > 0$, a factor of the estimate; default 1. */
  readonly estimLrCoef?: Hyperparameter
  /** Whether the sum of gradients leaves the schedule out, for the sake of a warm-up; default false. */
  readonly safeguardWarmup?: boolean
}

/** The state of Prodigy. */
export interface ProdigyState extends AdaptiveAdamState {
  readonly params0: Tree<Expr>
}

/** Prodigy's steps; the mathematics stands at the optimizer `prodigy`. */
export const stepByProdigy = ({
  learningRate = 1,
  b1 = 0.9,
  b2 = 0.999,
  b3 = scalar(b2).sqrt(),
  eps = 1e-8,
  estimLr0 = 1e-6,
  estimLrCoef = 1,
  safeguardWarmup = false,
  weightDecay = 0,
  mask,
}: ProdigyOptions = {}): GradientTransform<ProdigyState> => {
  const rate = admitAdaptive({ learningRate, b1, b2, eps, estimLr0 })
  admit('b3', b3, '[0, 1)')
  admit('estimLrCoef', estimLrCoef, '(0, inf)')
  const decaying = addDecayedWeights(weightDecay, { mask })
  return {
    init: params => ({ ...startAdaptive(params, estimLr0), params0: params, decay: decaying.init(params) }),
    update: (updates, state, params, context) => {
      const count = state.count.add(1)
      const d = state.estimLr
      const step = d.mul(rate(count))
      const weight = (safeguardWarmup ? d : step).div(estimLr0)
      const scaled = map((g: Expr) => g.mul(d))(updates)
      const mu = zipWith([scaled, state.mu], (g, m) => average(g, m, b1))
      const nu = zipWith([scaled, state.nu], (g, v) => average(g.square(), v, b2))
      const gradSum = zipWith([scaled, state.gradSum], (g, s) => s.mul(b3).add(g.mul(weight)))
      const gain = d
        .div(estimLr0)
        .mul(step)
        .mul(dot(updates, minus(updates, state.params0, params)))
      const numeratorWeighted = state.numeratorWeighted.mul(b3).add(gain)
      const estimLr = d.maximum(ratio(numeratorWeighted, absoluteSum(gradSum)).mul(estimLrCoef))
      const direction = zipWith([mu, nu], (m, v) => m.div(v.sqrt().add(estimLr.mul(eps))))
      const [decayed, decay] = decaying.update(direction, state.decay, params, context)
      const next = { count, mu, nu, gradSum, params0: state.params0, estimLr, numeratorWeighted, decay }
      return [map((u: Expr) => u.mul(step.neg()))(decayed), next]
    },
  }
}
