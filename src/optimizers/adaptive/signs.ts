/** Optimizers that ask a gradient, or a mixture of gradients, for its sign alone. */
import {
  addDecayedWeights,
  type Hyperparameter,
  identity,
  type LionOptions,
  namedChain,
  type RpropOptions,
  scale,
  scaleByLearningRate,
  scaleByLion,
  scaleByRprop,
  scaleBySign,
  trace,
} from '../../transform/index.js'
import type { DecayOptions, StepOptions } from '../assemble.js'
import { coupled, decoupled } from '../assemble.js'
import { betas, decay, described, learningRate } from '../describe.js'

const step = { ...learningRate, ...decay }

export interface LionOptimizerOptions extends StepOptions, DecayOptions, LionOptions {}

/**
 * Lion: steps of one size for all, in the direction of a mixture of moment and gradient,
 * $$ p_{t+1} = p_t - \eta\,\bigl(\mathrm{sign}(\beta_1 m_{t-1} + (1 - \beta_1) g_t) + \lambda p_t\bigr), \qquad
 *    m_t = \beta_2 m_{t-1} + (1 - \beta_2) g_t. $$
 *
 * @param options.learningRate default 1e-4: a third to a tenth of Adam's
 * @param options.weightDecay decoupled, default 1e-3
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(lion({ learningRate: 1e-4 }))
 *
 * Source: Chen et al., arXiv 2302.06675.
 */
export const lion = described(
  'lion',
  { ...step, ...betas, mode: ['hard', 'smooth', 'refined'], smoothBeta: '(0, inf)' },
  ({ learningRate = 1e-4, weightDecay = 1e-3, mask, ...options }: LionOptimizerOptions) =>
    decoupled({ learningRate, weightDecay, mask }, scaleByLion(options)),
)

export interface RpropOptimizerOptions extends DecayOptions, RpropOptions {}

/**
 * Rprop: a step size for each element, which grows while the gradient keeps its sign and shrinks when it changes. For whole
 * batches: it knows nothing of averages.
 * $$ p_{t+1} = p_t - \Delta_t\, \mathrm{sign}(g_t), \qquad \Delta_t = \mathrm{clip}(\Delta_{t-1} \cdot \{\eta^+, \eta^-, 1\}). $$
 *
 * @param options.learningRate the step sizes at first, default 0.01
 * @param options.weightDecay coupled, default 0
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(rprop({ learningRate: 0.01, maxStepSize: 1 }))
 *
 * Source: Riedmiller and Braun, ICNN 1993.
 */
export const rprop = described(
  'rprop',
  {
    ...decay,
    learningRate: '(0, inf)',
    etaMinus: '(0, 1)',
    etaPlus: '(1, inf)',
    minStepSize: '(0, inf)',
    maxStepSize: '(0, inf)',
  },
  ({ weightDecay = 0, mask, ...options }: RpropOptimizerOptions) =>
    namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      moments: scaleByRprop(options),
      step: scale(-1),
    }),
)

export interface SignSgdOptions extends StepOptions, DecayOptions {}

/**
 * SignSGD: $p_{t+1} = p_t - \eta\, \mathrm{sign}(g_t)$.
 *
 * @param options.learningRate default 0.001
 * @param options.weightDecay coupled, default 0
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(signSgd({ learningRate: 1e-3 }))
 *
 * Source: Bernstein et al., arXiv 1802.04434.
 */
export const signSgd = described('signSgd', step, ({ learningRate = 1e-3, weightDecay = 0, mask }: SignSgdOptions) =>
  coupled({ learningRate, weightDecay, mask }, scaleBySign()),
)

export interface SignumOptions extends StepOptions, DecayOptions {
  /** $\mu$ in [0, 1), default 0.9. */
  readonly momentum?: Hyperparameter
}

/**
 * Signum: signSGD with momentum, $p_{t+1} = p_t - \eta\, \mathrm{sign}(b_t)$, $b_t = g_t + \mu\, b_{t-1}$.
 *
 * @param options.learningRate default 0.001
 * @param options.weightDecay coupled, default 0
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(signum({ momentum: 0.95 }))
 *
 * Source: Bernstein et al., arXiv 1802.04434.
 */
export const signum = described(
  'signum',
  { ...step, momentum: '[0, 1)' },
  ({ learningRate = 1e-3, weightDecay = 0, mask, momentum = 0.9 }: SignumOptions) =>
    namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      momentum: momentum === 0 ? identity : trace(momentum),
      sign: scaleBySign(),
      step: scaleByLearningRate(learningRate),
    }),
)
