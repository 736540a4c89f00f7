import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { type DecodedRun, decodePublishedConfig, parseYaml } from '../../src/published/index.js'

const decoded = (config: unknown, asPublished = false): DecodedRun => {
  const result = decodePublishedConfig(config, { asPublished })
  if (E.isLeft(result)) throw new Error(result.left.join('\n'))
  return result.right
}
const fromText = (text: string): DecodedRun => {
  const result = parseYaml(text)
  if (E.isLeft(result)) throw new Error(result.left.join('\n'))
  return decoded(result.right)
}
const faults = (config: unknown): readonly string[] => {
  const result = decodePublishedConfig(config)
  return E.isLeft(result) ? result.left : []
}
const plasticityOf = (plasticity: object, experiment: object = {}) =>
  decoded({ experiment, plasticity }).run.optimizer.plasticity

test('an empty experiment has their defaults, not ours', () => {
  expect(decoded({ experiment: null })).toEqual({
    run: {
      name: 'neuroplastic',
      dataSet: 'mnist',
      optimizer: {
        optimizer: 'neuroplastic',
        learningRate: 1e-3,
        weightDecay: 0,
        plasticity: {
          mode: 'ruleBased',
          hybridBase: 'classic',
          modulationTarget: 'gain',
          lrControllerMode: 'off',
          layerScope: 'all',
          phaseScope: 'full',
          modulationStrength: 0.15,
          modulationMaxRatio: 0.25,
          controllerAlpha: 0.1,
          controllerLow: 0.8,
          controllerHigh: 1.2,
          baseMomentum: 0.9,
          baseBeta2: 0.999,
          baseEps: 1e-8,
          activityWeight: 0.4,
          gradientWeight: 0.4,
          memoryWeight: 0.2,
          plasticityScale: 1,
          warmupEpochs: 0,
          boundedResidual: false,
          residualMaxRatio: 0.5,
          orthogonalResidual: false,
          orthogonalLambda: 0.1,
          orthogonalMaxRatio: 0.5,
          orthogonalNormalization: 'raw',
          orthogonalSchedule: 'constant',
          orthogonalLateStartFraction: 0.3,
          minAlpha: 0.2,
          maxAlpha: 2,
          saturationThresholdFraction: 0.05,
          parameterwise: true,
          eps: 1e-8,
        },
        homeostasis: {
          maxUpdateNorm: 1,
          targetRms: 0.02,
          adaptationRate: 0.01,
          earlyTargetRmsScale: 1,
          middleTargetRmsScale: 1,
          lateTargetRmsScale: 1,
          eps: 1e-8,
        },
      },
      progress: 'epoch / epochs',
      alphaBounds: [0.2, 2],
      seed: 42,
      epochs: 3,
      batchSize: 128,
      accumulate: 1,
    },
    warnings: [],
  })
})

test('a file like theirs for CIFAR-10', () => {
  const { run, warnings } = fromText(`
experiment:
  dataset: cifar10
  run_name: first try
  batch_size: 32
  epochs: 7
  lr: 1e-2
  weight_decay: 0.002
  optimizer: neuroplastic
  seed: 3
  num_workers: 2
  output_dir: results
  device: cpu
plasticity:
  mode: rule_based
  activity_weight: 0.5
  gradient_weight: 0.3
  memory_weight: 0.2
  max_alpha: 1.7
  layerwise: true
homeostatic:
  max_update_norm: 1.5
  target_rms: 0.015
`)
  expect(run).toMatchObject({
    name: 'first try',
    dataSet: 'cifar10',
    batchSize: 32,
    epochs: 7,
    seed: 3,
    alphaBounds: [0.2, 1.7],
    optimizer: {
      learningRate: 0.01,
      weightDecay: 0.002,
      plasticity: { mode: 'ruleBased', activityWeight: 0.5, gradientWeight: 0.3, memoryWeight: 0.2, maxAlpha: 1.7 },
      homeostasis: { maxUpdateNorm: 1.5, targetRms: 0.015, adaptationRate: 0.01 },
    },
  })
  expect(warnings.map(warning => warning.replace(/ has no effect.*/, ''))).toEqual([
    'experiment.num_workers',
    'experiment.output_dir',
  ])
})

test.each([
  ['sgd', { optimizer: 'sgd', learningRate: 0.05, weightDecay: 0.01, momentum: 0.9 }],
  ['adam', { optimizer: 'adam', learningRate: 0.05, weightDecay: 0.01 }],
  ['adamw', { optimizer: 'adamw', learningRate: 0.05, weightDecay: 0.01 }],
])('optimizer %s', (optimizer, expected) => {
  const { run, warnings } = decoded({ experiment: { optimizer, lr: 0.05, weight_decay: 0.01 }, plasticity: {} })
  expect(run.optimizer).toEqual(expected)
  expect(run).not.toHaveProperty('alphaBounds')
  expect(warnings).toEqual([`plasticity has no effect: the optimizer is '${optimizer}'`])
})

test("AdamW without decay has theirs, which is 0, not the library's", () => {
  expect(decoded({ experiment: { optimizer: 'adamw' } }).run.optimizer.weightDecay).toBe(0)
})

test('fields of the experiment', () => {
  const experiment = {
    dataset: 'FashionMNIST',
    data_root: '/sets',
    train_subset_indices_path: 'tenth.json',
    batch_size: 16,
    gradient_accumulation_steps: 4,
    run_name: 7,
    tags: { author: 'me' },
  }
  expect(decoded({ experiment }).run).toMatchObject({
    dataSet: 'fashionmnist',
    dataRoot: '/sets',
    subsetIndices: 'tenth.json',
    batchSize: 64,
    accumulate: 4,
    name: '7',
    tags: { author: 'me' },
  })
  const nothing = { run_name: null, tags: null, scheduler: null, resume_from: null, prefetch_factor: null }
  expect(decoded({ experiment: nothing })).toEqual(decoded({ experiment: {} }))
})

describe('words that are not ours in another spelling', () => {
  test.each([
    ['mode', 'ablation_grad_only', 'mode', 'gradOnly'],
    ['hybrid_base', 'sgd_momentum', 'hybridBase', 'sgdMomentum'],
    ['hybrid_base', 'adamw', 'hybridBase', 'adamw'],
    ['modulation_target', 'trust_ratio', 'modulationTarget', 'trustRatio'],
    ['lr_controller_mode', 'classifier_only', 'lrControllerMode', 'classifierOnly'],
    ['orthogonal_normalization', 'match_grad_norm', 'orthogonalNormalization', 'matchGradNorm'],
    ['layer_scope', 'conv_only', 'layerScope', 'convOnly'],
    ['layer_scope', 'early_blocks', 'layerScope', 'earlyBlocks'],
    ['layer_scope', 'late_blocks', 'layerScope', 'lateBlocks'],
    ['layer_scope', 'late', 'layerScope', 'lateBlocks'],
    ['layer_scope', 'head_only', 'layerScope', 'classifierOnly'],
    ['modulation_scope', 'late', 'layerScope', 'lateBlocks'],
    ['modulation_scope', 'conv_only', 'layerScope', 'convOnly'],
    ['modulation_schedule', 'warmup', 'phaseScope', 'early'],
    ['modulation_schedule', 'late', 'phaseScope', 'late'],
    ['parameterwise', 'no', 'parameterwise', false],
    ['orthogonal_residual', 'On', 'orthogonalResidual', true],
  ])('%s: %s', (key, word, ourKey, ours) => {
    expect(plasticityOf({ [key]: word })).toHaveProperty(ourKey, ours)
  })
})

test('the newer of two fields for one thing wins, unless it says nothing', () => {
  const both = { modulation_scope: 'late', modulation_schedule: 'late' }
  expect(plasticityOf({ ...both, layer_scope: 'conv_only', phase_scope: 'middle' })).toMatchObject({
    layerScope: 'convOnly',
    phaseScope: 'middle',
  })
  const { run, warnings } = decoded({
    experiment: {},
    plasticity: { ...both, layer_scope: 'all', phase_scope: 'full' },
  })
  expect(run.optimizer.plasticity).toMatchObject({ layerScope: 'lateBlocks', phaseScope: 'late' })
  expect(warnings).toEqual([
    "plasticity.modulation_scope 'late' wins over layer_scope 'all', as in the authors' code",
    "plasticity.modulation_schedule 'late' wins over phase_scope 'full', as in the authors' code",
  ])
})

test("the orthogonal residual's ratio is the bounded one's unless it is given", () => {
  expect(plasticityOf({ residual_max_ratio: 0.3 })).toMatchObject({ orthogonalMaxRatio: 0.3 })
  expect(plasticityOf({ residual_max_ratio: 0.3, orthogonal_max_ratio: 0.6 })).toMatchObject({
    orthogonalMaxRatio: 0.6,
  })
})

describe('warnings', () => {
  const warned = (experiment: object, plasticity: object = {}, homeostatic: object = {}, asPublished = false) =>
    decoded({ experiment, plasticity, homeostatic }, asPublished).warnings

  test.each([
    ['num_workers', 4, 0],
    ['pin_memory', true, false],
    ['persistent_workers', true, false],
    ['prefetch_factor', 2, null],
    ['download', true, false],
    ['device', 'cuda:1', 'cpu'],
    ['mixed_precision', true, false],
    ['save_best_only', true, false],
    ['log_json', true, false],
  ])('%s where it asks for something: %s, not %s', (field, asks, idle) => {
    expect(warned({ [field]: asks })).toEqual([expect.stringMatching(`^experiment.${field} has no effect: `)])
    expect(warned({ [field]: idle })).toEqual([])
  })

  test.each([
    ['amp_dtype', 'bf16'],
    ['output_dir', 'results'],
    ['checkpoint_dir', 'checkpoints'],
    ['save_every_n_epochs', 2],
    ['log_level', 'Debug'],
    ['metrics_flush_every_epoch', false],
    ['scheduler_gamma', 0.9],
  ])('%s wherever it is given', (field, value) => {
    expect(warned({ [field]: value })).toEqual([expect.stringMatching(`^experiment.${field} has no effect: `)])
  })

  test('fields that their own code never uses', () => {
    expect(warned({}, { layerwise: false, late_start_fraction: 0.5 })).toEqual([
      expect.stringMatching(/^plasticity.layerwise has no effect: .*authors' code/),
      expect.stringMatching(/^plasticity.late_start_fraction has no effect: .*authors' code/),
    ])
    expect(warned({}, { layerwise: true, late_start_fraction: 0.6 })).toEqual([])
  })

  test('progress, only where something reads it', () => {
    const hybrid = { hybrid_base: 'adamw', phase_scope: 'early' }
    const orthogonal = { orthogonal_residual: true, orthogonal_schedule: 'cosine' }
    for (const plasticity of [hybrid, orthogonal, { hybrid_base: 'adamw', modulation_schedule: 'late' }]) {
      expect(warned({}, plasticity)).toEqual([
        expect.stringMatching(/progress is always at least 1.*here.*--as-published/),
      ])
      expect(warned({}, plasticity, {}, true)).toEqual([expect.stringMatching(/^as published: .*progress is always/)])
    }
    for (const plasticity of [
      { phase_scope: 'early' },
      { orthogonal_schedule: 'late' },
      { ...orthogonal, hybrid_base: 'adamw' },
    ])
      expect(warned({}, plasticity).filter(warning => warning.includes('progress'))).toEqual([])
    expect(warned({ optimizer: 'sgd' }, hybrid)).toEqual([
      "plasticity has no effect: the optimizer is 'sgd'",
      expect.any(String),
    ])
  })

  test('gamma', () => {
    const exponential = { scheduler: 'exponential', scheduler_gamma: 0.97 }
    expect(warned(exponential)).toEqual([
      expect.stringMatching(
        /scheduler_gamma 0.97 once for every update of it; here once for the epoch. --as-published/,
      ),
    ])
    expect(warned(exponential, {}, {}, true)).toEqual([expect.stringMatching(/^as published: .*for every update/)])
    expect(decoded({ experiment: exponential }).run.decay).toEqual({ gamma: 0.97, per: 'epoch' })
    expect(decoded({ experiment: exponential }, true).run.decay).toEqual({ gamma: 0.97, per: 'update' })
    expect(decoded({ experiment: { scheduler: 'exponential' } }).run.decay?.gamma).toBe(0.95)
    expect(decoded({ experiment: { scheduler: 'exponential', scheduler_gamma: 1 } })).toMatchObject({ warnings: [] })
  })

  test('homeostatic.eps, which their loader drops', () => {
    expect(warned({}, {}, { eps: 1e-3 })).toEqual([expect.stringMatching(/ignores homeostatic.eps.*here it is 0.001/)])
    const config = { experiment: {}, homeostatic: { eps: 1e-3 } }
    expect(decoded(config).run.optimizer.homeostasis).toHaveProperty('eps', 1e-3)
    expect(decoded(config, true).run.optimizer.homeostasis).toHaveProperty('eps', 1e-8)
  })

  test('what other options make irrelevant, in their names', () => {
    expect(warned({}, { hybrid_base: 'sgd_momentum', bounded_residual: true })).toEqual([
      "plasticity.hybrid_base 'sgd_momentum' makes bounded_residual and orthogonal_residual irrelevant",
    ])
    expect(warned({ gradient_accumulation_steps: 3 })).toEqual([expect.stringMatching(/divides by that number/)])
    expect(warned({ dataset: 'synthetic_mnist', train_subset_indices_path: 'x' })).toEqual([
      expect.stringMatching(/train_subset_indices_path has no effect on 'synthetic_mnist'/),
    ])
  })
})

test('all faults of a file, with suggestions', () => {
  const config = {
    experiment: { dataset: 'mnits', epoch: 3, lr: '0.1', device: 'cuda:', seed: -1, resume_from: 'last.pt', tags: [1] },
    plasticity: { min_alpha: 3, mode: 'rule_base', activity_weight: 0.9, controller_low: 2, eps: 0 },
    homeostatic: { adapt_rate: 0.1, target_rms: 0 },
    plastcity: {},
  }
  expect(faults(config)).toEqual([
    "plastcity is not a key; did you mean 'plasticity'?",
    "experiment.epoch is not a key; did you mean 'epochs'?",
    "experiment.dataset must be one of 'mnist', 'fashionmnist', 'cifar10', 'synthetic_mnist'; got 'mnits'; did you mean 'mnist'?",
    "experiment.lr must be a number in (0, inf); got '0.1'",
    'experiment.seed must be an integer in [0, 9007199254740991]; got -1',
    "experiment.device must be 'cpu', 'cuda' or 'cuda:' and a number; got 'cuda:'",
    'experiment.tags must be an object; got an array',
    "experiment.resume_from must be absent, for a checkpoint of PyTorch cannot be read here; got 'last.pt'",
    "plasticity.mode must be one of 'rule_based', 'ablation_grad_only'; got 'rule_base'; did you mean 'rule_based'?",
    'plasticity.eps must be a number in [1e-45, inf); got 0',
    'plasticity.activity_weight, gradient_weight and memory_weight must add up to 1; got 1.5',
    'plasticity.min_alpha must be at most max_alpha, 2; got 3',
    'plasticity.controller_low must be at most controller_high, 1.2; got 2',
    expect.stringMatching(/^homeostatic.adapt_rate is not a key/),
    'homeostatic.target_rms must be a number in (0, inf); got 0',
  ])
})

test('sections', () => {
  expect(faults({})).toEqual(['the section experiment is missing; it may be empty'])
  expect(faults({ experiment: 1, plasticity: [], homeostatic: 'x' })).toEqual([
    'experiment must be an object; got 1',
    'plasticity must be an object; got an array',
    "homeostatic must be an object; got 'x'",
  ])
  expect(faults([])).toEqual(['the configuration must be an object; got an array'])
})

// Each with values that their code refuses too.
const outOfRange = {
  experiment: {
    batch_size: [0, -1, 1.5, '12', null],
    epochs: [0, Number.NaN, true],
    lr: [0, -1, Number.POSITIVE_INFINITY, 'x'],
    weight_decay: [-1],
    seed: [-1, 0.5],
    optimizer: ['adamx', 3],
    scheduler: ['cosine', false],
    scheduler_gamma: [0, 1.1],
    device: ['tpu', 'cuda:x', 7],
    amp_dtype: ['fp8'],
    log_level: ['verbose'],
    prefetch_factor: [0],
    num_workers: [-1],
    mixed_precision: ['maybe', 1],
    gradient_accumulation_steps: [0],
    save_every_n_epochs: [0],
  },
  plasticity: {
    plasticity_scale: [-0.1],
    warmup_epochs: [-1, 0.5],
    residual_max_ratio: [1.1],
    orthogonal_late_start_fraction: [1],
    modulation_strength: [-1],
    base_momentum: [0, 1],
    base_beta2: [1],
    layer_scope: ['allx', null],
    phase_scope: ['end'],
    saturation_threshold_fraction: [0.6],
    memory_weight: [-1],
    max_alpha: [0],
  },
  homeostatic: { max_update_norm: [0], adaptation_rate: [-0.1, 1.2], early_target_rms_scale: [0], eps: [0] },
} as const

const sectionOf = (name: keyof typeof outOfRange) => {
  const bad = Object.fromEntries(
    Object.entries(outOfRange[name]).map(([key, values]) => [key, fc.constantFrom(...values)]),
  )
  const unknown = fc.dictionary(
    fc.string({ minLength: 1 }).map(key => `zz${key}`),
    fc.anything(),
    { maxKeys: 5 },
  )
  return fc.tuple(fc.record(bad, { requiredKeys: [] }), unknown).map(([wrong, more]) => ({ ...wrong, ...more }))
}

test('however many faults there are, each is reported, and nothing else is', () => {
  const config = fc.record({
    experiment: sectionOf('experiment'),
    plasticity: sectionOf('plasticity'),
    homeostatic: sectionOf('homeostatic'),
  })
  fc.assert(
    fc.property(config, sections => {
      const expected = Object.entries(sections).flatMap(([name, section]) =>
        Object.keys(section).map(key => `${name}.${key} `),
      )
      const found = [...faults(sections)]
      expect(found).toHaveLength(expected.length)
      for (const start of expected) expect(found.some(fault => fault.startsWith(start))).toBe(true)
    }),
  )
})

test('decoding never throws', () => {
  const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true })
  const known = fc.record(
    Object.fromEntries(
      [...Object.keys(outOfRange.experiment), 'tags', 'run_name', 'resume_from', 'data_root'].map(key => [
        key,
        anything,
      ]),
    ),
    { requiredKeys: [] },
  )
  const sections = fc.record({ experiment: fc.oneof(known, anything), plasticity: anything, homeostatic: anything })
  fc.assert(
    fc.property(fc.oneof(anything, sections), fc.boolean(), (config, asPublished) => {
      expect(E.isLeft(decodePublishedConfig(config, { asPublished })) || E.isRight(decodePublishedConfig(config))).toBe(
        true,
      )
    }),
    { numRuns: 500 },
  )
})
