/** Optimizers that normalize the gradient first and average it then. */
import { eps, type OptionsOf, options, scheduled } from '../../schema/index.js'
import { adoptOptions, novogradOptions } from '../../transform/adaptive/normalized.js'
import {
  type AdoptOptions,
  type NovogradOptions,
  namedChain,
  scaleByAdopt,
  scaleByLearningRate,
  scaleByNovograd,
} from '../../transform/index.js'
import { type MaskOptions, maskOptions } from '../../transform/scale.js'
import { coupled } from '../assemble.js'
import { described } from '../describe.js'

const adoptOptimizerOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 1e-3),
  /** $\lambda$, coupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...adoptOptions.fields,
})

export interface AdoptOptimizerOptions extends MaskOptions, AdoptOptions, OptionsOf<typeof adoptOptimizerOptions> {}

/**
 * ADOPT: Adam that converges for any $\beta_2$, since it normalizes a gradient by those before it alone,
 * $$ p_{t+1} = p_t - \eta\, m_t, \qquad
 *    m_t = \beta_1 m_{t-1} + (1 - \beta_1)\, \mathrm{clip}\!\left(\frac{g_t}{\max(\sqrt{v_{t-1}}, \varepsilon)}, \pm c_t\right). $$
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(adopt({ learningRate: 1e-3 }))
 *
 * Source: Taniguchi et al., arXiv 2411.02853.
 */
export const adopt = described<AdoptOptimizerOptions>()(
  'adopt',
  adoptOptimizerOptions,
  ({ learningRate, weightDecay, mask, ...own }) => coupled({ learningRate, weightDecay, mask }, scaleByAdopt(own)),
)

const novogradOptimizerOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 0.01),
  ...novogradOptions.fields,
  /** $\varepsilon$, added to the root. */
  eps: eps(1e-6),
})

export interface NovogradOptimizerOptions
  extends Omit<NovogradOptions, 'eps'>,
    OptionsOf<typeof novogradOptimizerOptions> {}

/**
 * NovoGrad: momentum over gradients that are normalized leaf by leaf, decay included,
 * $$ p_{t+1} = p_t - \eta\, m_t, \qquad m_t = \beta_1 m_{t-1} + \frac{g_t}{\sqrt{v_t + \bar\varepsilon} + \varepsilon} + \lambda p_t. $$
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(novograd({ learningRate: 0.01, weightDecay: 1e-3 }))
 *
 * Source: Ginsburg et al., arXiv 1905.11286.
 */
export const novograd = described<NovogradOptimizerOptions>()(
  'novograd',
  novogradOptimizerOptions,
  ({ learningRate, ...own }) => namedChain({ moments: scaleByNovograd(own), step: scaleByLearningRate(learningRate) }),
)
