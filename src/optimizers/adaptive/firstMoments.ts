/** Optimizers that are Adam with another first moment, or with other first steps. */
import {
  type AdamState,
  type AdanOptions,
  type AdemamixOptions,
  type GradientTransform,
  type NadamOptions,
  type RadamOptions,
  scaleByAdam,
  scaleByAdan,
  scaleByAdemamix,
  scaleByNadam,
  scaleByRadam,
} from '../../transform/index.js'
import type { DecayOptions, StepOptions } from '../assemble.js'
import { coupled, decoupled } from '../assemble.js'
import { betas, decay, described, epsilon, learningRate } from '../describe.js'

const step = { ...learningRate, ...decay }
const moments = { ...betas, ...epsilon, epsRoot: '[0, inf)' } as const

export interface NadamOptimizerOptions extends StepOptions, DecayOptions, Omit<NadamOptions, 'momentumDecay'> {
  /** $\psi \ge 0$, how fast momentum sets in; 4e-3 is PyTorch's. Default none, as in optax: it is $\beta_1$ from the start. */
  readonly momentumDecay?: NadamOptions['momentumDecay']
}

const ahead = ({
  momentumDecay,
  ...options
}: Omit<NadamOptimizerOptions, keyof StepOptions | keyof DecayOptions>): GradientTransform<AdamState> =>
  momentumDecay === undefined
    ? scaleByAdam({ ...options, nesterov: true })
    : scaleByNadam({ ...options, momentumDecay })

/**
 * Nadam: Adam with Nesterov's look-ahead,
 * $$ p_{t+1} = p_t - \frac{\eta}{\sqrt{\hat v_t} + \varepsilon}
 *    \left(\frac{\beta_1 m_t}{1 - \beta_1^{t+1}} + \frac{(1 - \beta_1)\, g_t}{1 - \beta_1^t}\right). $$
 *
 * @param options.learningRate default 0.002
 * @param options.weightDecay coupled, as in PyTorch, default 0
 * @param options.momentumDecay lets momentum rise from $\beta_1 / 2$, as PyTorch does with 4e-3; default it does not
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(nadam({ momentumDecay: 4e-3 }))
 *
 * Source: Dozat, ICLR workshop 2016.
 */
export const nadam = described(
  'nadam',
  { ...step, ...moments, momentumDecay: '[0, inf)' },
  ({ learningRate = 2e-3, weightDecay = 0, mask, ...options }: NadamOptimizerOptions) =>
    coupled({ learningRate, weightDecay, mask }, ahead(options)),
)

/**
 * Nadam with decoupled decay: $\eta \lambda p_t$ is taken off at each step, beside the moments.
 *
 * @param options.learningRate default 0.002
 * @param options.weightDecay decoupled, default 1e-4
 * @param options.momentumDecay as in {@link nadam}
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(nadamw({ weightDecay: 0.01 }))
 *
 * Source: Dozat, ICLR workshop 2016; Loshchilov and Hutter, arXiv 1711.05101.
 */
export const nadamw = described(
  'nadamw',
  { ...step, ...moments, momentumDecay: '[0, inf)' },
  ({ learningRate = 2e-3, weightDecay = 1e-4, mask, ...options }: NadamOptimizerOptions) =>
    decoupled({ learningRate, weightDecay, mask }, ahead(options)),
)

export interface RadamOptimizerOptions extends StepOptions, DecayOptions, RadamOptions {}

/**
 * RAdam: momentum alone for the first steps, then Adam, rectified for how little it knows of the second moment,
 * $$ p_{t+1} = p_t - \eta\, r_t\, \hat m_t / (\sqrt{\hat v_t} + \varepsilon) \ \text{ where } \rho_t \ge 5, \text{ else } p_t - \eta\, \hat m_t. $$
 *
 * @param options.learningRate default 0.001
 * @param options.weightDecay coupled, as in PyTorch, default 0
 * @param options.epsAfterCorrection false puts $\varepsilon$ where PyTorch has it; default true, as in optax
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(radam({ learningRate: 1e-3 }))
 *
 * Source: Liu et al., arXiv 1908.03265.
 */
export const radam = described(
  'radam',
  {
    ...step,
    ...moments,
    threshold: '[4, inf]',
    nesterov: 'boolean',
    epsAfterCorrection: 'boolean',
  },
  ({ learningRate = 1e-3, weightDecay = 0, mask, ...options }: RadamOptimizerOptions) =>
    coupled({ learningRate, weightDecay, mask }, scaleByRadam(options)),
)

export interface AdanOptimizerOptions extends StepOptions, DecayOptions, AdanOptions {}

/**
 * Adan: adaptive Nesterov momentum, from gradients and their changes,
 * $$ p_{t+1} = p_t - \eta \left( \frac{\hat m_t + (1 - \beta_2)\, \hat\delta_t}{\sqrt{\hat n_t + \bar\varepsilon} + \varepsilon} + \lambda p_t \right). $$
 *
 * @param options.learningRate default 0.001
 * @param options.weightDecay decoupled, as in optax (the paper's is proximal), default 0
 * @param options.epsRoot default 1e-8
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(adan({ learningRate: 1e-3, weightDecay: 0.02 }))
 *
 * Source: Xie et al., arXiv 2208.06677.
 */
export const adan = described(
  'adan',
  { ...step, ...moments, b3: '[0, 1)' },
  ({ learningRate = 1e-3, weightDecay = 0, mask, epsRoot = 1e-8, ...options }: AdanOptimizerOptions) =>
    decoupled({ learningRate, weightDecay, mask }, scaleByAdan({ ...options, epsRoot })),
)

export interface AdemamixOptimizerOptions extends StepOptions, DecayOptions, AdemamixOptions {}

/**
 * AdEMAMix: Adam with a slow first moment beside the fast one,
 * $$ p_{t+1} = p_t - \eta \left( \frac{\hat m^{(1)}_t + \alpha\, m^{(2)}_t}{\sqrt{\hat v_t} + \varepsilon} + \lambda p_t \right). $$
 *
 * @param options.learningRate default 0.001
 * @param options.weightDecay decoupled, default 0
 * @param options.alpha default 5
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(ademamix({ alpha: linear(0, 5, 1000) }))
 *
 * Source: Pagliardini et al., arXiv 2409.03137.
 */
export const ademamix = described(
  'ademamix',
  { ...step, ...moments, b3: 'scheduled [0, 1)', alpha: 'scheduled [0, inf)' },
  ({ learningRate = 1e-3, weightDecay = 0, mask, alpha = 5, ...options }: AdemamixOptimizerOptions) =>
    decoupled({ learningRate, weightDecay, mask }, scaleByAdemamix({ ...options, alpha })),
)
