/** Optimizers that normalize the gradient first and average it then. */
import {
  type AdoptOptions,
  type NovogradOptions,
  namedChain,
  scaleByAdopt,
  scaleByLearningRate,
  scaleByNovograd,
} from '../../transform/index.js'
import type { DecayOptions, StepOptions } from '../assemble.js'
import { coupled } from '../assemble.js'
import { betas, decay, described, epsilon, learningRate } from '../describe.js'

export interface AdoptOptimizerOptions extends StepOptions, DecayOptions, AdoptOptions {}

/**
 * ADOPT: Adam that converges for any $\beta_2$, since it normalizes a gradient by those before it alone,
 * $$ p_{t+1} = p_t - \eta\, m_t, \qquad
 *    m_t = \beta_1 m_{t-1} + (1 - \beta_1)\, \mathrm{clip}\!\left(\frac{g_t}{\max(\sqrt{v_{t-1}}, \varepsilon)}, \pm c_t\right). $$
 *
 * @param options.learningRate default 0.001
 * @param options.weightDecay coupled, default 0
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(adopt({ learningRate: 1e-3 }))
 *
 * Source: Taniguchi et al., arXiv 2411.02853.
 */
export const adopt = described(
  'adopt',
  {
    ...learningRate,
    ...decay,
    ...betas,
    ...epsilon,
    nesterov: 'boolean',
    useClipping: 'boolean',
    clipValue: 'scheduled (0, inf)',
  },
  ({ learningRate = 1e-3, weightDecay = 0, mask, ...options }: AdoptOptimizerOptions) =>
    coupled({ learningRate, weightDecay, mask }, scaleByAdopt(options)),
)

export interface NovogradOptimizerOptions extends StepOptions, NovogradOptions {}

/**
 * NovoGrad: momentum over gradients that are normalized leaf by leaf, decay included,
 * $$ p_{t+1} = p_t - \eta\, m_t, \qquad m_t = \beta_1 m_{t-1} + \frac{g_t}{\sqrt{v_t + \bar\varepsilon} + \varepsilon} + \lambda p_t. $$
 *
 * @param options.learningRate default 0.01
 * @param options.weightDecay added to the normalized gradient, default 0
 * @param options.eps default 1e-6
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(novograd({ learningRate: 0.01, weightDecay: 1e-3 }))
 *
 * Source: Ginsburg et al., arXiv 1905.11286.
 */
export const novograd = described(
  'novograd',
  { ...learningRate, ...decay, ...betas, ...epsilon, epsRoot: '[0, inf)' },
  ({ learningRate = 0.01, eps = 1e-6, ...options }: NovogradOptimizerOptions) =>
    namedChain({ moments: scaleByNovograd({ ...options, eps }), step: scaleByLearningRate(learningRate) }),
)
