/** Choosing settings, with the same number of candidates for every optimizer. */
import { adam, adamw, sgd } from '../../optimizers/index.js'
import { defineStudy } from '../define.js'
import { grid, learningRates } from '../grid.js'
import type { Settings, Variant } from '../types.js'
import { GRADIENT_ONLY, type PlasticSettings, variants } from '../variants.js'
import { fashion, opponents, shipped } from './parts.js'

type Candidates<S> = readonly Partial<S>[]

const usual = { minAlpha: 0.2, maxAlpha: 2 }
const narrow = { minAlpha: 0.5, maxAlpha: 1.5 }
const wide = { minAlpha: 0.05, maxAlpha: 8 }
const homeostasis = [{ maxUpdateNorm: 1 }, { maxUpdateNorm: 4 }]

const baseline = <S extends Settings>(
  description: string,
  settings: S,
  transform: Variant<NoInfer<S>>['transform'],
): Variant<S> => ({ role: 'baseline', description, settings, transform })

const baselines = {
  sgd: baseline('gradient descent with momentum', { learningRate: 0.01, momentum: 0.9, nesterov: false }, sgd),
  adam: baseline('Adam', { learningRate: 0.001, b1: 0.9, b2: 0.999 }, adam),
  adamw: baseline('AdamW', { learningRate: 0.001, weightDecay: 0.01, b2: 0.999 }, adamw),
}

/** Each variant with as many candidates as those of full plasticity: its learning rates are as many as its other settings leave. */
const rows = (full: Candidates<PlasticSettings>) => {
  const row = <S extends Settings>(variant: Variant<S>, others: Candidates<S>): Variant<S> => ({
    ...variant,
    candidates: learningRates(variant.settings.learningRate, full.length / others.length).flatMap(learningRate =>
      others.map(settings => ({ ...settings, learningRate })),
    ),
  })
  return {
    neuroplastic: { ...variants.neuroplastic, candidates: full },
    [GRADIENT_ONLY]: row(
      { ...variants[GRADIENT_ONLY], role: 'ablation' },
      grid({ plasticity: [usual, narrow, wide], homeostasis }),
    ),
    sgd: row(baselines.sgd, grid({ momentum: [0.8, 0.9, 0.95], nesterov: [false, true] })),
    adam: row(baselines.adam, grid({ b1: [0.9, 0.95], b2: [0.99, 0.999] })),
    adamw: row(baselines.adamw, grid({ weightDecay: [0.01, 0.1], b2: [0.99, 0.999] })),
  }
}

const gates = grid({ warmupEpochs: [0, 2], plasticityScale: [1, 2] })
const plasticity = gates.flatMap(gate => [usual, narrow].map(bounds => ({ ...gate, ...bounds })))
const candidates = grid({ learningRate: learningRates(0.1, 3), plasticity, homeostasis })

/** The authors' grid. */
const published = grid({
  learningRate: [0.1, 0.05, 0.03, 0.01],
  plasticity: grid({ warmupEpochs: [0, 1, 2], plasticityScale: [0.5, 1, 2] }),
})

export const tuningStudy = defineStudy({
  name: 'tuning',
  description:
    'Learning rate, warm-up, scale, bounds of alpha and homeostasis, and as many candidates for every other optimizer',
  variants: rows(candidates),
  against: [...opponents, 'adamw'],
  data: fashion,
  tuning: { fraction: 0.25 },
  quick: {
    data: shipped,
    variants: rows(grid({ learningRate: learningRates(0.1, 3), plasticity: gates })),
    seeds: 2,
    epochs: 3,
    tuning: { seeds: 1, epochs: 3, fraction: 1 },
  },
  asPublished: { data: ['mnist'], selection: 'test', variants: rows(published) },
})
