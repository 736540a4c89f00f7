/** Gradient descent with a twist: noise, a look at what the gradient has changed, a step size from the loss. Defaults are optax's. */
import {
  type AdamOptions,
  addDecayedWeights,
  addNoise,
  type NoiseOptions,
  namedChain,
  type OptimisticOptions,
  type PolyakOptions,
  type Scheduled,
  scaleByAdam,
  scaleByLearningRate,
  scaleByOptimisticGradient,
  scaleByPolyak,
} from '../transform/index.js'
import type { DecayOptions, StepOptions } from './assemble.js'
import { betas, decay, described, epsilon, learningRate } from './describe.js'

export interface NoisySgdOptions extends StepOptions, DecayOptions, NoiseOptions {}

/**
 * Gradient descent with noise that falls: $p_{t+1} = p_t - \eta\,(g_t + \lambda p_t + n_t)$, $n_t \sim N(0,\ \eta_0 / (1 + t)^\gamma)$.
 *
 * @param options.learningRate default 0.01
 * @param options.eta the variance $\eta_0$ at the first step, default 0.01
 * @param options.gamma default 0.55
 * @param options.seed default 0
 * @param options.weightDecay coupled, default 0; optax has none
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(noisySgd({ learningRate: 0.01, seed: 7 }))
 *
 * Source: Neelakantan et al., arXiv 1511.06807.
 */
export const noisySgd = described(
  'noisySgd',
  {
    ...learningRate,
    ...decay,
    eta: '[0, inf)',
    gamma: '[0, inf)',
    seed: `integer in [0, ${Number.MAX_SAFE_INTEGER}]`,
  },
  ({ learningRate = 0.01, weightDecay = 0, mask, ...noise }: NoisySgdOptions) =>
    namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      noise: addNoise(noise),
      step: scaleByLearningRate(learningRate),
    }),
)

const optimism = { alpha: '(-inf, inf)', beta: '(-inf, inf)' } as const

export interface OptimisticGradientDescentOptions extends StepOptions, DecayOptions, OptimisticOptions {}

/**
 * Optimistic gradient descent, for games: $p_{t+1} = p_t - \eta\,(\alpha\, g_t + \beta\,(g_t - g_{t-1}))$.
 *
 * @param options.learningRate default 0.01
 * @param options.alpha default 1
 * @param options.beta default 1
 * @param options.weightDecay coupled, default 0; optax has none
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(optimisticGradientDescent({ learningRate: 0.01 }))
 *
 * Source: Mokhtari et al., arXiv 1901.08511.
 */
export const optimisticGradientDescent = described(
  'optimisticGradientDescent',
  { ...learningRate, ...decay, ...optimism },
  ({ learningRate = 0.01, weightDecay = 0, mask, ...change }: OptimisticGradientDescentOptions) =>
    namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      optimism: scaleByOptimisticGradient(change),
      step: scaleByLearningRate(learningRate),
    }),
)

export interface OptimisticAdamOptions extends StepOptions, DecayOptions, AdamOptions, OptimisticOptions {}

/**
 * Optimistic Adam, for games: $p_{t+1} = p_t - \eta\,(\alpha\, r_t + \beta\,(r_t - r_{t-1}))$ with Adam's $r_t$, which looks ahead.
 * It is optax's `optimistic_adam_v2`.
 *
 * @param options.learningRate default 0.001
 * @param options.alpha default 1
 * @param options.beta default 1
 * @param options.nesterov default true
 * @param options.weightDecay decoupled, default 0; optax has none
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(optimisticAdam({ learningRate: 1e-3 }))
 *
 * Source: Daskalakis et al., arXiv 1711.00141.
 */
export const optimisticAdam = described(
  'optimisticAdam',
  {
    ...learningRate,
    ...decay,
    ...betas,
    ...epsilon,
    ...optimism,
    epsRoot: '[0, inf)',
    biasCorrection: 'boolean',
    nesterov: 'boolean',
  },
  ({
    learningRate = 1e-3,
    weightDecay = 0,
    mask,
    alpha = 1,
    beta = 1,
    nesterov = true,
    ...moments
  }: OptimisticAdamOptions) =>
    namedChain({
      moments: scaleByAdam({ ...moments, nesterov }),
      optimism: scaleByOptimisticGradient({ alpha, beta }),
      decay: addDecayedWeights(weightDecay, { mask }),
      step: scaleByLearningRate(learningRate),
    }),
)

export interface PolyakSgdOptions extends DecayOptions, PolyakOptions {
  /** A factor of the step $> 0$, or a schedule of it; default 1. */
  readonly scaling?: Scheduled
}

/**
 * Gradient descent with Polyak's step size, from the context's `loss` $f$:
 * $$ p_{t+1} = p_t - s \min\!\left(\frac{f - f^\star}{\lVert g_t \rVert^2 + \varepsilon},\ \eta_{\max}\right) g_t. $$
 * That is optax's formula; its code divides by $s^2 \lVert g_t \rVert^2$ instead, which differs where $s \ne 1$.
 *
 * @param options.maxLearningRate $\eta_{\max} > 0$, default 1
 * @param options.scaling $s > 0$, or a schedule, default 1
 * @param options.weightDecay coupled, default 0; optax has none
 * @throws HyperparameterError
 * @throws ReferenceError when traced, if the context has no `loss`
 * @example
 * const optimizer = compile(polyakSgd({ maxLearningRate: 0.5 }))
 * const trained = optimizer.step({ params, state: optimizer.init(params) }, grads, { loss: 0.3 })
 *
 * Source: Loizou et al., arXiv 2002.10542.
 */
export const polyakSgd = described(
  'polyakSgd',
  {
    ...decay,
    scaling: 'scheduled (0, inf)',
    fMin: '(-inf, inf)',
    maxLearningRate: '(0, inf)',
    eps: '[0, inf)',
    variant: ['sps', 'sps+'],
  },
  ({ scaling = 1, weightDecay = 0, mask, ...polyak }: PolyakSgdOptions) =>
    namedChain({
      decay: addDecayedWeights(weightDecay, { mask }),
      polyak: scaleByPolyak(polyak),
      step: scaleByLearningRate(scaling),
    }),
)
