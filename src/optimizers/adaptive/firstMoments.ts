/** Optimizers that are Adam with another first moment, or with other first steps. */
import { type OptionsOf, options, real, scheduled } from '../../schema/index.js'
import { radamOptions } from '../../transform/adaptive/earlySteps.js'
import { adanOptions, ademamixOptions } from '../../transform/adaptive/mixtures.js'
import {
  type AdamState,
  type AdanOptions,
  type AdemamixOptions,
  type GradientTransform,
  type Hyperparameter,
  type RadamOptions,
  scaleByAdam,
  scaleByAdan,
  scaleByAdemamix,
  scaleByNadam,
  scaleByRadam,
} from '../../transform/index.js'
import { type MomentOptions, momentOptions } from '../../transform/moments.js'
import { type MaskOptions, maskOptions } from '../../transform/scale.js'
import { coupled, decoupled } from '../assemble.js'
import { described } from '../describe.js'

const nadamOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 2e-3),
  /** $\lambda$, coupled decay, as in PyTorch, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...momentOptions.fields,
  /** $\psi$, how fast momentum sets in, from $\beta_1 / 2$; 4e-3 is PyTorch's. Default none, as in optax: it is $\beta_1$ from the start. */
  momentumDecay: real('[0, inf)'),
})

export interface NadamOptimizerOptions extends MaskOptions, MomentOptions, OptionsOf<typeof nadamOptions> {}

const ahead = ({
  momentumDecay,
  ...moments
}: MomentOptions & { readonly momentumDecay: Hyperparameter | undefined }): GradientTransform<AdamState> =>
  momentumDecay === undefined
    ? scaleByAdam({ ...moments, nesterov: true })
    : scaleByNadam({ ...moments, momentumDecay })

/**
 * Nadam: Adam with Nesterov's look-ahead,
 * $$ p_{t+1} = p_t - \frac{\eta}{\sqrt{\hat v_t} + \varepsilon}
 *    \left(\frac{\beta_1 m_t}{1 - \beta_1^{t+1}} + \frac{(1 - \beta_1)\, g_t}{1 - \beta_1^t}\right). $$
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(nadam({ momentumDecay: 4e-3 }))
 *
 * Source: Dozat, ICLR workshop 2016.
 */
export const nadam = described<NadamOptimizerOptions>()(
  'nadam',
  nadamOptions,
  ({ learningRate, weightDecay, mask, ...own }) => coupled({ learningRate, weightDecay, mask }, ahead(own)),
)

const nadamwOptions = options({
  ...nadamOptions.fields,
  /** $\lambda$, decoupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 1e-4),
})

export interface NadamwOptions extends Omit<NadamOptimizerOptions, 'weightDecay'>, OptionsOf<typeof nadamwOptions> {}

/**
 * Nadam with decoupled decay: $\eta \lambda p_t$ is taken off at each step, beside the moments.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(nadamw({ weightDecay: 0.01 }))
 *
 * Source: Dozat, ICLR workshop 2016; Loshchilov and Hutter, arXiv 1711.05101.
 */
export const nadamw = described<NadamwOptions>()(
  'nadamw',
  nadamwOptions,
  ({ learningRate, weightDecay, mask, ...own }) => decoupled({ learningRate, weightDecay, mask }, ahead(own)),
)

const radamOptimizerOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 1e-3),
  /** $\lambda$, coupled decay, as in PyTorch, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...radamOptions.fields,
})

export interface RadamOptimizerOptions extends MaskOptions, RadamOptions, OptionsOf<typeof radamOptimizerOptions> {}

/**
 * RAdam: momentum alone for the first steps, then Adam, rectified for how little it knows of the second moment,
 * $$ p_{t+1} = p_t - \eta\, r_t\, \hat m_t / (\sqrt{\hat v_t} + \varepsilon) \ \text{ where } \rho_t \ge 5, \text{ else } p_t - \eta\, \hat m_t. $$
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(radam({ learningRate: 1e-3 }))
 *
 * Source: Liu et al., arXiv 1908.03265.
 */
export const radam = described<RadamOptimizerOptions>()(
  'radam',
  radamOptimizerOptions,
  ({ learningRate, weightDecay, mask, ...own }) => coupled({ learningRate, weightDecay, mask }, scaleByRadam(own)),
)

const adanOptimizerOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 1e-3),
  /** $\lambda$, decoupled decay, as in optax (the paper's is proximal), or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...adanOptions.fields,
  /** $\bar\varepsilon$, added under the root. */
  epsRoot: real('[0, inf)', 1e-8),
})

export interface AdanOptimizerOptions
  extends MaskOptions,
    Omit<AdanOptions, 'epsRoot'>,
    OptionsOf<typeof adanOptimizerOptions> {}

/**
 * Adan: adaptive Nesterov momentum, from gradients and their changes,
 * $$ p_{t+1} = p_t - \eta \left( \frac{\hat m_t + (1 - \beta_2)\, \hat\delta_t}{\sqrt{\hat n_t + \bar\varepsilon} + \varepsilon} + \lambda p_t \right). $$
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(adan({ learningRate: 1e-3, weightDecay: 0.02 }))
 *
 * Source: Xie et al., arXiv 2208.06677.
 */
export const adan = described<AdanOptimizerOptions>()(
  'adan',
  adanOptimizerOptions,
  ({ learningRate, weightDecay, mask, ...own }) => decoupled({ learningRate, weightDecay, mask }, scaleByAdan(own)),
)

const ademamixOptimizerOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 1e-3),
  /** $\lambda$, decoupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...ademamixOptions.fields,
  /** $\alpha$, the weight of the slow moment, or a schedule of it. */
  alpha: scheduled('[0, inf)', 5),
})

export interface AdemamixOptimizerOptions
  extends MaskOptions,
    Omit<AdemamixOptions, 'alpha'>,
    OptionsOf<typeof ademamixOptimizerOptions> {}

/**
 * AdEMAMix: Adam with a slow first moment beside the fast one,
 * $$ p_{t+1} = p_t - \eta \left( \frac{\hat m^{(1)}_t + \alpha\, m^{(2)}_t}{\sqrt{\hat v_t} + \varepsilon} + \lambda p_t \right). $$
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(ademamix({ alpha: linear(0, 5, 1000) }))
 *
 * Source: Pagliardini et al., arXiv 2409.03137.
 */
export const ademamix = described<AdemamixOptimizerOptions>()(
  'ademamix',
  ademamixOptimizerOptions,
  ({ learningRate, weightDecay, mask, ...own }) => decoupled({ learningRate, weightDecay, mask }, scaleByAdemamix(own)),
)
