/** The plasticity coefficient: three normalized signals, each a transform, and how they are weighed, bounded and gated. */
import { scalar } from '../expr/scalar.js'
import { admit, admitEnds, type Hyperparameter } from '../transform/hyperparameter.js'
import {
  averageOverLeaf,
  type Coefficient,
  clamp,
  emaActivity,
  type GradientTransform,
  gradientMagnitude,
  identity,
  lerp,
  namedChain,
  normalizeSignal,
  observe,
  provide,
  scalarFrom,
  scaleByAdam,
  weightedSum,
} from '../transform/index.js'

/**
 * $\hat g = S(\lvert g_t \rvert)$: how large a gradient element is beside the others of its leaf.
 *
 * @example
 * plasticityGate(chain(gradientSignal(), clamp(0.5, 1.5)))
 */
export const gradientSignal = (eps: Hyperparameter = 1e-8) =>
  namedChain({ magnitude: gradientMagnitude(), normalize: normalizeSignal({ eps }) })

/**
 * $\hat a = S(a_t)$, $a_t = 0.95\, a_{t-1} + 0.05\, \lvert g_t \rvert$: how large it has been of late.
 *
 * @example
 * plasticityGate(chain(activitySignal(), clamp(0.5, 1.5)))
 */
export const activitySignal = (eps: Hyperparameter = 1e-8) =>
  namedChain({ activity: emaActivity(0.95), normalize: normalizeSignal({ eps }) })

/**
 * $\hat m = S(\lvert m_t \rvert / (\sqrt{v_t} + \varepsilon))$, moments with 0.9 and 0.99, uncorrected: how consistent its sign.
 *
 * @example
 * plasticityGate(chain(memorySignal(), clamp(0.5, 1.5)))
 */
export const memorySignal = (eps: Hyperparameter = 1e-8) =>
  namedChain({
    moments: scaleByAdam({ b1: 0.9, b2: 0.99, eps, biasCorrection: false }),
    magnitude: gradientMagnitude(),
    normalize: normalizeSignal({ eps }),
  })

export interface PlasticityOptions {
  /** $w_a \ge 0$, default 0.4. The three weights add up to 1. */
  readonly activityWeight?: Hyperparameter
  /** $w_g \ge 0$, default 0.4. */
  readonly gradientWeight?: Hyperparameter
  /** $w_m \ge 0$, default 0.2. */
  readonly memoryWeight?: Hyperparameter
  /** $lo$, with $0 < lo \le hi$, default 0.2. */
  readonly minAlpha?: Hyperparameter
  /** $hi$, default 2. */
  readonly maxAlpha?: Hyperparameter
  /** $s \ge 0$, default 1. Above 1 the coefficient may leave $[lo, hi]$, and turn negative. */
  readonly plasticityScale?: Hyperparameter
  /** $n$, the epochs after which the coefficient is full; a whole number, default 0. */
  readonly warmupEpochs?: number
  /** Whether to clip to $[lo, hi]$ once more after scaling; default false, as published. */
  readonly boundAfterScaling?: boolean
  /** Whether each element has its coefficient, or all of a leaf the mean of theirs; default true. */
  readonly parameterwise?: boolean
  /** $\varepsilon > 0$, default 1e-8. */
  readonly eps?: Hyperparameter
}

/** $w = \mathrm{clip}((\mathit{epoch} - 1) / n,\ 0,\ 1)$, and 1 where $n = 0$, times $s$. */
const warmUpByEpoch = (epochs: number, scale: Hyperparameter): Coefficient =>
  epochs === 0
    ? scale
    : context => scalarFrom(context, 'epoch', 'plasticity warm-up').sub(1).div(epochs).clipByValue(0, 1).mul(scale)

/** A combination of signals as a coefficient: element by element, or its mean over the leaf, within the bounds. */
const bounded = ({ minAlpha = 0.2, maxAlpha = 2, parameterwise = true }: PlasticityOptions) => ({
  average: parameterwise ? identity : averageOverLeaf(),
  bound: clamp(minAlpha, maxAlpha),
})

/**
 * $\alpha_{go} = \mathrm{clip}(\hat g,\ lo,\ hi)$: the coefficient from the gradient's magnitude alone. With
 * `parameterwise: false` it is $\mathrm{clip}(\mathrm{mean}(\hat g),\ lo,\ hi)$, a number for each leaf.
 *
 * @example
 * plasticityGate(gradientOnlyAlpha({ minAlpha: 0.5 }))
 */
export const gradientOnlyAlpha = (options: PlasticityOptions = {}) => {
  const { minAlpha = 0.2, maxAlpha = 2, eps = 1e-8 } = options
  admit('maxAlpha', maxAlpha, '(0, inf)')
  admit('minAlpha', minAlpha, '(0, inf)')
  admitEnds(['minAlpha', minAlpha], ['maxAlpha', maxAlpha])
  return namedChain({ signal: gradientSignal(eps), ...bounded(options) })
}

/**
 * The plasticity coefficient:
 * $$ \alpha_{full} = \mathrm{clip}(w_a \hat a + w_g \hat g + w_m \hat m,\ lo,\ hi), \qquad
 *    \alpha = \alpha_{go} + w s\,(\alpha_{full} - \alpha_{go}). $$
 * With `parameterwise: false` both are numbers for each leaf: what is clipped is first averaged over it.
 *
 * @throws HyperparameterError
 * @example
 * plasticityGate(plasticity({ warmupEpochs: 2, plasticityScale: 2 }))
 *
 * Source: NeuroPlastic, arXiv 2604.26297.
 */
export const plasticity = (options: PlasticityOptions = {}) => {
  const { activityWeight = 0.4, gradientWeight = 0.4, memoryWeight = 0.2, eps = 1e-8 } = options
  const { minAlpha = 0.2, maxAlpha = 2, plasticityScale = 1, warmupEpochs = 0 } = options
  const weights = { activityWeight, gradientWeight, memoryWeight }
  for (const [name, weight] of Object.entries(weights)) admit(name, weight, '[0, 1]')
  const total = scalar(activityWeight).add(gradientWeight).add(memoryWeight)
  admit('activityWeight + gradientWeight + memoryWeight', total, '[0.999999, 1.000001]')
  admit('plasticityScale', plasticityScale, '[0, inf)')
  admit('warmupEpochs', warmupEpochs, 'integer in [0, inf)')

  const gradientOnly = gradientOnlyAlpha(options)
  const signals = weightedSum(
    [activityWeight, activitySignal(eps)],
    [gradientWeight, gradientSignal(eps)],
    [memoryWeight, memorySignal(eps)],
  )
  const full = namedChain({ signals, ...bounded(options) })
  const alpha = lerp(gradientOnly, full, warmUpByEpoch(warmupEpochs, plasticityScale))
  return namedChain({ blend: alpha, bound: options.boundAfterScaling ? clamp(minAlpha, maxAlpha) : identity })
}

/**
 * Lets `body` read a coefficient as `recall('alpha')`, and $\alpha_{go}$ as `recall('gradientOnly')`. Both can be observed.
 *
 * @example
 * withPlasticity(plasticity(), {}, chain(trace(0.9), plasticityGate(recall('alpha'))))
 */
export const withPlasticity = <Sa, Sb>(
  alpha: GradientTransform<Sa>,
  options: PlasticityOptions,
  body: GradientTransform<Sb>,
) =>
  provide(
    'alpha',
    observe('alpha', alpha),
    // What is done to alpha is done to what it is compared with, or the difference would still have alpha's pattern.
    provide('gradientOnly', observe('gradientOnly', gradientOnlyAlpha(options), { companionOf: 'alpha' }), body),
  )
