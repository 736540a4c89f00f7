/** The optimizers that everybody knows, as chains. Defaults are optax's. */
import type { Expr } from '../expr/expr.js'
import { scalar } from '../expr/scalar.js'
import { map } from '../expr/tree.js'
import { admit } from '../transform/hyperparameter.js'
import {
  type AdamOptions,
  type AdamState,
  addDecayedWeights,
  type Counted,
  type GradientTransform,
  type Hyperparameter,
  HyperparameterError,
  identity,
  namedChain,
  scaleByAdam,
  scaleByAmsgrad,
  scaleByLearningRate,
  trace,
} from '../transform/index.js'
import { coupled, type DecayOptions, decoupled, type StepOptions } from './assemble.js'
import { betas, decay, described, epsilon, learningRate } from './describe.js'

export interface SgdOptions extends StepOptions, DecayOptions {
  /** $\mu$ in [0, 1), default 0. */
  readonly momentum?: Hyperparameter
  /** Whether to look ahead; default false. */
  readonly nesterov?: boolean
  /** $\tau$ in [0, 1], which is taken off gradients on their way into the momentum, all but the first; default 0. */
  readonly dampening?: Hyperparameter
}

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
 * @param options.learningRate default 0.01
 * @param options.weightDecay coupled, default 0
 * @param options.dampening $\tau$, as in PyTorch: not of the first gradient, and not without momentum; default 0
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(sgd({ learningRate: 0.01, momentum: 0.9 }))
 */
export const sgd = described(
  'sgd',
  {
    ...learningRate,
    ...decay,
    momentum: '[0, 1)',
    nesterov: 'boolean',
    dampening: '[0, 1]',
  },
  ({ learningRate = 0.01, momentum = 0, nesterov = false, dampening = 0, weightDecay = 0, mask }: SgdOptions) =>
    namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      dampening: admit('dampening', dampening, '[0, 1]') === 0 || momentum === 0 ? identity : dampen(dampening),
      momentum: momentum === 0 ? identity : trace(momentum, { nesterov }),
      step: scaleByLearningRate(learningRate),
    }),
)

export interface AdamOptimizerOptions extends StepOptions, DecayOptions, AdamOptions {
  /** Whether the second moment never falls, as in {@link amsgrad}; not with `nesterov`. Default false. */
  readonly amsgrad?: boolean
}

const adamFields = {
  ...learningRate,
  ...decay,
  ...betas,
  ...epsilon,
  epsRoot: '[0, inf)',
  biasCorrection: 'boolean',
  nesterov: 'boolean',
  amsgrad: 'boolean',
} as const

const momentsOf = ({
  amsgrad = false,
  nesterov = false,
  ...options
}: AdamOptions & Pick<AdamOptimizerOptions, 'amsgrad'>): GradientTransform<AdamState> => {
  if (amsgrad && nesterov) throw new HyperparameterError('nesterov', nesterov, 'false where amsgrad is true')
  return amsgrad ? scaleByAmsgrad(options) : scaleByAdam({ ...options, nesterov })
}

/**
 * Adam: $p_{t+1} = p_t - \eta\, \hat m_t / (\sqrt{\hat v_t} + \varepsilon)$. Weight decay, if any, is coupled, as in PyTorch.
 *
 * @param options.learningRate default 0.001
 * @param options.weightDecay coupled, default 0
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(adam({ learningRate: 1e-3 }))
 *
 * Source: Kingma and Ba, arXiv 1412.6980.
 */
export const adam = described(
  'adam',
  adamFields,
  ({ learningRate = 1e-3, weightDecay = 0, mask, ...moments }: AdamOptimizerOptions) =>
    coupled({ learningRate, weightDecay, mask }, momentsOf(moments)),
)

/**
 * AdamW: Adam with decoupled decay, $p_{t+1} = p_t - \eta\,(\hat m_t / (\sqrt{\hat v_t} + \varepsilon) + \lambda p_t)$.
 *
 * @param options.learningRate default 0.001
 * @param options.weightDecay decoupled, default 1e-4
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(adamw({ learningRate: 1e-3, weightDecay: 0.01, mask: named(/kernel$/) }))
 *
 * Source: Loshchilov and Hutter, arXiv 1711.05101.
 */
export const adamw = described(
  'adamw',
  adamFields,
  ({ learningRate = 1e-3, weightDecay = 1e-4, mask, ...moments }: AdamOptimizerOptions) =>
    decoupled({ learningRate, weightDecay, mask }, momentsOf(moments)),
)
