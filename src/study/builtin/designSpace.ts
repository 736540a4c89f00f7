/** Studies of every variant: how good each is, and how much each minds its learning rate. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as record from 'fp-ts/lib/ReadonlyRecord.js'
import { fromConfig } from '../../config/fromConfig.js'
import { controlledNeuroPlastic } from '../../neuroplastic/index.js'
import { defineStudy } from '../define.js'
import { learningRates } from '../grid.js'
import type { Settings, Variant } from '../types.js'
import { plastic, variants } from '../variants.js'
import { fashion, publishedGradientOnly, shipped } from './parts.js'

const { controlled: layerwise, sgd, adam, adamw, ...others } = variants

// No function has both a base and a controller: a configuration has.
const controlledSgd = plastic(
  'plasticity',
  'plasticity over SGD with momentum, whose learning rate follows alpha',
  others['hybrid-sgd'].settings,
  ({ plasticity, ...settings }) =>
    pipe(
      fromConfig({
        optimizer: 'neuroplastic',
        ...settings,
        plasticity: { ...plasticity, hybridBase: 'sgdMomentum', lrControllerMode: 'global' },
      }),
      E.getOrElseW(problems => {
        throw new RangeError(problems.join('; '))
      }),
    ),
)

const space = {
  neuroplastic: others.neuroplastic,
  'grad-only': others['grad-only'],
  bounded: others.bounded,
  orthogonal: others.orthogonal,
  'hybrid-sgd': others['hybrid-sgd'],
  'hybrid-adamw': others['hybrid-adamw'],
  'controlled-global': {
    ...layerwise,
    description: 'full plasticity, whose learning rate follows alpha',
    transform: settings => controlledNeuroPlastic('global', settings),
  } satisfies typeof layerwise,
  'controlled-layerwise': layerwise,
  'controlled-classifier': {
    ...layerwise,
    description: "full plasticity, whose classifier's learning rate follows alpha",
    transform: settings => controlledNeuroPlastic('classifierOnly', settings),
  } satisfies typeof layerwise,
  'controlled-sgd': controlledSgd,
  sgd,
  adam,
  adamw,
} as const

const at = <S extends Settings>(row: Variant<S>, learningRate: number): Variant<S> => ({
  ...row,
  settings: { ...row.settings, learningRate },
})

export const designSpaceStudy = defineStudy({
  name: 'design-space',
  description: 'Every variant and controller against SGD, Adam, AdamW and the controls',
  variants: space,
  data: fashion,
  tuning: { fraction: 0.25 },
  // Ten rules have forty controls: less of each, in the same time.
  quick: { data: shipped, seeds: 2, epochs: 2, tuning: { seeds: 1, epochs: 1, fraction: 0.5 } },
  asPublished: {
    selection: 'fixed',
    variants: {
      ...space,
      'grad-only': publishedGradientOnly,
      'hybrid-sgd': at(space['hybrid-sgd'], 0.01),
      'hybrid-adamw': at(space['hybrid-adamw'], 0.001),
      'controlled-sgd': at(controlledSgd, 0.01),
    },
  },
})

const overThreeDecades = record.map((row: Variant) => ({
  ...row,
  candidates: learningRates(row.settings.learningRate, 7, 3).map(learningRate => ({ learningRate })),
}))

export const stabilityStudy = defineStudy({
  name: 'stability',
  description: 'Final loss over three decades of learning rates, for every variant',
  variants: overThreeDecades(space),
  data: fashion,
  fractions: [0.25],
  selection: 'all',
  metric: 'loss',
  // How much each minds its learning rate is asked of it alone: controls would be as many again, over three decades each.
  controls: false,
  quick: { data: shipped, fractions: [1], seeds: 2, epochs: 2 },
  asPublished: { selection: 'all' },
})
