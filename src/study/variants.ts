/** The variants that studies and the command line know by name. To add one: add its row. */
import {
  alphaAveraged,
  alphaGrafted,
  alphaOne,
  alphaShuffled,
  boundedNeuroPlastic,
  controlledNeuroPlastic,
  gradientOnly,
  hybridAdamW,
  hybridSgdMomentum,
  type NeuroPlasticOptions,
  neuroPlastic,
  orthogonalNeuroPlastic,
} from '../neuroplastic/index.js'
import { adam, adamw, sgd } from '../optimizers/index.js'
import type { Role, Settings, Variant } from './types.js'

/** The control without plasticity of the classic rule. */
export const WITHOUT_PLASTICITY = 'alpha-one'

/** Plasticity by the gradient's magnitude alone, which full plasticity has to beat. */
export const GRADIENT_ONLY = 'grad-only'

/** Settings of a NeuroPlastic chain. */
export type PlasticSettings = Settings & Pick<NeuroPlasticOptions, 'plasticity' | 'homeostasis' | 'weightDecay'>

// A bound that is a schedule or a Scalar has no number that a histogram could use; settings are JSON, so there is none.
const boundsOf = ({ plasticity: { minAlpha = 0.2, maxAlpha = 2 } = {} }: PlasticSettings) =>
  [minAlpha as number, maxAlpha as number] as const

/**
 * A row for a NeuroPlastic chain: it observes alpha.
 *
 * @example
 * plastic('plasticity', 'narrow', { learningRate: 0.1, plasticity: { minAlpha: 0.5 } }, settings => neuroPlastic(settings))
 */
export const plastic = <S extends PlasticSettings>(
  role: Role,
  description: string,
  settings: S,
  transform: Variant<S>['transform'],
): Variant<S> => ({ role, description, settings, alphaBounds: boundsOf, transform })

// What the paper's authors selected: scaled by 2, so that alpha may leave its bounds.
const published: PlasticSettings = { learningRate: 0.1, plasticity: { plasticityScale: 2, warmupEpochs: 2 } }

/**
 * The controls of the classic rule under its published settings, by name. A study makes those of each of its rules by itself, and
 * rests on them alone: these are for whoever wants to look at one, or to compare another rule with it.
 */
export const controls = {
  [WITHOUT_PLASTICITY]: {
    role: 'control',
    description: 'alpha = 1, the same homeostasis and step',
    settings: { learningRate: 0.1 },
    transform: alphaOne,
  },
  'alpha-averaged': plastic(
    'control',
    'alpha averaged over the leaf, its size without its pattern',
    published,
    alphaAveraged,
  ),
  'alpha-shuffled': plastic(
    'control',
    'alpha shuffled within the leaf, its distribution without its pattern',
    published,
    alphaShuffled,
  ),
  'alpha-grafted': plastic('control', "the gradient's direction with the modulated norm", published, alphaGrafted),
} as const

/** All variants, in the order of the help. */
export const variants = {
  neuroplastic: plastic('plasticity', 'full plasticity: activity, gradient and memory', published, neuroPlastic),
  [GRADIENT_ONLY]: plastic(
    'plasticity',
    "plasticity by the gradient's magnitude alone",
    { learningRate: 0.1 },
    gradientOnly,
  ),
  bounded: plastic('plasticity', 'full plasticity as a residual of bounded norm', published, boundedNeuroPlastic),
  orthogonal: plastic(
    'plasticity',
    'full plasticity as a residual orthogonal to the gradient',
    published,
    orthogonalNeuroPlastic,
  ),
  // The hybrids' learning rates were chosen on held-out training images.
  'hybrid-sgd': plastic(
    'plasticity',
    'plasticity over SGD with momentum',
    { ...published, learningRate: 0.05 },
    hybridSgdMomentum,
  ),
  'hybrid-adamw': plastic('plasticity', 'plasticity over AdamW', published, hybridAdamW),
  controlled: plastic(
    'plasticity',
    'full plasticity, whose learning rate follows alpha by layer group',
    published,
    settings => controlledNeuroPlastic('layerwise', settings),
  ),
  ...controls,
  sgd: {
    role: 'baseline',
    description: 'gradient descent with momentum 0.9',
    settings: { learningRate: 0.01 },
    transform: ({ learningRate }) => sgd({ learningRate, momentum: 0.9 }),
  },
  adam: { role: 'baseline', description: 'Adam', settings: { learningRate: 0.001 }, transform: adam },
  adamw: {
    role: 'baseline',
    description: 'AdamW with decay 0.01',
    settings: { learningRate: 0.001 },
    transform: ({ learningRate }) => adamw({ learningRate, weightDecay: 0.01 }),
  },
} as const satisfies Readonly<Record<string, Variant>>

/** A variant with its name. */
export interface NamedVariant extends Variant {
  readonly name: string
  /** Of a variant with plasticity: which of the variants beside it are controls of its own. */
  readonly controls?: readonly string[]
}

/** The same as a list. */
export const namedVariants: readonly NamedVariant[] = Object.entries(variants as Readonly<Record<string, Variant>>).map(
  ([name, variant]) => ({ name, ...variant }),
)
