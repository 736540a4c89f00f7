/** The NeuroPlastic configuration: its schema, and the chain that it describes. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { controllerOptions } from '../neuroplastic/controller.js'
import {
  boundedResidualRule,
  classic,
  gradientOnlyAlpha,
  orthogonalRule,
  overAdamW,
  overSgdMomentum,
  plasticity,
  plasticityController,
  settle,
  withPlasticity,
} from '../neuroplastic/index.js'
import { plasticityOptions } from '../neuroplastic/plasticity.js'
import { baseOptions, modulationOptions, orthogonalOptions } from '../neuroplastic/rules.js'
import { type ConfigErrors, isNonEmpty } from '../runtime/problems.js'
import { configured } from '../transform/configured.js'
import { homeostasisOptions } from '../transform/homeostasis.js'
import {
  averageOverLeaf,
  chain,
  controlsOf,
  type GradientTransform,
  graft,
  identity,
  namedChain,
  type OptimizerConfig,
  scaleByLearningRate,
  shuffleWithinLeaf,
  withLearningRateController,
} from '../transform/index.js'
import { boolean, eps, number, oneOf, optional, record, selector } from './decode.js'
import { decodersOf } from './fields.js'
import { scheduledIn } from './scheduleConfig.js'

const { eps: _, ...orthogonal } = orthogonalOptions.fields
const { eps: __, ...controller } = controllerOptions.fields

const schema = record({
  optimizer: oneOf('neuroplastic'),
  learningRate: scheduledIn('(0, inf)', 0.001),
  weightDecay: scheduledIn('[0, inf)', 0),
  decoupledWeightDecay: boolean(false),
  mask: optional(selector),
  plasticity: record({
    mode: oneOf('ruleBased', 'gradOnly'),
    ...decodersOf(plasticityOptions.fields),
    saturationThresholdFraction: number('[0, 0.5]', 0.05),
    boundedResidual: boolean(false),
    residualMaxRatio: number('[0, 1]', 0.5),
    orthogonalResidual: boolean(false),
    ...decodersOf(orthogonal),
    hybridBase: oneOf('classic', 'sgdMomentum', 'adamw'),
    ...decodersOf(modulationOptions.fields),
    ...decodersOf(baseOptions.fields),
    lrControllerMode: oneOf('off', 'global', 'layerwise', 'classifierOnly'),
    ...decodersOf(controller),
    orthogonalEps: optional(eps),
    controllerEps: optional(eps),
    control: oneOf('none', 'one', 'averaged', 'shuffled', 'grafted'),
    controlSeed: number('integer in [0, inf)', 0),
  }),
  homeostasis: record(decodersOf(homeostasisOptions.fields)),
})

/** A NeuroPlastic configuration, complete. */
export type NeuroPlasticConfig = ReturnType<typeof schema> extends E.Either<ConfigErrors, infer T> ? T : never

/** What no field can say by itself. */
const consistent = (config: NeuroPlasticConfig): E.Either<ConfigErrors, NeuroPlasticConfig> => {
  const { activityWeight, gradientWeight, memoryWeight, minAlpha, maxAlpha, controllerLow, controllerHigh } =
    config.plasticity
  const total = activityWeight + gradientWeight + memoryWeight
  const errors = [
    ...(Math.abs(total - 1) > 1e-6
      ? [`plasticity.activityWeight, gradientWeight and memoryWeight must add up to 1; got ${total}`]
      : []),
    ...(minAlpha > maxAlpha ? [`plasticity.minAlpha must be at most maxAlpha, ${maxAlpha}; got ${minAlpha}`] : []),
    ...(controllerLow > controllerHigh
      ? [`plasticity.controllerLow must be at most controllerHigh, ${controllerHigh}; got ${controllerLow}`]
      : []),
  ]
  return isNonEmpty(errors) ? E.left(errors) : E.right(config)
}

/** Fields that others make irrelevant. */
export const warningsOf = ({ plasticity: p }: NeuroPlasticConfig): readonly string[] => [
  ...(p.hybridBase !== 'classic' && (p.boundedResidual || p.orthogonalResidual)
    ? [`plasticity.hybridBase '${p.hybridBase}' makes boundedResidual and orthogonalResidual irrelevant`]
    : []),
  ...(p.hybridBase === 'classic' && p.boundedResidual && p.orthogonalResidual
    ? ['plasticity.orthogonalResidual wins over boundedResidual']
    : []),
]

/** The decay that is left to {@link settle}: AdamW's is decoupled always; SGD has it in the momentum, and there alone, flag or not. */
const decayOf = ({ weightDecay, decoupledWeightDecay, plasticity: { hybridBase } }: NeuroPlasticConfig) => ({
  weightDecay: hybridBase === 'sgdMomentum' ? 0 : weightDecay,
  decoupledWeightDecay: decoupledWeightDecay || hybridBase === 'adamw',
})

const ruleOf = ({ plasticity: p, weightDecay, mask }: NeuroPlasticConfig): GradientTransform<unknown> => {
  const base = { ...modulationOptions.from(p), ...baseOptions.from(p) }
  if (p.hybridBase === 'sgdMomentum') return overSgdMomentum({ ...base, weightDecay, mask })
  if (p.hybridBase === 'adamw') return overAdamW(base)
  if (p.orthogonalResidual) return orthogonalRule({ ...orthogonalOptions.from(p), eps: p.orthogonalEps ?? p.eps })
  if (p.boundedResidual) return boundedResidualRule(p.residualMaxRatio)
  return p.control === 'grafted' ? graft(classic(), identity) : classic()
}

const alphaOf = ({ plasticity: p }: NeuroPlasticConfig): GradientTransform<unknown> => {
  const options = plasticityOptions.from(p)
  if (p.mode === 'gradOnly') return gradientOnlyAlpha(options)
  if (p.control === 'averaged') return chain(plasticity(options), averageOverLeaf())
  if (p.control === 'shuffled') return chain(plasticity(options), shuffleWithinLeaf(p.controlSeed))
  return plasticity(options)
}

/** Whether the rule is that which `alphaOne` and the other controls by name are controls of. */
const isClassic = ({ plasticity: p }: NeuroPlasticConfig): boolean =>
  p.mode === 'ruleBased' &&
  p.hybridBase === 'classic' &&
  p.lrControllerMode === 'off' &&
  !p.boundedResidual &&
  !p.orthogonalResidual

const assemble = (config: NeuroPlasticConfig): GradientTransform<unknown> => {
  const { learningRate, plasticity: p, homeostasis, mask } = config
  if (p.control !== 'none' && !isClassic(config)) {
    const rule = assemble({ ...config, plasticity: { ...p, control: 'none' } })
    return controlsOf(rule, { seed: p.controlSeed })[p.control]
  }
  const step: GradientTransform<unknown> =
    p.lrControllerMode === 'off'
      ? scaleByLearningRate(learningRate)
      : withLearningRateController(
          learningRate,
          plasticityController(p.lrControllerMode, { ...controllerOptions.from(p), eps: p.controllerEps ?? p.eps }),
        )
  const settled = settle({ ...decayOf(config), mask, homeostasis }, step)
  return p.control === 'one'
    ? settled
    : withPlasticity(alphaOf(config), plasticityOptions.from(p), namedChain({ rule: ruleOf(config), settle: settled }))
}

/** Decodes a NeuroPlastic configuration. */
export const neuroPlasticFromConfig = (
  config: unknown,
  warn: (message: string) => void,
): E.Either<ConfigErrors, GradientTransform<unknown>> =>
  pipe(
    schema(config, ''),
    E.flatMap(consistent),
    E.map(complete => {
      for (const warning of warningsOf(complete)) warn(warning)
      return configured(assemble(complete), config as OptimizerConfig)
    }),
  )
