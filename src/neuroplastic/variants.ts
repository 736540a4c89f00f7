/** NeuroPlastic and its design space: coefficient, rule and step, put together. */
import type { Expr } from '../expr/expr.js'
import { map } from '../expr/tree.js'
import { configured } from '../transform/configured.js'
import {
  addDecayedWeights,
  averageOverLeaf,
  chain,
  type GradientTransform,
  graft,
  type HomeostasisOptions,
  type Hyperparameter,
  homeostasis,
  identity,
  type MaskOptions,
  namedChain,
  observe,
  type Scheduled,
  scaleByLearningRate,
  shuffleWithinLeaf,
  withLearningRateController,
} from '../transform/index.js'
import { admitOptions } from '../transform/options.js'
import { type ControllerMode, type ControllerOptions, plasticityController } from './controller.js'
import { gradientOnlyAlpha, type PlasticityOptions, plasticity, withPlasticity } from './plasticity.js'
import {
  type BaseOptions,
  boundedResidualRule,
  classic,
  type ModulationOptions,
  type OrthogonalOptions,
  orthogonalRule,
  overAdamW,
  overSgdMomentum,
} from './rules.js'

export interface NeuroPlasticOptions extends MaskOptions {
  /** $\eta > 0$, or a schedule of it; default 0.001. */
  readonly learningRate?: Scheduled
  /** $\lambda \ge 0$, or a schedule of it; default 0. */
  readonly weightDecay?: Scheduled
  /** Whether the decay stays out of what homeostasis sees: $p \leftarrow p - \eta \lambda p$; default false. */
  readonly decoupledWeightDecay?: boolean
  readonly plasticity?: PlasticityOptions
  readonly homeostasis?: HomeostasisOptions
}

/**
 * Decay, homeostasis, step: what follows every rule.
 *
 * @example
 * chain(leafwise(g => g.sign()), settle({ weightDecay: 0.01 }, scaleByLearningRate(0.1)))
 */
export const settle = <S>(
  { weightDecay = 0, decoupledWeightDecay = false, mask, homeostasis: options }: NeuroPlasticOptions,
  step: GradientTransform<S>,
) => {
  const decay = addDecayedWeights(decoupledWeightDecay ? 0 : weightDecay, { mask })
  return namedChain({
    decay: observe('.raw', {
      ...decay,
      update: (updates, ...rest) => decay.update(map((u: Expr) => u.observe('.rule'))(updates), ...rest),
    }),
    homeostasis: observe('.settled', homeostasis(options)),
    decoupledDecay: observe('.decayed', addDecayedWeights(decoupledWeightDecay ? weightDecay : 0, { mask })),
    step,
  })
}

const step = ({ learningRate = 1e-3 }: NeuroPlasticOptions) => scaleByLearningRate(learningRate)

/** Some of the options, those that are given. */
const pick = <O extends object>(options: O, keys: readonly (keyof O & string)[]): object =>
  Object.fromEntries(keys.flatMap(key => (options[key] === undefined ? [] : [[key, options[key]]])))

/** Says how a variant was made: its options, as `fromConfig` reads them, with more of them under `plasticity`. */
const described = <T extends GradientTransform<unknown>>(
  options: NeuroPlasticOptions,
  more: object,
  transform: T,
): T => {
  const shared = ['learningRate', 'weightDecay', 'decoupledWeightDecay', 'mask', 'plasticity', 'homeostasis'] as const
  // What a variant has besides is what it says of itself, but for an epsilon, which it calls by another name.
  const own = Object.keys(more).flatMap(key => (/^(orthogonal|controller)Eps$/.test(key) ? [key, 'eps'] : [key]))
  admitOptions('this variant of neuroPlastic', options, [...shared, ...own])
  const given = pick(
    options,
    shared.filter(key => key !== 'plasticity'),
  )
  return configured(transform, {
    optimizer: 'neuroplastic',
    ...given,
    plasticity: { ...options.plasticity, ...more },
  })
}

/** A coefficient, the rule that applies it, then {@link settle}. */
const assemble = <Sa, Sr, Ss>(
  options: NeuroPlasticOptions,
  alpha: GradientTransform<Sa>,
  rule: GradientTransform<Sr>,
  step: GradientTransform<Ss>,
) => withPlasticity(alpha, options.plasticity ?? {}, namedChain({ rule, settle: settle(options, step) }))

/** A rule over the full coefficient, with a plain step. */
const modulated = <S>(options: NeuroPlasticOptions, rule: GradientTransform<S>) =>
  assemble(options, plasticity(options.plasticity), rule, step(options))

/** The classic rule over another coefficient, with a plain step. */
const gated = <S>(options: NeuroPlasticOptions, alpha: GradientTransform<S>) =>
  assemble(options, alpha, classic(), step(options))

/**
 * NeuroPlastic: each gradient element modulated by its plasticity coefficient,
 * $$ p_{t+1} = p_t - \eta\, \mathrm{homeostasis}(\alpha_t \odot g_t). $$
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(neuroPlastic({ learningRate: 0.1, plasticity: { warmupEpochs: 2 } }))
 *
 * Source: arXiv 2604.26297.
 */
export const neuroPlastic = (options: NeuroPlasticOptions = {}) => described(options, {}, modulated(options, classic()))

/**
 * NeuroPlastic with the coefficient of the gradient's magnitude alone: $u = \alpha_{go}\, g$.
 *
 * @example
 * compile(gradientOnly({ learningRate: 0.1 }))
 */
export const gradientOnly = (options: NeuroPlasticOptions = {}) =>
  described(options, { mode: 'gradOnly' }, gated(options, gradientOnlyAlpha(options.plasticity)))

export interface BoundedOptions extends NeuroPlasticOptions {
  /** $\kappa$ in [0, 1], default 0.5. */
  readonly residualMaxRatio?: Hyperparameter
}

/**
 * NeuroPlastic as a residual of bounded norm: $\lVert u - g \rVert \le \kappa \lVert g \rVert$.
 *
 * @example
 * compile(boundedNeuroPlastic({ learningRate: 0.1, residualMaxRatio: 0.25 }))
 */
export const boundedNeuroPlastic = ({ residualMaxRatio = 0.5, ...options }: BoundedOptions = {}) =>
  described(
    options,
    { boundedResidual: true, residualMaxRatio },
    modulated(options, boundedResidualRule(residualMaxRatio)),
  )

/**
 * NeuroPlastic as a residual orthogonal to the gradient.
 *
 * @example
 * compile(orthogonalNeuroPlastic({ learningRate: 0.1, orthogonalSchedule: 'cosine' }))
 */
export const orthogonalNeuroPlastic = (options: NeuroPlasticOptions & OrthogonalOptions = {}) =>
  described(
    options,
    {
      ...pick(options, [
        'orthogonalLambda',
        'orthogonalMaxRatio',
        'orthogonalNormalization',
        'orthogonalSchedule',
        'orthogonalLateStartFraction',
      ]),
      orthogonalResidual: true,
      orthogonalEps: options.eps ?? 1e-8,
    },
    modulated(options, orthogonalRule(options)),
  )

type HybridOptions = NeuroPlasticOptions & ModulationOptions & BaseOptions

const hybridKeys = [
  'modulationTarget',
  'modulationStrength',
  'modulationMaxRatio',
  'layerScope',
  'phaseScope',
  'baseMomentum',
  'baseBeta2',
  'baseEps',
] as const

/**
 * NeuroPlastic over SGD with momentum, whose decay is in the momentum: $b_t = \mu\, b_{t-1} + g + \lambda p$. As in the authors'
 * code, it decays there and only there, whatever `decoupledWeightDecay` says.
 *
 * @example
 * compile(hybridSgdMomentum({ learningRate: 0.01, modulationStrength: 0.3 }))
 */
export const hybridSgdMomentum = (all: HybridOptions = {}) => {
  const { weightDecay = 0, ...options } = all
  return described(
    all,
    { ...pick(all, hybridKeys), hybridBase: 'sgdMomentum' },
    modulated(options, overSgdMomentum({ ...options, weightDecay })),
  )
}

/**
 * NeuroPlastic over AdamW. Decay is decoupled, always.
 *
 * @example
 * compile(hybridAdamW({ learningRate: 1e-3, weightDecay: 0.01, phaseScope: 'early' }))
 */
export const hybridAdamW = (options: HybridOptions = {}) =>
  described(
    options,
    { ...pick(options, hybridKeys), hybridBase: 'adamw' },
    modulated({ ...options, decoupledWeightDecay: true }, overAdamW(options)),
  )

/**
 * NeuroPlastic whose learning rate follows the coefficient, for all leaves, by layer group, or at the classifier.
 *
 * @example
 * compile(controlledNeuroPlastic('layerwise', { learningRate: 0.1 }))
 */
export const controlledNeuroPlastic = (mode: ControllerMode, options: NeuroPlasticOptions & ControllerOptions = {}) =>
  described(
    options,
    {
      ...pick(options, ['controllerAlpha', 'controllerLow', 'controllerHigh']),
      lrControllerMode: mode,
      controllerEps: options.eps ?? 1e-8,
    },
    assemble(
      options,
      plasticity(options.plasticity),
      classic(),
      withLearningRateController(options.learningRate ?? 1e-3, plasticityController(mode, options)),
    ),
  )

/**
 * Control: $\alpha = 1$. The same homeostasis and step, no plasticity.
 *
 * @example
 * compile(alphaOne({ learningRate: 0.1 }))
 */
export const alphaOne = (options: NeuroPlasticOptions = {}) =>
  described(options, { control: 'one' }, settle(options, step(options)))

/**
 * Control: the coefficient averaged over the leaf. Its size without its pattern.
 *
 * @example
 * compile(alphaAveraged({ learningRate: 0.1 }))
 */
export const alphaAveraged = (options: NeuroPlasticOptions = {}) =>
  described(options, { control: 'averaged' }, gated(options, chain(plasticity(options.plasticity), averageOverLeaf())))

export interface ShuffledOptions extends NeuroPlasticOptions {
  /** Of the permutations: a whole number, default 0. */
  readonly seed?: number
}

/**
 * Control: the coefficient shuffled within the leaf. Its distribution without its pattern.
 *
 * @example
 * compile(alphaShuffled({ learningRate: 0.1, seed: 7 }))
 */
export const alphaShuffled = ({ seed = 0, ...options }: ShuffledOptions = {}) =>
  described(
    options,
    { control: 'shuffled', controlSeed: seed },
    gated(options, chain(plasticity(options.plasticity), shuffleWithinLeaf(seed))),
  )

/**
 * Control: the gradient's direction with the modulated norm. Its step size without its direction.
 *
 * @example
 * compile(alphaGrafted({ learningRate: 0.1 }))
 */
export const alphaGrafted = (options: NeuroPlasticOptions = {}) =>
  described(options, { control: 'grafted' }, modulated(options, graft(classic(), identity)))
