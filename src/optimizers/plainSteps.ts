/** Gradient descent with a twist: noise, a look at what the gradient has changed, a step size from the loss. Defaults are optax's. */
import { flag, type OptionsOf, options, scheduled } from '../schema/index.js'
import { noiseOptions } from '../transform/block/noise.js'
import { optimisticOptions } from '../transform/block/optimistic.js'
import { polyakOptions } from '../transform/block/polyak.js'
import {
  type AdamOptions,
  addDecayedWeights,
  addNoise,
  type NoiseOptions,
  namedChain,
  type OptimisticOptions,
  type PolyakOptions,
  scaleByAdam,
  scaleByLearningRate,
  scaleByOptimisticGradient,
  scaleByPolyak,
} from '../transform/index.js'
import { adamOptions } from '../transform/moments.js'
import { type MaskOptions, maskOptions } from '../transform/scale.js'
import { described } from './describe.js'

const noisySgdOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 0.01),
  /** $\lambda$, coupled decay, or a schedule of it; optax has none. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...noiseOptions.fields,
})

export interface NoisySgdOptions extends MaskOptions, NoiseOptions, OptionsOf<typeof noisySgdOptions> {}

/**
 * Gradient descent with noise that falls: $p_{t+1} = p_t - \eta\,(g_t + \lambda p_t + n_t)$, $n_t \sim N(0,\ \eta_0 / (1 + t)^\gamma)$.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(noisySgd({ learningRate: 0.01, seed: 7 }))
 *
 * Source: Neelakantan et al., arXiv 1511.06807.
 */
export const noisySgd = described<NoisySgdOptions>()(
  'noisySgd',
  noisySgdOptions,
  ({ learningRate, weightDecay, mask, ...noise }) =>
    namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      noise: addNoise(noise),
      step: scaleByLearningRate(learningRate),
    }),
)

const optimisticGradientDescentOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 0.01),
  /** $\lambda$, coupled decay, or a schedule of it; optax has none. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...optimisticOptions.fields,
})

export interface OptimisticGradientDescentOptions
  extends MaskOptions,
    OptimisticOptions,
    OptionsOf<typeof optimisticGradientDescentOptions> {}

/**
 * Optimistic gradient descent, for games: $p_{t+1} = p_t - \eta\,(\alpha\, g_t + \beta\,(g_t - g_{t-1}))$.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(optimisticGradientDescent({ learningRate: 0.01 }))
 *
 * Source: Mokhtari et al., arXiv 1901.08511.
 */
export const optimisticGradientDescent = described<OptimisticGradientDescentOptions>()(
  'optimisticGradientDescent',
  optimisticGradientDescentOptions,
  ({ learningRate, weightDecay, mask, ...change }) =>
    namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      optimism: scaleByOptimisticGradient(change),
      step: scaleByLearningRate(learningRate),
    }),
)

const optimisticAdamOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 1e-3),
  /** $\lambda$, decoupled decay, or a schedule of it; optax has none. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...adamOptions.fields,
  ...optimisticOptions.fields,
  /** Whether the first moment looks ahead, which makes Nadam. */
  nesterov: flag(true),
})

export interface OptimisticAdamOptions
  extends MaskOptions,
    Omit<AdamOptions, 'nesterov'>,
    OptimisticOptions,
    OptionsOf<typeof optimisticAdamOptions> {}

/**
 * Optimistic Adam, for games: $p_{t+1} = p_t - \eta\,(\alpha\, r_t + \beta\,(r_t - r_{t-1}))$ with Adam's $r_t$, which looks ahead.
 * It is optax's `optimistic_adam_v2`.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(optimisticAdam({ learningRate: 1e-3 }))
 *
 * Source: Daskalakis et al., arXiv 1711.00141.
 */
export const optimisticAdam = described<OptimisticAdamOptions>()(
  'optimisticAdam',
  optimisticAdamOptions,
  ({ learningRate, weightDecay, mask, alpha, beta, ...moments }) =>
    namedChain({
      moments: scaleByAdam(moments),
      optimism: scaleByOptimisticGradient({ alpha, beta }),
      decay: addDecayedWeights(weightDecay, { mask }),
      step: scaleByLearningRate(learningRate),
    }),
)

const polyakSgdOptions = options({
  /** $s$, a factor of the step, or a schedule of it. */
  scaling: scheduled('(0, inf)', 1),
  /** $\lambda$, coupled decay, or a schedule of it; optax has none. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...polyakOptions.fields,
})

export interface PolyakSgdOptions extends MaskOptions, PolyakOptions, OptionsOf<typeof polyakSgdOptions> {}

/**
 * Gradient descent with Polyak's step size, from the context's `loss` $f$:
 * $$ p_{t+1} = p_t - s \min\!\left(\frac{f - f^\star}{\lVert g_t \rVert^2 + \varepsilon},\ \eta_{\max}\right) g_t. $$
 * That is optax's formula; its code divides by $s^2 \lVert g_t \rVert^2$ instead, which differs where $s \ne 1$.
 *
 * @throws HyperparameterError
 * @throws ReferenceError when traced, if the context has no `loss`
 * @example
 * const optimizer = compile(polyakSgd({ maxLearningRate: 0.5 }))
 * const trained = optimizer.step({ params, state: optimizer.init(params) }, grads, { loss: 0.3 })
 *
 * Source: Loizou et al., arXiv 2002.10542.
 */
export const polyakSgd = described<PolyakSgdOptions>()(
  'polyakSgd',
  polyakSgdOptions,
  ({ scaling, weightDecay, mask, ...polyak }) =>
    namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      polyak: scaleByPolyak(polyak),
      step: scaleByLearningRate(scaling),
    }),
)
