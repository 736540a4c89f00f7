/** NeuroPlastic and its design space: coefficient, rule and step, put together. */

import type { Expr } from '../expr/expr.js'
import { map } from '../expr/tree.js'
import { type Complete, flag, nested, type OptionsOf, options, real, scheduled, seed } from '../schema/index.js'
import { configured } from '../transform/configured.js'
import { homeostasisOptions } from '../transform/homeostasis.js'
import {
  addDecayedWeights,
  averageOverLeaf,
  chain,
  type GradientTransform,
  graft,
  type HomeostasisOptions,
  homeostasis,
  identity,
  type MaskOptions,
  namedChain,
  observe,
  scaleByLearningRate,
  shuffleWithinLeaf,
  withLearningRateController,
} from '../transform/index.js'
import { maskOptions } from '../transform/scale.js'
import { type ControllerMode, type ControllerOptions, controllerOptions, plasticityController } from './controller.js'
import {
  gradientOnlyAlpha,
  type PlasticityOptions,
  plasticity,
  plasticityOptions,
  withPlasticity,
} from './plasticity.js'
import {
  type BaseOptions,
  baseOptions,
  boundedResidualRule,
  classic,
  type ModulationOptions,
  modulationOptions,
  type OrthogonalOptions,
  orthogonalOptions,
  orthogonalRule,
  overAdamW,
  overSgdMomentum,
} from './rules.js'

const neuroPlasticOptions = options({
  ...maskOptions.fields,
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 0.001),
  /** $\lambda$, decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  /** Whether the decay stays out of what homeostasis sees: $p \leftarrow p - \eta \lambda p$. */
  decoupledWeightDecay: flag(false),
  /** Of the coefficient. */
  plasticity: nested<PlasticityOptions>(plasticityOptions),
  /** Of the homeostasis. */
  homeostasis: nested<HomeostasisOptions>(homeostasisOptions),
})

export interface NeuroPlasticOptions extends MaskOptions, OptionsOf<typeof neuroPlasticOptions> {}

/** The options of every variant, complete. */
type Shared = Complete<typeof neuroPlasticOptions.fields>

const settled = <S>(
  { weightDecay, decoupledWeightDecay, mask, homeostasis: options }: Omit<Shared, 'learningRate' | 'plasticity'>,
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

/**
 * Decay, homeostasis, step: what follows every rule.
 *
 * @example
 * chain(leafwise(g => g.sign()), settle({ weightDecay: 0.01 }, scaleByLearningRate(0.1)))
 */
export const settle = <S>(given: NeuroPlasticOptions, step: GradientTransform<S>) =>
  settled(neuroPlasticOptions.read('settle', given), step)

/** Says how a variant was made: its options, as `fromConfig` reads them, with more of them under `plasticity`. */
const described = <T extends GradientTransform<unknown>>(given: NeuroPlasticOptions, more: object, transform: T): T => {
  const { plasticity, ...shared } = neuroPlasticOptions.from(given)
  return configured(transform, {
    optimizer: 'neuroplastic',
    ...present(shared),
    plasticity: { ...plasticity, ...more },
  })
}

/** Those options that are given. */
const present = (given: object): object =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))

/** A coefficient, the rule that applies it, then {@link settle}. */
const assemble = <Sa, Sr, Ss>(
  options: Shared,
  alpha: GradientTransform<Sa>,
  rule: GradientTransform<Sr>,
  step: GradientTransform<Ss>,
) => withPlasticity(alpha, options.plasticity ?? {}, namedChain({ rule, settle: settled(options, step) }))

/** A rule over the full coefficient, with a plain step. */
const modulated = <S>(options: Shared, rule: GradientTransform<S>) =>
  assemble(options, plasticity(options.plasticity), rule, scaleByLearningRate(options.learningRate))

/** The classic rule over another coefficient, with a plain step. */
const gated = <S>(options: Shared, alpha: GradientTransform<S>) =>
  assemble(options, alpha, classic(), scaleByLearningRate(options.learningRate))

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
export const neuroPlastic = (given: NeuroPlasticOptions = {}) =>
  described(given, {}, modulated(neuroPlasticOptions.read('neuroPlastic', given), classic()))

/**
 * NeuroPlastic with the coefficient of the gradient's magnitude alone: $u = \alpha_{go}\, g$.
 *
 * @example
 * compile(gradientOnly({ learningRate: 0.1 }))
 */
export const gradientOnly = (given: NeuroPlasticOptions = {}) => {
  const options = neuroPlasticOptions.read('gradientOnly', given)
  return described(given, { mode: 'gradOnly' }, gated(options, gradientOnlyAlpha(options.plasticity)))
}

const boundedOptions = options({
  ...neuroPlasticOptions.fields,
  /** $\kappa$, how large what plasticity changes is at most, as a part of the gradient. */
  residualMaxRatio: real('[0, 1]', 0.5),
})

export interface BoundedOptions extends NeuroPlasticOptions, OptionsOf<typeof boundedOptions> {}

/**
 * NeuroPlastic as a residual of bounded norm: $\lVert u - g \rVert \le \kappa \lVert g \rVert$.
 *
 * @example
 * compile(boundedNeuroPlastic({ learningRate: 0.1, residualMaxRatio: 0.25 }))
 */
export const boundedNeuroPlastic = (given: BoundedOptions = {}) => {
  const { residualMaxRatio, ...options } = boundedOptions.read('boundedNeuroPlastic', given)
  const more = { boundedResidual: true, residualMaxRatio }
  return described(given, more, modulated(options, boundedResidualRule(residualMaxRatio)))
}

const orthogonalNeuroPlasticOptions = options({ ...neuroPlasticOptions.fields, ...orthogonalOptions.fields })

/**
 * NeuroPlastic as a residual orthogonal to the gradient.
 *
 * @example
 * compile(orthogonalNeuroPlastic({ learningRate: 0.1, orthogonalSchedule: 'cosine' }))
 */
export const orthogonalNeuroPlastic = (given: NeuroPlasticOptions & OrthogonalOptions = {}) => {
  const options = orthogonalNeuroPlasticOptions.read('orthogonalNeuroPlastic', given)
  const { eps: _, ...own } = orthogonalOptions.from(given)
  return described(
    given,
    { ...present(own), orthogonalResidual: true, orthogonalEps: options.eps },
    modulated(options, orthogonalRule(orthogonalOptions.from(options))),
  )
}

type HybridOptions = NeuroPlasticOptions & ModulationOptions & BaseOptions

const hybridOwn = options({ ...modulationOptions.fields, ...baseOptions.fields })
const hybridOptions = options({ ...neuroPlasticOptions.fields, ...hybridOwn.fields })

/**
 * NeuroPlastic over SGD with momentum, whose decay is in the momentum: $b_t = \mu\, b_{t-1} + g + \lambda p$. As in the authors'
 * code, it decays there and only there, whatever `decoupledWeightDecay` says.
 *
 * @example
 * compile(hybridSgdMomentum({ learningRate: 0.01, modulationStrength: 0.3 }))
 */
export const hybridSgdMomentum = (given: HybridOptions = {}) => {
  const options = hybridOptions.read('hybridSgdMomentum', given)
  const { weightDecay, mask } = options
  return described(
    given,
    { ...present(hybridOwn.from(given)), hybridBase: 'sgdMomentum' },
    modulated({ ...options, weightDecay: 0 }, overSgdMomentum({ ...hybridOwn.from(options), weightDecay, mask })),
  )
}

/**
 * NeuroPlastic over AdamW. Decay is decoupled, always.
 *
 * @example
 * compile(hybridAdamW({ learningRate: 1e-3, weightDecay: 0.01, phaseScope: 'early' }))
 */
export const hybridAdamW = (given: HybridOptions = {}) => {
  const options = hybridOptions.read('hybridAdamW', given)
  return described(
    given,
    { ...present(hybridOwn.from(given)), hybridBase: 'adamw' },
    modulated({ ...options, decoupledWeightDecay: true }, overAdamW(hybridOwn.from(options))),
  )
}

const controlledOptions = options({ ...neuroPlasticOptions.fields, ...controllerOptions.fields })

/**
 * NeuroPlastic whose learning rate follows the coefficient, for all leaves, by layer group, or at the classifier.
 *
 * @example
 * compile(controlledNeuroPlastic('layerwise', { learningRate: 0.1 }))
 */
export const controlledNeuroPlastic = (mode: ControllerMode, given: NeuroPlasticOptions & ControllerOptions = {}) => {
  const options = controlledOptions.read('controlledNeuroPlastic', given)
  const { eps: _, ...own } = controllerOptions.from(given)
  const controller = plasticityController(mode, controllerOptions.from(options))
  return described(
    given,
    { ...present(own), lrControllerMode: mode, controllerEps: options.eps },
    assemble(
      options,
      plasticity(options.plasticity),
      classic(),
      withLearningRateController(options.learningRate, controller),
    ),
  )
}

/**
 * Control: $\alpha = 1$. The same homeostasis and step, no plasticity.
 *
 * @example
 * compile(alphaOne({ learningRate: 0.1 }))
 */
export const alphaOne = (given: NeuroPlasticOptions = {}) => {
  const options = neuroPlasticOptions.read('alphaOne', given)
  return described(given, { control: 'one' }, settled(options, scaleByLearningRate(options.learningRate)))
}

/**
 * Control: the coefficient averaged over the leaf. Its size without its pattern.
 *
 * @example
 * compile(alphaAveraged({ learningRate: 0.1 }))
 */
export const alphaAveraged = (given: NeuroPlasticOptions = {}) => {
  const options = neuroPlasticOptions.read('alphaAveraged', given)
  const alpha = chain(plasticity(options.plasticity), averageOverLeaf())
  return described(given, { control: 'averaged' }, gated(options, alpha))
}

const shuffledOptions = options({
  ...neuroPlasticOptions.fields,
  /** Of the permutations; default 0. */
  seed: seed(),
})

export interface ShuffledOptions extends NeuroPlasticOptions, OptionsOf<typeof shuffledOptions> {}

/**
 * Control: the coefficient shuffled within the leaf. Its distribution without its pattern.
 *
 * @example
 * compile(alphaShuffled({ learningRate: 0.1, seed: 7 }))
 */
export const alphaShuffled = (given: ShuffledOptions = {}) => {
  const { seed, ...options } = shuffledOptions.read('alphaShuffled', given)
  const alpha = chain(plasticity(options.plasticity), shuffleWithinLeaf(seed))
  return described(given, { control: 'shuffled', controlSeed: seed }, gated(options, alpha))
}

/**
 * Control: the gradient's direction with the modulated norm. Its step size without its direction.
 *
 * @example
 * compile(alphaGrafted({ learningRate: 0.1 }))
 */
export const alphaGrafted = (given: NeuroPlasticOptions = {}) => {
  const options = neuroPlasticOptions.read('alphaGrafted', given)
  return described(given, { control: 'grafted' }, modulated(options, graft(classic(), identity)))
}
