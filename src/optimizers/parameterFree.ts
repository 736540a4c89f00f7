/** Optimizers that find their step size themselves. */
import { flag, type OptionsOf, options, scheduled } from '../schema/index.js'
import {
  type AdaptiveAdamOptions,
  addDecayedWeights,
  type CocobScaleOptions,
  type DogOptions,
  type DowgOptions,
  type MomoAdamOptions,
  type MomoOptions,
  namedChain,
  type ProdigyOptions,
  perLeaf,
  scale,
  scaleByCocob,
  scaleByDog,
  scaleByDowg,
  scaleByLearningRate,
} from '../transform/index.js'
import { adaptiveAdamOptions } from '../transform/parameterFree/adaptiveAdam.js'
import { cocobScaleOptions } from '../transform/parameterFree/cocob.js'
import { stepByDAdaptation } from '../transform/parameterFree/dAdaptation.js'
import { dogTransformOptions, dowgTransformOptions } from '../transform/parameterFree/distance.js'
import { momoAdamOptions, momoOptions, stepByMomo, stepByMomoAdam } from '../transform/parameterFree/momo.js'
import { prodigyOptions, stepByProdigy } from '../transform/parameterFree/prodigy.js'
import { type MaskOptions, maskOptions } from '../transform/scale.js'
import { described } from './describe.js'

/**
 * Prodigy: AdamW that learns its step size $d$ from how far it has gone. With $\hat\gamma_t = \gamma_t \sqrt{1 - \beta_2^t} / (1 - \beta_1^t)$,
 * $$ m_t = \beta_1 m_{t-1} + (1 - \beta_1)\, d_{t-1} g_t, \quad v_t = \beta_2 v_{t-1} + (1 - \beta_2)\, d_{t-1}^2 g_t^2, $$
 * $$ r_t = \beta_3 r_{t-1} + \tfrac{d_{t-1}^2}{d_0} \hat\gamma_t \langle g_t, p_0 - p_t \rangle, \quad
 *    s_t = \beta_3 s_{t-1} + \tfrac{d_{t-1}^2}{d_0} \hat\gamma_t\, g_t, \quad
 *    d_t = \max\Bigl(d_{t-1}, c\, \frac{r_t}{\lVert s_t \rVert_1}\Bigr), $$
 * $$ p_{t+1} = p_t - d_{t-1} \hat\gamma_t \Bigl(\frac{m_t}{\sqrt{v_t} + d_t \varepsilon} + \lambda p_t\Bigr). $$
 * Norm and inner product are over all leaves. The bias correction is optax's; the paper leaves it to the implementation.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(prodigy())
 *
 * Source: Mishchenko and Defazio, arXiv 2306.06101.
 */
export const prodigy = described<ProdigyOptions>()('prodigy', prodigyOptions, stepByProdigy)

/**
 * AdamW by D-Adaptation, which learns the step size $d$. With $\hat\gamma_t = \gamma_t \sqrt{1 - \beta_2^t} / (1 - \beta_1^t)$,
 * $\beta_3 = \sqrt{\beta_2}$ and $\eta_t = d_{t-1} \hat\gamma_t$,
 * $$ r_t = \beta_3 r_{t-1} + (1 - \beta_3)\, \eta_t \Bigl\langle g_t, \frac{s_{t-1}}{\sqrt{v_{t-1}} + \varepsilon} \Bigr\rangle, \quad
 *    s_t = \beta_3 s_{t-1} + (1 - \beta_3)\, \eta_t g_t, \quad
 *    d_t = \max\Bigl(d_{t-1}, \frac{r_t}{(1 - \beta_3) \lVert s_t \rVert_1}\Bigr), $$
 * $$ m_t = \beta_1 m_{t-1} + (1 - \beta_1)\, \eta_t g_t, \quad v_t = \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2, \quad
 *    p_{t+1} = p_t - \frac{m_t}{\sqrt{v_t} + \varepsilon} - \lambda \eta_t p_t. $$
 * The bias correction is optax's; the paper's algorithm has none.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(dadaptAdamw())
 *
 * Source: Defazio and Mishchenko, arXiv 2301.07733.
 */
export const dadaptAdamw = described<AdaptiveAdamOptions>()('dadaptAdamw', adaptiveAdamOptions, stepByDAdaptation)

const dogOptions = options({
  /** $\gamma$, a factor of the step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 1),
  /** $\lambda$, coupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...dogTransformOptions.fields,
  /** Whether each leaf has a step size of its own (L-DoG). */
  layerwise: flag(false),
})

export interface DogOptimizerOptions extends MaskOptions, DogOptions, OptionsOf<typeof dogOptions> {}

/**
 * Distance over gradients: SGD whose step size is the distance travelled over the root of the squared gradients' sum,
 * $$ p_{t+1} = p_t - \gamma_t \frac{\max_{s \le t} \lVert p_s - p_0 \rVert}{\sqrt{\sum_{s \le t} \lVert g_s \rVert^2 + \varepsilon}}\, g_t. $$
 * The authors recommend averaged parameters for evaluation: {@link emaParams}.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(dog({ layerwise: true }))
 *
 * Source: Ivgi, Hinder and Carmon, arXiv 2302.12022.
 */
export const dog = described<DogOptimizerOptions>()(
  'dog',
  dogOptions,
  ({ learningRate, weightDecay, mask, layerwise, ...distance }) =>
    namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      distance: layerwise ? perLeaf(scaleByDog(distance)) : scaleByDog(distance),
      step: scaleByLearningRate(learningRate),
    }),
)

const dowgOptions = options({
  /** $\gamma$, a factor of the step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 1),
  /** $\lambda$, coupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...dowgTransformOptions.fields,
  /** Whether each leaf has a step size of its own. */
  layerwise: flag(false),
})

export interface DowgOptimizerOptions extends MaskOptions, DowgOptions, OptionsOf<typeof dowgOptions> {}

/**
 * Distance over weighted gradients: with $\bar r_t = \max_{s \le t} \lVert p_s - p_0 \rVert$,
 * $$ p_{t+1} = p_t - \gamma_t \frac{\bar r_t^2}{\sqrt{\sum_{s \le t} \bar r_s^2 \lVert g_s \rVert^2} + \varepsilon}\, g_t. $$
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(dowg())
 *
 * Source: Khaled, Mishchenko and Jin, arXiv 2305.16284.
 */
export const dowg = described<DowgOptimizerOptions>()(
  'dowg',
  dowgOptions,
  ({ learningRate, weightDecay, mask, layerwise, ...distance }) =>
    namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      distance: layerwise ? perLeaf(scaleByDowg(distance)) : scaleByDowg(distance),
      step: scaleByLearningRate(learningRate),
    }),
)

const cocobOptions = options({
  /** $\gamma$, a factor of the gradients, or a schedule of it; a constant one changes nothing. */
  learningRate: scheduled('(0, inf)', 1),
  /** $\lambda$, coupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...cocobScaleOptions.fields,
})

export interface CocobOptions extends MaskOptions, CocobScaleOptions, OptionsOf<typeof cocobOptions> {}

/**
 * Coin betting, element by element: SGD without a learning rate. The rule is that of {@link scaleByCocob}, given
 * $\gamma_t (g_t + \lambda p_t)$; as in optax the factor is of the gradients, since the rule itself knows no scale.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(cocob())
 *
 * Source: Orabona and Tommasi, arXiv 1705.07795.
 */
export const cocob = described<CocobOptions>()(
  'cocob',
  cocobOptions,
  ({ learningRate, weightDecay, mask, ...betting }) =>
    namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      uphill: scale(-1), // which the next one turns round again
      scale: scaleByLearningRate(learningRate),
      betting: scaleByCocob(betting),
    }),
)

/**
 * MoMo: SGD with momentum whose step size is Polyak's, for a model of the loss that momentum builds; at most $\alpha_t$. Reads
 * `loss` from the context. With $\beta_1 = 0$ and $\beta_t = \beta$ later,
 * $$ m_t = \beta_t m_{t-1} + (1 - \beta_t)\, g_t, \quad \bar f_t = \beta_t \bar f_{t-1} + (1 - \beta_t) f_t, \quad
 *    \gamma_t = \beta_t \gamma_{t-1} + (1 - \beta_t) \langle g_t, p_t \rangle, $$
 * $$ \tau_t = \min\Bigl(\alpha_t, \frac{((1 + \alpha_t \lambda)(\bar f_t - \gamma_t - f_*) + \langle m_t, p_t \rangle)_+}{\lVert m_t \rVert^2}\Bigr), \quad
 *    p_{t+1} = \frac{p_t}{1 + \alpha_t \lambda} - \tau_t m_t. $$
 * As in optax; the paper divides the step too by $1 + \alpha_t \lambda$. With a mask, leaves that do not decay enter the
 * quotient as the same minimization gives it, with $\lambda = 0$.
 *
 * @throws HyperparameterError
 * @throws ReferenceError when traced, if the context has no `loss`
 * @example
 * const optimizer = compile(momo())
 * optimizer.step({ params, state: optimizer.init(params) }, grads, { loss: 0.7 })
 *
 * Source: Schaipp et al., arXiv 2305.07583.
 */
export const momo = described<MomoOptions>()('momo', momoOptions, stepByMomo)

/**
 * MoMo-Adam: {@link momo} in the metric of Adam, $D_t = \sqrt{v_t / (1 - \beta_2^t)} + \varepsilon$. Reads `loss` from the
 * context. Averages $m$, $\bar f$, $\gamma$ by $\beta_1$ from 0, with $\rho_t = 1 - \beta_1^t$ and $v$ as Adam's:
 * $$ \tau_t = \min\Bigl(\frac{\alpha_t}{\rho_t}, \frac{((1 + \alpha_t \lambda)(\bar f_t - \gamma_t - \rho_t f_*) + \langle m_t, p_t \rangle)_+}{\langle m_t, D_t^{-1} m_t \rangle}\Bigr), \quad
 *    p_{t+1} = \frac{p_t}{1 + \alpha_t \lambda} - \tau_t D_t^{-1} m_t. $$
 *
 * @throws HyperparameterError
 * @throws ReferenceError when traced, if the context has no `loss`
 * @example
 * const optimizer = compile(momoAdam({ learningRate: 0.01 }))
 * optimizer.step({ params, state: optimizer.init(params) }, grads, { loss: 0.7 })
 *
 * Source: Schaipp et al., arXiv 2305.07583.
 */
export const momoAdam = described<MomoAdamOptions>()('momoAdam', momoAdamOptions, stepByMomoAdam)
