/** What each part of NeuroPlastic is good for: each taken away alone. */
import { classic, plasticity, settle, withPlasticity } from '../../neuroplastic/index.js'
import {
  chain,
  clamp,
  emaActivity,
  gradientMagnitude,
  lerp,
  namedChain,
  scalarFrom,
  scaleByAdam,
  scaleByLearningRate,
  weightedSum,
} from '../../transform/index.js'
import { defineStudy } from '../define.js'
import { GRADIENT_ONLY, type PlasticSettings, plastic, variants } from '../variants.js'
import { fashion, shipped } from './parts.js'

const { settings, transform: full } = variants.neuroplastic

/** The paper's settings, but for some of its coefficient. */
const but = (description: string, plasticity: PlasticSettings['plasticity']) =>
  plastic('ablation', description, { ...settings, plasticity: { ...settings.plasticity, ...plasticity } }, full)

/** The coefficient of signals as they are, by hand: it has the weights, bounds, warm-up and scale of the paper. */
const unnormalized = (options: PlasticSettings) => {
  const bound = clamp(0.2, 2)
  const signals = weightedSum(
    [0.4, emaActivity(0.95)],
    [0.4, gradientMagnitude()],
    [0.2, chain(scaleByAdam({ b2: 0.99, biasCorrection: false }), gradientMagnitude())],
  )
  const alpha = lerp(chain(gradientMagnitude(), bound), chain(signals, bound), context =>
    scalarFrom(context, 'epoch', 'warm-up').sub(1).div(2).clipByValue(0, 1).mul(2),
  )
  const body = namedChain({ rule: classic(), settle: settle(options, scaleByLearningRate(options.learningRate)) })
  return withPlasticity(alpha, {}, body)
}

const unregulated = (options: PlasticSettings) =>
  withPlasticity(
    plasticity(options.plasticity),
    options.plasticity ?? {},
    chain(classic(), scaleByLearningRate(options.learningRate)),
  )

const ablations = {
  'no-activity': but('without activity', { activityWeight: 0, gradientWeight: 2 / 3, memoryWeight: 1 / 3 }),
  'no-gradient': but("without the gradient's magnitude", {
    activityWeight: 2 / 3,
    gradientWeight: 0,
    memoryWeight: 1 / 3,
  }),
  'no-memory': but('without memory', { activityWeight: 0.5, gradientWeight: 0.5, memoryWeight: 0 }),
  'no-normalization': plastic(
    'ablation',
    'signals as they are, not divided by their mean',
    { learningRate: 0.1 },
    unnormalized,
  ),
  'no-homeostasis': plastic('ablation', 'without homeostasis', settings, unregulated),
  'no-pattern': but('one coefficient for each leaf, the mean of its elements', { parameterwise: false }),
  'no-warmup': but('in full from the first epoch', { warmupEpochs: 0 }),
  'scale-1': but('not scaled, so that alpha keeps its bounds', { plasticityScale: 1 }),
  clamped: but('scaled, then clipped to its bounds once more', { boundAfterScaling: true }),
  narrow: but('alpha in [0.5, 1.5] before scaling', { minAlpha: 0.5, maxAlpha: 1.5 }),
  wide: but('alpha in [0.05, 8] before scaling', { minAlpha: 0.05, maxAlpha: 8 }),
} as const

export const ablationStudy = defineStudy({
  name: 'ablation',
  description:
    'Each signal, normalization, homeostasis, warm-up, scale and bounds: one taken away or changed at a time',
  variants: {
    neuroplastic: variants.neuroplastic,
    [GRADIENT_ONLY]: { ...variants[GRADIENT_ONLY], role: 'ablation' },
    ...ablations,
    descent: {
      role: 'baseline',
      description: 'gradient descent: alpha = 1 without homeostasis',
      settings: { learningRate: 0.1 },
      transform: ({ learningRate }) => scaleByLearningRate(learningRate),
    },
    sgd: variants.sgd,
    adam: variants.adam,
  },
  against: [GRADIENT_ONLY, ...Object.keys(ablations), 'descent'],
  data: fashion,
  tuning: { fraction: 0.25 },
  quick: { data: shipped, seeds: 2, epochs: 6, tuning: { seeds: 1, epochs: 3, fraction: 1 } },
})
