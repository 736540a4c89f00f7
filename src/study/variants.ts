/** The variants that the command line knows by name. To add one: add its row. */
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
  neuroPlastic,
  orthogonalNeuroPlastic,
} from '../neuroplastic/index.js'
import { adam, adamw, sgd } from '../optimizers/index.js'
import type { Bounds } from '../train/index.js'
import type { GradientTransform } from '../transform/index.js'

/** A row of the table of variants. */
export interface Variant {
  /** What `--variants` calls it. */
  readonly name: string
  /** One line for the help. */
  readonly description: string
  /**
   * What the row is for: `plasticity` modulates by alpha; a `control` takes something of that away, so that a gap to it
   * has one cause; a `baseline` is another optimizer.
   */
  readonly role: 'plasticity' | 'control' | 'baseline'
  /** What the transform is given; for reports. */
  readonly learningRate: number
  /** Where the transform observes an `'alpha'`: the bounds it is clipped to, before any scaling. */
  readonly alphaBounds?: Bounds
  /** Makes the transform, with a learning rate. */
  readonly transform: (learningRate: number) => GradientTransform<unknown>
}

/** The control without plasticity, which a variant has to beat. */
export const WITHOUT_PLASTICITY = 'alpha-one'

/** Plasticity by the gradient's magnitude alone, which full plasticity has to beat. */
export const GRADIENT_ONLY = 'grad-only'

// The classic rule and its controls share the paper's learning rate, so that no gap between them comes from a choice made by
// hand; the hybrids' were chosen on held-out training images.
const FAMILY = { learningRate: 0.1, alphaBounds: [0.2, 2] } as const

// What the paper's authors selected: scaled by 2, so that alpha may leave its bounds.
const plasticity = { plasticityScale: 2, warmupEpochs: 2 } as const

/** All variants, in the order of the help. */
export const variants: readonly Variant[] = [
  {
    name: 'neuroplastic',
    description: 'full plasticity: activity, gradient and memory',
    role: 'plasticity',
    ...FAMILY,
    transform: learningRate => neuroPlastic({ learningRate, plasticity }),
  },
  {
    name: GRADIENT_ONLY,
    description: "plasticity by the gradient's magnitude alone",
    role: 'plasticity',
    ...FAMILY,
    transform: learningRate => gradientOnly({ learningRate }),
  },
  {
    name: 'bounded',
    description: 'full plasticity as a residual of bounded norm',
    role: 'plasticity',
    ...FAMILY,
    transform: learningRate => boundedNeuroPlastic({ learningRate, plasticity }),
  },
  {
    name: 'orthogonal',
    description: 'full plasticity as a residual orthogonal to the gradient',
    role: 'plasticity',
    ...FAMILY,
    transform: learningRate => orthogonalNeuroPlastic({ learningRate, plasticity }),
  },
  {
    name: 'hybrid-sgd',
    description: 'plasticity over SGD with momentum',
    role: 'plasticity',
    ...FAMILY,
    learningRate: 0.05,
    transform: learningRate => hybridSgdMomentum({ learningRate, plasticity }),
  },
  {
    name: 'hybrid-adamw',
    description: 'plasticity over AdamW',
    role: 'plasticity',
    ...FAMILY,
    learningRate: 0.1,
    transform: learningRate => hybridAdamW({ learningRate, plasticity }),
  },
  {
    name: 'controlled',
    description: 'full plasticity, whose learning rate follows alpha by layer group',
    role: 'plasticity',
    ...FAMILY,
    transform: learningRate => controlledNeuroPlastic('layerwise', { learningRate, plasticity }),
  },
  {
    name: WITHOUT_PLASTICITY,
    description: 'control: alpha = 1, the same homeostasis and step',
    role: 'control',
    learningRate: FAMILY.learningRate,
    transform: learningRate => alphaOne({ learningRate }),
  },
  {
    name: 'alpha-averaged',
    description: 'control: alpha averaged over the leaf, its size without its pattern',
    role: 'control',
    ...FAMILY,
    transform: learningRate => alphaAveraged({ learningRate, plasticity }),
  },
  {
    name: 'alpha-shuffled',
    description: 'control: alpha shuffled within the leaf, its distribution without its pattern',
    role: 'control',
    ...FAMILY,
    transform: learningRate => alphaShuffled({ learningRate, plasticity }),
  },
  {
    name: 'alpha-grafted',
    description: "control: the gradient's direction with the modulated norm",
    role: 'control',
    ...FAMILY,
    transform: learningRate => alphaGrafted({ learningRate, plasticity }),
  },
  {
    name: 'sgd',
    description: 'gradient descent with momentum 0.9',
    role: 'baseline',
    learningRate: 0.01,
    transform: learningRate => sgd({ learningRate, momentum: 0.9 }),
  },
  {
    name: 'adam',
    description: 'Adam',
    role: 'baseline',
    learningRate: 0.001,
    transform: learningRate => adam({ learningRate }),
  },
  {
    name: 'adamw',
    description: 'AdamW with decay 0.01',
    role: 'baseline',
    learningRate: 0.001,
    transform: learningRate => adamw({ learningRate, weightDecay: 0.01 }),
  },
]
