/** Averaging of parameters in place of a schedule. */

import type { Expr } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { type Tree, zipWith } from '../../expr/tree.js'
import type { Hyperparameter } from '../../schema/hyperparameter.js'
import { needed, type OptionsOf, options, real, scheduled } from '../../schema/index.js'
import { type Schedule, toSchedule } from '../../schema/schedule.js'
import { admitTransform } from '../admit.js'
import { rated, rateOf } from '../rate.js'
import type { GradientTransform } from '../types.js'

export const scheduleFreeOptions = options({
  /** $\gamma_t$ of the base, or its schedule (a warm-up): it says how much a step weighs in the average. */
  learningRate: needed(scheduled('(0, inf)')),
  /** $\beta_1$: where between base and average gradients are taken. */
  b1: real('(0, 1]', 0.9),
  /** $r$: a step weighs $(\max_{s \le t} \gamma_s)^r$. */
  weightLrPower: real('[0, inf)', 2),
})

export interface ScheduleFreeOptions extends OptionsOf<typeof scheduleFreeOptions> {}

/** The state of {@link scheduleFree}. */
export interface ScheduleFreeState<S> {
  readonly count: Scalar
  readonly b1: Scalar
  readonly weightSum: Scalar
  readonly maxLr: Scalar
  readonly base: S
  /** The base's own iterates. */
  readonly z: Tree<Expr>
}

const zero = scalar(0)

/** Steps of the base, averaged by how much each weighs. */
const averaging = <S>(
  base: GradientTransform<S>,
  schedule: Schedule,
  b1: Hyperparameter,
  power: Hyperparameter,
): GradientTransform<ScheduleFreeState<S>> => ({
  init: params => ({ count: zero, b1: scalar(b1), weightSum: zero, maxLr: zero, base: base.init(params), z: params }),
  update: (updates, state, params, context) => {
    const [steps, next] = base.update(updates, state.base, params, context)
    const count = state.count.add(1)
    const maxLr = state.maxLr.maximum(schedule(count))
    const weight = maxLr.pow(power)
    const weightSum = state.weightSum.add(weight)
    const c = weightSum.equal(0).where(0, weight.div(weightSum))
    const part = scalar(1).sub(scalar(1).sub(c).mul(b1))
    const out = zipWith([steps, params, state.z], (b, y, z) => b.mul(part).sub(y.sub(z).mul(c)))
    const z = zipWith([steps, state.z], (b, at) => at.add(b))
    return [out, { count, b1: scalar(b1), weightSum, maxLr, base: next, z }]
  },
  evaluate: (params, { b1, z }) => zipWith([params, z], (y, at) => at.add(y.sub(at).div(b1))),
})

/**
 * Makes an optimizer without momentum schedule-free. The parameters $y$, at which gradients are taken, lie between the
 * base's iterates $z$ and their average $x$, which is what is evaluated:
 * $$ z_{t+1} = z_t + b_t, \quad c_t = \frac{w_t}{\sum_{s \le t} w_s}, \quad x_{t+1} = (1 - c_t)\, x_t + c_t\, z_{t+1}, \quad
 *    y_{t+1} = \beta_1 x_{t+1} + (1 - \beta_1)\, z_{t+1}, $$
 * with the base's step $b_t$ at $y_t$ and $w_t = (\max_{s \le t} \gamma_s)^r$. As $x$ follows from the two others,
 * $$ u_t = -c_t\, (y_t - z_t) + (1 - \beta_1 (1 - c_t))\, b_t. $$
 *
 * So what is evaluated is $x = z + (y - z) / \beta_1$. As in optax, the weights' schedule is a step ahead of the base's: $\gamma$ is taken at 1, 2, ... rather than 0, 1, ...
 *
 * @param base an optimizer whose updates are steps, its own momentum off
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(scheduleFree(sgd({ learningRate: 0.5 }), { learningRate: 0.5 }))
 *
 * Source: Defazio et al., arXiv 2405.15682.
 */
export const scheduleFree = <S>(
  base: GradientTransform<S>,
  given: ScheduleFreeOptions,
): GradientTransform<ScheduleFreeState<S>> => {
  admitTransform('scheduleFree', 'the base', base)
  const { learningRate, b1, weightLrPower } = scheduleFreeOptions.read('scheduleFree', given)
  const schedule = toSchedule(learningRate)
  // The base's steps and their weights are of one learning rate.
  const rate = rateOf(base)
  return rated(
    averaging(base, schedule, b1, weightLrPower),
    rate && {
      at: (state: ScheduleFreeState<S>) => rate.at(state.base),
      with: change => scheduleFree(rate.with(change), { learningRate: change(schedule), b1, weightLrPower }),
    },
  )
}
