/** Made-up results of studies. */

import type { Role, RunRecord, RunSpec, Settings, StudyResult } from '../../src/study/types.js'
import type { Diagnostics } from '../../src/train/diagnostics/types.js'
import type { EpochResult } from '../../src/train/index.js'

const roles: Readonly<Record<string, Role>> = {
  neuroplastic: 'plasticity',
  'grad-only': 'plasticity',
  'alpha-one': 'control',
  'alpha-shuffled': 'control',
  adam: 'baseline',
  sgd: 'baseline',
}

/** A number in [-1, 1] that keys decide. */
export const noise = (...keys: readonly (string | number)[]): number => {
  let bits = 7
  for (const character of keys.join(' ')) bits = Math.imul(bits ^ character.charCodeAt(0), 0x01000193)
  bits = Math.imul(bits ^ (bits >>> 15), 0x85ebca6b)
  return ((bits ^ (bits >>> 13)) >>> 0) / 2 ** 31 - 1
}

/** Diagnostics of an epoch, with alpha as asked for. */
export const diagnostics = (epoch: number, mean: number, controlled = false): Diagnostics =>
  ({
    steps: 4,
    rawGradientNorm: 2 / epoch,
    parameterNorm: 20 + epoch,
    stepNorm: 0.2 / epoch,
    rawUpdateNorm: 2.4 / epoch,
    effectiveUpdateNorm: 1.8 / epoch,
    alphaMean: mean,
    alphaStd: 0.3 + 0.02 * epoch,
    alphaFractionNearMin: 0.02 * epoch,
    alphaFractionNearMax: 0.03 * epoch,
    plasticityDeltaNorm: 0.4 / epoch,
    alphaBounds: [0.5, 1.5],
    alphaHistogram: Array.from({ length: 64 }, (_, bin) =>
      Math.round(1000 * Math.exp(-(((bin - 20 - 2 * epoch) / (6 + epoch)) ** 2))),
    ),
    ...(controlled && {
      controllerMultiplierMeanEarlyBlocks: 1 + 0.01 * epoch,
      controllerMultiplierMeanLateBlocks: 1 - 0.005 * epoch,
      controllerMultiplierMeanClassifier: 1.05,
    }),
  }) as unknown as Diagnostics

/** Epochs whose accuracy comes to `final`. */
export const epochsTo = (final: number, count: number, of?: (epoch: number) => Diagnostics): readonly EpochResult[] =>
  Array.from({ length: count }, (_, i) => {
    const epoch = i + 1
    const testAccuracy = final - 0.2 * (Math.exp(-epoch / 2) - Math.exp(-count / 2))
    return {
      epoch,
      trainLoss: 1.1 * (1 - testAccuracy) + 0.2 / epoch,
      testLoss: 2 * (1 - testAccuracy),
      testAccuracy,
      seconds: 1.5,
      evaluationSeconds: 0.2,
      ...(of && { diagnostics: of(epoch) }),
    }
  })

export const spec = (variant: string, seed: number, more: Partial<RunSpec> = {}): RunSpec => ({
  stage: 'final',
  variant,
  settings: { learningRate: 0.1 },
  data: { name: 'fashion-mnist' },
  model: { name: 'mlp' },
  fraction: 1,
  labelNoise: 0,
  validation: 0,
  seed,
  epochs: 6,
  batchSize: 128,
  augment: false,
  diagnosticsEvery: 10,
  ...more,
})

const recordOf = (given: RunSpec, rest: Pick<RunRecord, 'outcome' | 'epochs'>): RunRecord => ({
  id: `${given.variant}-${JSON.stringify([given.fraction, given.labelNoise, given.settings])}-s${given.seed}`,
  spec: given,
  parameters: 269322,
  stateBytes: 269322 * 12,
  versions: { plastax: '0.1.0', node: '20' },
  ...rest,
})

/** A run that completed with this accuracy. */
export const completed = (given: RunSpec, final: number, of?: (epoch: number) => Diagnostics): RunRecord =>
  recordOf(given, { outcome: { status: 'completed' }, epochs: epochsTo(final, given.epochs, of) })

/** A run that diverged in its second epoch. */
export const diverged = (given: RunSpec): RunRecord =>
  recordOf(given, {
    outcome: { status: 'diverged', epoch: 2, step: 7, reason: 'the training loss is NaN' },
    epochs: epochsTo(0.1, 1),
  })

/** A result with these runs. */
export const resultOf = (runs: readonly RunRecord[], more: Partial<StudyResult> = {}): StudyResult => {
  const present = [...new Set(runs.map(({ spec }) => spec.variant))]
  const variants = Object.fromEntries(
    present.map(name => [name, { role: roles[name] ?? 'baseline', description: `about ${name}` }]),
  )
  const plastic = present.filter(name => variants[name]?.role === 'plasticity')
  const controls = present.filter(name => variants[name]?.role === 'control')
  return {
    name: 'made-up',
    description: 'Full plasticity, its controls, and plain optimizers.',
    against: present.filter(name => variants[name]?.role !== 'plasticity'),
    variants,
    controls: Object.fromEntries(plastic.map(name => [name, controls])),
    selection: 'fixed',
    metric: 'accuracy',
    options: [],
    choices: [],
    runs,
    missing: [],
    ...more,
  }
}

const LEVEL: Readonly<Record<string, number>> = {
  neuroplastic: 0.8763,
  'grad-only': 0.8719,
  'alpha-one': 0.877,
  'alpha-shuffled': 0.8755,
  adam: 0.885,
  sgd: 0.8812,
}

/** Runs of all variants, or some, on `seeds` seeds in a cell, with diagnostics. */
export const runsOf = (
  seeds: number,
  more: Partial<RunSpec> = {},
  variants: readonly string[] = Object.keys(roles),
): readonly RunRecord[] =>
  Array.from({ length: seeds }, (_, seed) => seed).flatMap(seed =>
    variants.map(variant => {
      const given = spec(variant, seed, more)
      const lack = -0.06 * Math.log10(1 / given.fraction) - 0.1 * given.labelNoise
      const final =
        (LEVEL[variant] ?? 0.85) +
        lack +
        0.003 * noise(seed, given.fraction) +
        0.002 * noise(variant, seed, given.fraction)
      const plastic = roles[variant] === 'plasticity' || variant === 'alpha-shuffled'
      return completed(
        given,
        final,
        plastic
          ? epoch =>
              diagnostics(epoch, 1 + 0.03 * epoch + 0.01 * noise(variant, seed, epoch), variant === 'neuroplastic')
          : undefined,
      )
    }),
  )

const rateSettings = (learningRate: number): Settings => ({ learningRate })

/** Every candidate of a few variants over learning rates, of which the highest diverge. */
export const sweep = (rates: readonly number[], seeds = 2): readonly RunRecord[] =>
  ['neuroplastic', 'alpha-one', 'adam'].flatMap((variant, i) =>
    rates.flatMap(rate =>
      Array.from({ length: seeds }, (_, seed) => {
        const given = spec(variant, seed, { settings: rateSettings(rate) })
        const off = Math.log10(rate) + 1 + i
        return off > 1.2
          ? diverged(given)
          : completed(given, 0.88 - 0.06 * off * off + 0.003 * noise(variant, rate, seed))
      }),
    ),
  )
