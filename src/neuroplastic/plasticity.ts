/** The plasticity coefficient: three normalized signals, each a transform, and how they are weighed, bounded and gated. */

import { scalar } from '../expr/scalar.js'
import { admit, admitEnds, type Hyperparameter } from '../schema/hyperparameter.js'
import { type Complete, eps, flag, type OptionsOf, options, plain, real } from '../schema/index.js'
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

export const plasticityOptions = options({
  /** $w_a$, the weight of the activity. The three weights add up to 1. */
  activityWeight: real('[0, 1]', 0.4),
  /** $w_g$, the weight of the gradient's magnitude. */
  gradientWeight: real('[0, 1]', 0.4),
  /** $w_m$, the weight of the memory. */
  memoryWeight: real('[0, 1]', 0.2),
  /** $lo$, the least coefficient, at most $hi$. */
  minAlpha: real('(0, inf)', 0.2),
  /** $hi$, the greatest coefficient. */
  maxAlpha: real('(0, inf)', 2),
  /** $s$, how far from the gradient-only one. Above 1 the coefficient may leave $[lo, hi]$, and turn negative. */
  plasticityScale: real('[0, inf)', 1),
  /** $n$, the epochs after which the coefficient is full; default 0. */
  warmupEpochs: plain('integer in [0, inf)', 0),
  /** Whether to clip to $[lo, hi]$ once more after scaling; as published, it is not. */
  boundAfterScaling: flag(false),
  /** Whether each element has its coefficient, or all of a leaf the mean of theirs. */
  parameterwise: flag(true),
  /** $\varepsilon$, added to what signals are divided by. */
  eps: eps(1e-8),
})

export interface PlasticityOptions extends OptionsOf<typeof plasticityOptions> {}

/** $w = \mathrm{clip}((\mathit{epoch} - 1) / n,\ 0,\ 1)$, and 1 where $n = 0$, times $s$. */
const warmUpByEpoch = (epochs: number, scale: Hyperparameter): Coefficient =>
  epochs === 0
    ? scale
    : context => scalarFrom(context, 'epoch', 'plasticity warm-up').sub(1).div(epochs).clipByValue(0, 1).mul(scale)

/** A combination of signals as a coefficient: element by element, or its mean over the leaf, within the bounds. */
const bounded = ({ minAlpha, maxAlpha, parameterwise }: Complete<typeof plasticityOptions.fields>) => ({
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
export const gradientOnlyAlpha = (given: PlasticityOptions = {}) => {
  const options = plasticityOptions.read('gradientOnlyAlpha', given)
  admitEnds(['minAlpha', options.minAlpha], ['maxAlpha', options.maxAlpha])
  return namedChain({ signal: gradientSignal(options.eps), ...bounded(options) })
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
export const plasticity = (given: PlasticityOptions = {}) => {
  const options = plasticityOptions.read('plasticity', given)
  const { activityWeight, gradientWeight, memoryWeight, eps } = options
  const { minAlpha, maxAlpha, plasticityScale, warmupEpochs, boundAfterScaling } = options
  const total = scalar(activityWeight).add(gradientWeight).add(memoryWeight)
  admit('activityWeight + gradientWeight + memoryWeight', total, '[0.999999, 1.000001]')

  const gradientOnly = gradientOnlyAlpha(options)
  const signals = weightedSum(
    [activityWeight, activitySignal(eps)],
    [gradientWeight, gradientSignal(eps)],
    [memoryWeight, memorySignal(eps)],
  )
  const full = namedChain({ signals, ...bounded(options) })
  const alpha = lerp(gradientOnly, full, warmUpByEpoch(warmupEpochs, plasticityScale))
  return namedChain({ blend: alpha, bound: boundAfterScaling ? clamp(minAlpha, maxAlpha) : identity })
}

/**
 * Lets `body` read a coefficient as `recall('alpha')`, and $\alpha_{go}$ as `recall('gradientOnly')`. Both can be observed.
 *
 * @example
 * withPlasticity(plasticity(), {}, chain(trace(0.9), plasticityGate(recall('alpha'))))
 */
export const withPlasticity = <Sa, Sb>(
  alpha: GradientTransform<Sa>,
  given: PlasticityOptions,
  body: GradientTransform<Sb>,
) => {
  const gradientOnly = gradientOnlyAlpha(plasticityOptions.read('withPlasticity', given))
  return provide(
    'alpha',
    observe('alpha', alpha),
    // What is done to alpha is done to what it is compared with, or the difference would still have alpha's pattern.
    provide('gradientOnly', observe('gradientOnly', gradientOnly, { companionOf: 'alpha' }), body),
  )
}
