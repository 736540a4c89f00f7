/** The optimizers that everybody knows, as chains. Defaults are optax's. */

import type { Expr } from '../expr/expr.js'
import { scalar } from '../expr/scalar.js'
import { map } from '../expr/tree.js'
import { flag, type OptionsOf, options, real, scheduled } from '../schema/index.js'
import {
  type AdamOptions,
  type AdamState,
  addDecayedWeights,
  type Counted,
  type GradientTransform,
  type Hyperparameter,
  HyperparameterError,
  identity,
  type MaskOptions,
  namedChain,
  scaleByAdam,
  scaleByAmsgrad,
  scaleByLearningRate,
  trace,
} from '../transform/index.js'
import { adamOptions as moments } from '../transform/moments.js'
import { maskOptions } from '../transform/scale.js'
import { coupled, decoupled } from './assemble.js'
import { described } from './describe.js'

const sgdOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 0.01),
  /** $\lambda$, coupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  /** $\mu$, the part of the momentum that stays. */
  momentum: real('[0, 1)', 0),
  /** Whether to look ahead. */
  nesterov: flag(false),
  /** $\tau$, which is taken off gradients on their way into the momentum, as in PyTorch: all but the first, and not without momentum. */
  dampening: real('[0, 1]', 0),
})

export interface SgdOptions extends MaskOptions, OptionsOf<typeof sgdOptions> {}

/** Takes a part off each gradient but the first. */
const dampen = (dampening: Hyperparameter): GradientTransform<Counted> => ({
  init: () => ({ count: scalar(0) }),
  update: (updates, { count }) => {
    const kept = count.equal(0).where(1, scalar(1).sub(dampening))
    return [map((g: Expr) => g.mul(kept))(updates), { count: count.add(1) }]
  },
})

/**
 * Stochastic gradient descent: $b_t = (1 - \tau)(g_t + \lambda p_t) + \mu\, b_{t-1}$, $p_{t+1} = p_t - \eta\, b_t$.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(sgd({ learningRate: 0.01, momentum: 0.9 }))
 */
export const sgd = described<SgdOptions>()(
  'sgd',
  sgdOptions,
  ({ learningRate, momentum, nesterov, dampening, weightDecay, mask }) =>
    namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      dampening: dampening === 0 || momentum === 0 ? identity : dampen(dampening),
      momentum: momentum === 0 ? identity : trace(momentum, { nesterov }),
      step: scaleByLearningRate(learningRate),
    }),
)

const adamOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 1e-3),
  /** $\lambda$, coupled decay, as in PyTorch, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...moments.fields,
  /** Whether the second moment never falls, as in {@link amsgrad}; not with `nesterov`. */
  amsgrad: flag(false),
})

export interface AdamOptimizerOptions extends MaskOptions, AdamOptions, OptionsOf<typeof adamOptions> {}

const adamwOptions = options({
  ...adamOptions.fields,
  /** $\lambda$, decoupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 1e-4),
})

export interface AdamwOptions extends Omit<AdamOptimizerOptions, 'weightDecay'>, OptionsOf<typeof adamwOptions> {}

const momentsOf = ({
  amsgrad,
  nesterov,
  ...options
}: Required<AdamOptions & Pick<AdamOptimizerOptions, 'amsgrad'>>): GradientTransform<AdamState> => {
  if (amsgrad && nesterov) throw new HyperparameterError('nesterov', nesterov, 'false where amsgrad is true')
  return amsgrad ? scaleByAmsgrad(options) : scaleByAdam({ ...options, nesterov })
}

/**
 * Adam: $p_{t+1} = p_t - \eta\, \hat m_t / (\sqrt{\hat v_t} + \varepsilon)$. Weight decay, if any, is coupled, as in PyTorch.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(adam({ learningRate: 1e-3 }))
 *
 * Source: Kingma and Ba, arXiv 1412.6980.
 */
export const adam = described<AdamOptimizerOptions>()(
  'adam',
  adamOptions,
  ({ learningRate, weightDecay, mask, ...rest }) => coupled({ learningRate, weightDecay, mask }, momentsOf(rest)),
)

/**
 * AdamW: Adam with decoupled decay, $p_{t+1} = p_t - \eta\,(\hat m_t / (\sqrt{\hat v_t} + \varepsilon) + \lambda p_t)$.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(adamw({ learningRate: 1e-3, weightDecay: 0.01, mask: named(/kernel$/) }))
 *
 * Source: Loshchilov and Hutter, arXiv 1711.05101.
 */
export const adamw = described<AdamwOptions>()('adamw', adamwOptions, ({ learningRate, weightDecay, mask, ...rest }) =>
  decoupled({ learningRate, weightDecay, mask }, momentsOf(rest)),
)
