/** What the coefficient does to the gradient: gate it, or be added to it or to a base optimizer, within bounds. */

import { type Scalar, scalar } from '../expr/scalar.js'
import type { Hyperparameter } from '../schema/hyperparameter.js'
import { type Complete, eps, type OptionsOf, oneOf, options, real, scheduled } from '../schema/index.js'
import {
  addDecayedWeights,
  allLeaves,
  boundedResidual,
  type Context,
  chain,
  classifierOnly,
  convOnly,
  difference,
  earlyBlocks,
  ema,
  type GradientTransform,
  identity,
  type LeafSelector,
  lateBlocks,
  type MaskOptions,
  masked,
  namedChain,
  orthogonalResidual,
  type Phase,
  plasticityGate,
  provide,
  recall,
  scalarFrom,
  scale,
  scaleByAdam,
  scaleByTrustRatio,
  trace,
  when,
} from '../transform/index.js'

import { maskOptions } from '../transform/scale.js'

const alpha = recall('alpha')

/** $(\alpha - 1) \odot x$: what the coefficient changes. */
const plasticityDelta = difference(plasticityGate(alpha), identity)

/** $\mathit{progress} = \mathit{epoch} / \mathit{totalEpochs}$. */
const progress = (context: Context): Scalar =>
  scalarFrom(context, 'epoch', 'training progress').div(scalarFrom(context, 'totalEpochs', 'training progress'))

/**
 * Classic: $u = \alpha g$.
 *
 * @example
 * withPlasticity(plasticity(), {}, chain(classic(), scaleByLearningRate(0.1)))
 */
export const classic = () => plasticityGate(alpha)

/**
 * Bounded residual: $u = g + \mathrm{cap}((\alpha - 1) g,\ \kappa \lVert g \rVert)$.
 *
 * @param maxRatio $\kappa$ in [0, 1], default 0.5
 * @example
 * withPlasticity(plasticity(), {}, chain(boundedResidualRule(0.25), scaleByLearningRate(0.1)))
 */
export const boundedResidualRule = (maxRatio: Hyperparameter = 0.5) => boundedResidual(plasticityDelta, maxRatio)

/** $q$ by name: always 1; 0 up to a start, then linear to 1; half a cosine from 0 to 1. */
export type OrthogonalSchedule = 'constant' | 'late' | 'cosine'

export const orthogonalOptions = options({
  /** $\lambda$, how much of the residual is added. */
  orthogonalLambda: real('[0, inf)', 0.1),
  /** $\kappa$, how large what is added is at most, as a part of the gradient. */
  orthogonalMaxRatio: real('[0, 1]', 0.5),
  /** Whether the projected residual keeps its own length or takes the gradient's. */
  orthogonalNormalization: oneOf('raw', 'matchGradNorm'),
  /** $q$, how the residual sets in. */
  orthogonalSchedule: oneOf('constant', 'late', 'cosine'),
  /** The part of the training after which the `late` one does. */
  orthogonalLateStartFraction: real('[0, 1)', 0.3),
  /** $\varepsilon$, below which a squared norm counts as zero. */
  eps: eps(1e-8),
})

export interface OrthogonalOptions extends OptionsOf<typeof orthogonalOptions> {}

const orthogonalSchedules: Readonly<
  Record<OrthogonalSchedule, (start: Hyperparameter) => (context: Context) => Scalar>
> = {
  constant: () => () => scalar(1),
  late: start => context => progress(context).sub(start).div(scalar(1).sub(start)).clipByValue(0, 1),
  cosine: () => context => scalar(1).sub(progress(context).mul(Math.PI).cos()).div(2),
}

/**
 * Orthogonal residual: what sets $\alpha$ apart from $\alpha_{go}$, off the gradient's direction.
 * $$ r = (\alpha - \alpha_{go})\, g, \qquad u = g + \mathrm{cap}(\lambda q\, r',\ \kappa \lVert g \rVert). $$
 *
 * @example
 * withPlasticity(plasticity(), {}, chain(orthogonalRule({ orthogonalLambda: 0.5 }), scaleByLearningRate(0.1)))
 */
export const orthogonalRule = (given: OrthogonalOptions = {}) => {
  const read = orthogonalOptions.read('orthogonalRule', given)
  const q = orthogonalSchedules[read.orthogonalSchedule](read.orthogonalLateStartFraction)
  return orthogonalResidual(plasticityGate(difference(alpha, recall('gradientOnly'))), {
    lambda: context => q(context).mul(read.orthogonalLambda),
    maxRatio: read.orthogonalMaxRatio,
    normalization: read.orthogonalNormalization,
    eps: read.eps,
  })
}

/** What of the base optimizer the coefficient acts on. */
export type ModulationTarget = 'gain' | 'momentum' | 'trustRatio'
/** When it acts: `early` is progress up to 0.3, `late` from 0.7, `middle` between. */
export type PhaseScope = 'full' | 'early' | 'middle' | 'late'
/** On which leaves it acts. */
export type LayerScope = 'all' | 'convOnly' | 'classifierOnly' | 'earlyBlocks' | 'lateBlocks'

export const modulationOptions = options({
  /** What of the base optimizer the coefficient acts on. */
  modulationTarget: oneOf('gain', 'momentum', 'trustRatio'),
  /** How much of what the coefficient changes is added. */
  modulationStrength: real('[0, inf)', 0.15),
  /** How large that is at most, as a part of the base direction. */
  modulationMaxRatio: real('[0, 1]', 0.25),
  /** On which leaves it acts. */
  layerScope: oneOf('all', 'convOnly', 'classifierOnly', 'earlyBlocks', 'lateBlocks'),
  /** When it acts. */
  phaseScope: oneOf('full', 'early', 'middle', 'late'),
})

export interface ModulationOptions extends OptionsOf<typeof modulationOptions> {}

export const baseOptions = options({
  /** $\mu$, and AdamW's $\beta_1$. */
  baseMomentum: real('(0, 1)', 0.9),
  /** AdamW's $\beta_2$. */
  baseBeta2: real('(0, 1)', 0.999),
  /** AdamW's $\varepsilon$. */
  baseEps: eps(1e-8),
})

export interface BaseOptions extends OptionsOf<typeof baseOptions> {}

const momentumBaseOptions = options({
  ...modulationOptions.fields,
  ...baseOptions.fields,
  ...maskOptions.fields,
  /** $\lambda$, decay in the momentum, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
})

export interface MomentumBaseOptions
  extends ModulationOptions,
    BaseOptions,
    MaskOptions,
    OptionsOf<typeof momentumBaseOptions> {}

const phases: Readonly<Record<PhaseScope, Phase>> = {
  full: () => scalar(1),
  early: (_, context) => progress(context).lessEqual(0.3),
  middle: (_, context) => progress(context).greater(0.3).logicalAnd(progress(context).less(0.7)),
  late: (_, context) => progress(context).greaterEqual(0.7),
}

const scopes: Readonly<Record<LayerScope, LeafSelector>> = {
  all: allLeaves,
  convOnly,
  classifierOnly,
  earlyBlocks,
  lateBlocks,
}

/**
 * Adds to a base direction $b$ what the coefficient makes of it: $u = b + \mathrm{cap}(\mathit{strength}\; x,\ \mathit{ratio}\, \lVert b \rVert)$
 * in its phase and scope, with $x = (\alpha - 1)\, b$, or
 * $(\alpha - 1)\bigl(\mathrm{clip}(\lVert p \rVert / \lVert b \rVert,\ 0.5,\ 1.5) - 1\bigr)\, b$ for `trustRatio`,
 * or $(\alpha - 1)\,\hat m$ for `momentum`, where `momentum` gives $\hat m$.
 */
const modulate = <S>(
  {
    modulationTarget,
    modulationStrength,
    modulationMaxRatio,
    layerScope,
    phaseScope,
  }: Complete<typeof modulationOptions.fields>,
  momentum: GradientTransform<S>,
) => {
  const targets: Readonly<Record<ModulationTarget, GradientTransform<unknown>>> = {
    gain: identity,
    momentum,
    trustRatio: difference(scaleByTrustRatio({ min: 0.5, max: 1.5, zeroNorm: 'formula' }), identity),
  }
  const delta = chain(targets[modulationTarget], plasticityDelta, scale(modulationStrength))
  const modulated = boundedResidual(delta, modulationMaxRatio)
  return masked(scopes[layerScope], when(phases[phaseScope], modulated))
}

/**
 * Hybrid over SGD with momentum: $b_t = \mu\, b_{t-1} + g + \lambda p$, modulated.
 *
 * @example
 * withPlasticity(plasticity(), {}, chain(overSgdMomentum({ modulationTarget: 'momentum' }), scaleByLearningRate(0.01)))
 */
export const overSgdMomentum = (given: MomentumBaseOptions = {}) => {
  const { baseMomentum, weightDecay, mask, ...modulation } = momentumBaseOptions.read('overSgdMomentum', given)
  return namedChain({
    decay: addDecayedWeights(weightDecay, { mask }),
    momentum: trace(baseMomentum),
    modulation: modulate(modulation, identity),
  })
}

const overAdamWOptions = options({ ...modulationOptions.fields, ...baseOptions.fields })

/**
 * Hybrid over AdamW: $b_t = \hat m_t / (\sqrt{\hat v_t} + \varepsilon)$, with moments of its own, modulated.
 *
 * @example
 * withPlasticity(plasticity(), {}, chain(overAdamW({ layerScope: 'earlyBlocks' }), scaleByLearningRate(1e-3)))
 */
export const overAdamW = (given: ModulationOptions & BaseOptions = {}) => {
  const { baseMomentum: b1, baseBeta2: b2, baseEps: eps, ...modulation } = overAdamWOptions.read('overAdamW', given)
  return provide(
    'moment',
    ema(b1, { biasCorrection: true }),
    namedChain({ moments: scaleByAdam({ b1, b2, eps }), modulation: modulate(modulation, recall('moment')) }),
  )
}
