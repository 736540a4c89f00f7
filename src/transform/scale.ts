/** Step sizes, and weight decay. */

import type { Expr } from '../expr/expr.js'
import { type Scalar, scalar } from '../expr/scalar.js'
import { map, zipWith } from '../expr/tree.js'
import { admit } from '../schema/hyperparameter.js'
import { leaves, type OptionsOf, options } from '../schema/index.js'
import { type Coefficient, coefficientAt } from './context.js'
import { evaluatedLike } from './evaluate.js'
import { allLeaves, masked } from './layers.js'
import { rated } from './rate.js'
import { type Schedule, type Scheduled, scheduleOf } from './schedules/index.js'
import { type GradientTransform, type Stateless, stateless } from './types.js'

/**
 * Multiplies by a factor: $u = c\, g$.
 *
 * @param factor $c$, a finite number, or one computed from the context
 * @throws HyperparameterError
 * @example
 * chain(scale(-1), sgd()) // uphill
 */
export const scale = (factor: Coefficient): GradientTransform<Stateless> => {
  if (typeof factor !== 'function') admit('factor', factor, '(-inf, inf)')
  return stateless((updates, _, context) => map((g: Expr) => g.mul(coefficientAt(factor, context)))(updates))
}

/** What weight decay is for. */
export const maskOptions = options({
  /** Which leaves decay; default all. */
  mask: leaves(),
})

/** What weight decay is for. */
export interface MaskOptions extends OptionsOf<typeof maskOptions> {}

/**
 * Adds a multiple of the parameters: $u = g + \lambda_t p$. Before the moments it is coupled ($L_2$) decay, after them decoupled.
 *
 * @param decay $\lambda \ge 0$, or a schedule of it over the steps taken, counted from 0
 * @throws HyperparameterError
 * @example
 * chain(scaleByAdam(), addDecayedWeights(0.01, { mask: named(/kernel$/) }), scaleByLearningRate(1e-3)) // AdamW
 *
 * Source: Loshchilov and Hutter, arXiv 1711.05101.
 */
export const addDecayedWeights = (decay: Scheduled, given: MaskOptions = {}): GradientTransform<Counted> => {
  const { mask = allLeaves } = maskOptions.read('addDecayedWeights', given)
  const schedule = scheduleOf('decay', decay, '[0, inf)')
  return masked(mask, {
    init: () => ({ count: scalar(0) }),
    update: (updates, { count }, params) => [
      zipWith([updates, params], (g, p) => (decay === 0 ? g : g.add(p.mul(schedule(count))))),
      { count: count.add(1) },
    ],
  })
}

/** The state of what follows a schedule: the number of steps taken. */
export interface Counted {
  readonly count: Scalar
}

/**
 * Turns a direction into a step downhill: $u = -\eta_t\, g$.
 *
 * @param learningRate $\eta > 0$, or a schedule of it over the steps taken, counted from 0
 * @throws HyperparameterError
 * @example
 * scaleByLearningRate(warmUp(500, cosineDecay(0.1, 10_000)))
 */
export const scaleByLearningRate = (learningRate: Scheduled): GradientTransform<Counted> => {
  const schedule = scheduleOf('learningRate', learningRate, '(0, inf)')
  const transform: GradientTransform<Counted> = {
    init: () => ({ count: scalar(0) }),
    update: (updates, { count }) => [map((g: Expr) => g.mul(schedule(count).neg()))(updates), { count: count.add(1) }],
  }
  return rated(transform, {
    at: ({ count }: Counted) => schedule(count),
    with: change => scaleByLearningRate(change(schedule)),
  })
}

type Controlled<S> = Counted & { readonly controller: S }

/** $u = -\eta_t\, c(g) \odot g$. */
const controlled = <S>(schedule: Schedule, controller: GradientTransform<S>): GradientTransform<Controlled<S>> => ({
  init: params => ({ count: scalar(0), controller: controller.init(params) }),
  update: (updates, state, params, context) => {
    const [multiplier, next] = controller.update(updates, state.controller, params, context)
    const rate = schedule(state.count).neg()
    return [
      zipWith([updates, multiplier], (g, c) => g.mul(c.mul(rate))),
      { count: state.count.add(1), controller: next },
    ]
  },
})

/**
 * A step downhill whose size a controller modulates, leaf by leaf: $u = -\eta_t\, c(g) \odot g$.
 *
 * @param learningRate $\eta > 0$, or a schedule of it over the steps taken, counted from 0
 * @param controller gives the multiplier $c(g)$; it usually reads an enclosing `provide`
 * @throws HyperparameterError
 * @example
 * withPlasticity(plasticity(), {}, withLearningRateController(0.1, plasticityController('layerwise')))
 */
export const withLearningRateController = <S>(
  learningRate: Scheduled,
  controller: GradientTransform<S>,
): GradientTransform<Counted & { readonly controller: S }> => {
  const schedule = scheduleOf('learningRate', learningRate, '(0, inf)')
  const transform = evaluatedLike(
    'withLearningRateController',
    controller,
    (state: Controlled<S>) => state.controller,
    controlled(schedule, controller),
  )
  return rated(transform, {
    at: ({ count }: Counted) => schedule(count),
    with: change => withLearningRateController(change(schedule), controller),
  })
}
