/** What the coefficient does to the gradient: gate it, or be added to it or to a base optimizer, within bounds. */

import { type Scalar, scalar } from '../expr/scalar.js'
import { admit, choose, type Hyperparameter } from '../transform/hyperparameter.js'
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
  type Scheduled,
  scalarFrom,
  scale,
  scaleByAdam,
  scaleByTrustRatio,
  trace,
  when,
} from '../transform/index.js'

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

export interface OrthogonalOptions {
  /** $\lambda \ge 0$, default 0.1. */
  readonly orthogonalLambda?: Hyperparameter
  /** $\kappa$ in [0, 1], default 0.5. */
  readonly orthogonalMaxRatio?: Hyperparameter
  /** Default `'raw'`. */
  readonly orthogonalNormalization?: 'raw' | 'matchGradNorm'
  /** Default `'constant'`. */
  readonly orthogonalSchedule?: OrthogonalSchedule
  /** In [0, 1), default 0.3. */
  readonly orthogonalLateStartFraction?: Hyperparameter
  /** $\varepsilon > 0$, default 1e-8. */
  readonly eps?: Hyperparameter
}

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
export const orthogonalRule = ({
  orthogonalLambda = 0.1,
  orthogonalMaxRatio = 0.5,
  orthogonalNormalization = 'raw',
  orthogonalSchedule = 'constant',
  orthogonalLateStartFraction = 0.3,
  eps = 1e-8,
}: OrthogonalOptions = {}) => {
  admit('orthogonalLambda', orthogonalLambda, '[0, inf)')
  admit('orthogonalLateStartFraction', orthogonalLateStartFraction, '[0, 1)')
  const q = choose('orthogonalSchedule', orthogonalSchedule, orthogonalSchedules)(orthogonalLateStartFraction)
  return orthogonalResidual(plasticityGate(difference(alpha, recall('gradientOnly'))), {
    lambda: context => q(context).mul(orthogonalLambda),
    maxRatio: orthogonalMaxRatio,
    normalization: orthogonalNormalization,
    eps,
  })
}

/** What of the base optimizer the coefficient acts on. */
export type ModulationTarget = 'gain' | 'momentum' | 'trustRatio'
/** When it acts: `early` is progress up to 0.3, `late` from 0.7, `middle` between. */
export type PhaseScope = 'full' | 'early' | 'middle' | 'late'
/** On which leaves it acts. */
export type LayerScope = 'all' | 'convOnly' | 'classifierOnly' | 'earlyBlocks' | 'lateBlocks'

export interface ModulationOptions {
  /** Default `'gain'`. */
  readonly modulationTarget?: ModulationTarget
  /** At least 0, default 0.15. */
  readonly modulationStrength?: Hyperparameter
  /** In [0, 1], default 0.25. */
  readonly modulationMaxRatio?: Hyperparameter
  /** Default `'all'`. */
  readonly layerScope?: LayerScope
  /** Default `'full'`. */
  readonly phaseScope?: PhaseScope
}

export interface MomentumBaseOptions extends ModulationOptions, BaseOptions, MaskOptions {
  /** $\lambda \ge 0$, in the momentum, or a schedule of it; default 0. */
  readonly weightDecay?: Scheduled
}

export interface BaseOptions {
  /** $\mu$, and AdamW's $\beta_1$, in (0, 1); default 0.9. */
  readonly baseMomentum?: Hyperparameter
  /** AdamW's $\beta_2$ in (0, 1); default 0.999. */
  readonly baseBeta2?: Hyperparameter
  /** AdamW's $\varepsilon > 0$; default 1e-8. */
  readonly baseEps?: Hyperparameter
}

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
    modulationTarget = 'gain',
    modulationStrength = 0.15,
    modulationMaxRatio = 0.25,
    layerScope = 'all',
    phaseScope = 'full',
  }: ModulationOptions,
  momentum: GradientTransform<S>,
) => {
  admit('modulationStrength', modulationStrength, '[0, inf)')
  const targets: Readonly<Record<ModulationTarget, GradientTransform<unknown>>> = {
    gain: identity,
    momentum,
    trustRatio: difference(scaleByTrustRatio({ min: 0.5, max: 1.5, zeroNorm: 'formula' }), identity),
  }
  const delta = chain(choose('modulationTarget', modulationTarget, targets), plasticityDelta, scale(modulationStrength))
  const modulated = boundedResidual(delta, modulationMaxRatio)
  return masked(choose('layerScope', layerScope, scopes), when(choose('phaseScope', phaseScope, phases), modulated))
}

/**
 * Hybrid over SGD with momentum: $b_t = \mu\, b_{t-1} + g + \lambda p$, modulated.
 *
 * @example
 * withPlasticity(plasticity(), {}, chain(overSgdMomentum({ modulationTarget: 'momentum' }), scaleByLearningRate(0.01)))
 */
export const overSgdMomentum = ({
  baseMomentum = 0.9,
  weightDecay = 0,
  mask,
  ...modulation
}: MomentumBaseOptions = {}) =>
  namedChain({
    decay: addDecayedWeights(weightDecay, { mask }),
    momentum: trace(admit('baseMomentum', baseMomentum, '(0, 1)')),
    modulation: modulate(modulation, identity),
  })

/**
 * Hybrid over AdamW: $b_t = \hat m_t / (\sqrt{\hat v_t} + \varepsilon)$, with moments of its own, modulated.
 *
 * @example
 * withPlasticity(plasticity(), {}, chain(overAdamW({ layerScope: 'earlyBlocks' }), scaleByLearningRate(1e-3)))
 */
export const overAdamW = ({
  baseMomentum = 0.9,
  baseBeta2 = 0.999,
  baseEps = 1e-8,
  ...modulation
}: ModulationOptions & BaseOptions = {}) => {
  const b1 = admit('baseMomentum', baseMomentum, '(0, 1)')
  const base = scaleByAdam({ b1, b2: admit('baseBeta2', baseBeta2, '(0, 1)'), eps: baseEps })
  return provide(
    'moment',
    ema(b1, { biasCorrection: true }),
    namedChain({ moments: base, modulation: modulate(modulation, recall('moment')) }),
  )
}
