/** Optimizers that ask a gradient, or a mixture of gradients, for its sign alone. */
import { type OptionsOf, options, real, scheduled } from '../../schema/index.js'
import { lionOptions, rpropOptions } from '../../transform/adaptive/signs.js'
import {
  addDecayedWeights,
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
import { type MaskOptions, maskOptions } from '../../transform/scale.js'
import { coupled, decoupled } from '../assemble.js'
import { described } from '../describe.js'

const lionOptimizerOptions = options({
  /** $\eta$, the size of a step, a third to a tenth of Adam's, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 1e-4),
  /** $\lambda$, decoupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 1e-3),
  ...maskOptions.fields,
  ...lionOptions.fields,
})

export interface LionOptimizerOptions extends MaskOptions, LionOptions, OptionsOf<typeof lionOptimizerOptions> {}

/**
 * Lion: steps of one size for all, in the direction of a mixture of moment and gradient,
 * $$ p_{t+1} = p_t - \eta\,\bigl(\mathrm{sign}(\beta_1 m_{t-1} + (1 - \beta_1) g_t) + \lambda p_t\bigr), \qquad
 *    m_t = \beta_2 m_{t-1} + (1 - \beta_2) g_t. $$
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(lion({ learningRate: 1e-4 }))
 *
 * Source: Chen et al., arXiv 2302.06675.
 */
export const lion = described<LionOptimizerOptions>()(
  'lion',
  lionOptimizerOptions,
  ({ learningRate, weightDecay, mask, ...own }) => decoupled({ learningRate, weightDecay, mask }, scaleByLion(own)),
)

const rpropOptimizerOptions = options({
  ...rpropOptions.fields,
  /** $\lambda$, coupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
})

export interface RpropOptimizerOptions extends MaskOptions, RpropOptions, OptionsOf<typeof rpropOptimizerOptions> {}

/**
 * Rprop: a step size for each element, which grows while the gradient keeps its sign and shrinks when it changes. For whole
 * batches: it knows nothing of averages.
 * $$ p_{t+1} = p_t - \Delta_t\, \mathrm{sign}(g_t), \qquad \Delta_t = \mathrm{clip}(\Delta_{t-1} \cdot \{\eta^+, \eta^-, 1\}). $$
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(rprop({ learningRate: 0.01, maxStepSize: 1 }))
 *
 * Source: Riedmiller and Braun, ICNN 1993.
 */
export const rprop = described<RpropOptimizerOptions>()(
  'rprop',
  rpropOptimizerOptions,
  ({ weightDecay, mask, ...own }) =>
    namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      moments: scaleByRprop(own),
      step: scale(-1),
    }),
)

const signSgdOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 1e-3),
  /** $\lambda$, coupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
})

export interface SignSgdOptions extends MaskOptions, OptionsOf<typeof signSgdOptions> {}

/**
 * SignSGD: $p_{t+1} = p_t - \eta\, \mathrm{sign}(g_t)$.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(signSgd({ learningRate: 1e-3 }))
 *
 * Source: Bernstein et al., arXiv 1802.04434.
 */
export const signSgd = described<SignSgdOptions>()('signSgd', signSgdOptions, parts => coupled(parts, scaleBySign()))

const signumOptions = options({
  ...signSgdOptions.fields,
  /** $\mu$, the part of the momentum that stays. */
  momentum: real('[0, 1)', 0.9),
})

export interface SignumOptions extends SignSgdOptions, OptionsOf<typeof signumOptions> {}

/**
 * Signum: signSGD with momentum, $p_{t+1} = p_t - \eta\, \mathrm{sign}(b_t)$, $b_t = g_t + \mu\, b_{t-1}$.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(signum({ momentum: 0.95 }))
 *
 * Source: Bernstein et al., arXiv 1802.04434.
 */
export const signum = described<SignumOptions>()(
  'signum',
  signumOptions,
  ({ learningRate, weightDecay, mask, momentum }) =>
    namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      momentum: momentum === 0 ? identity : trace(momentum),
      sign: scaleBySign(),
      step: scaleByLearningRate(learningRate),
    }),
)
