/** The schema of the NeuroPlastic authors' configuration files: names, ranges and defaults are theirs. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import {
  boolean,
  type Decoded,
  type Decoder,
  eps,
  expected,
  number,
  oneOf,
  optional,
  record,
} from '../config/decode.js'
import { type ConfigErrors, isNonEmpty } from '../runtime/problems.js'
import { LIMITS } from '../train/limits.js'

type Fields = Readonly<Record<string, Decoder<unknown>>>

/** Reads what may be absent or null. */
const nullable =
  <T>(decode: Decoder<T>): Decoder<T | undefined> =>
  (value, path) =>
    optional(decode)(value ?? undefined, path)

/** Reads a word whatever its letters' case. */
const anyCase =
  <T>(decode: Decoder<T>): Decoder<T> =>
  (value, path) =>
    decode(typeof value === 'string' ? value.toLowerCase() : value, path)

// Their loader reads YAML 1.1, in which these words are booleans.
const booleanWords: Readonly<Record<string, boolean>> = { yes: true, on: true, no: false, off: false }

const flag =
  (byDefault: boolean): Decoder<boolean> =>
  (value, path) => {
    const word = typeof value === 'string' ? value.toLowerCase() : ''
    return boolean(byDefault)(Object.hasOwn(booleanWords, word) ? booleanWords[word] : value, path)
  }

/** Text; a number is text too, as in `run_name: 7`. */
const text: Decoder<string> = (value, path) =>
  (typeof value === 'string' && value !== '') || typeof value === 'number'
    ? E.right(String(value))
    : expected(path, 'text', value)

const device: Decoder<string> = (value = 'cpu', path) =>
  typeof value === 'string' && /^(cpu|cuda(:\d+)?)$/.test(value)
    ? E.right(value)
    : expected(path, "'cpu', 'cuda' or 'cuda:' and a number", value)

/** A mapping of anything. */
const mapping: Decoder<Readonly<Record<string, unknown>>> = (value, path) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? E.right({ ...value })
    : expected(path, 'an object', value)

/** To begin from the start instead would be another experiment. */
const checkpoint: Decoder<undefined> = (value, path) =>
  expected(path, 'absent, for a checkpoint of PyTorch cannot be read here', value)

const count = 'integer in [1, 1000000]'

const experiment = {
  dataset: anyCase(oneOf('mnist', 'fashionmnist', 'cifar10', 'synthetic_mnist')),
  batch_size: number(count, 128),
  epochs: number(LIMITS.epochs, 3),
  lr: number('(0, inf)', 1e-3),
  weight_decay: number('[0, inf)', 0),
  optimizer: oneOf('neuroplastic', 'sgd', 'adam', 'adamw'),
  seed: number(LIMITS.seed, 42),
  num_workers: number('integer in [0, inf)', 2),
  data_root: optional(text),
  download: flag(true),
  pin_memory: flag(false),
  persistent_workers: flag(false),
  prefetch_factor: nullable(number(count)),
  output_dir: optional(text),
  checkpoint_dir: optional(text),
  device,
  scheduler: nullable(oneOf('exponential')),
  scheduler_gamma: number('(0, 1]', 0.95),
  mixed_precision: flag(false),
  amp_dtype: oneOf('fp16', 'bf16'),
  gradient_accumulation_steps: number(count, 1),
  run_name: nullable(text),
  tags: nullable(mapping),
  resume_from: nullable(checkpoint),
  train_subset_indices_path: nullable(text),
  save_every_n_epochs: number(count, 1),
  save_best_only: flag(false),
  log_level: anyCase(oneOf('info', 'critical', 'error', 'warning', 'debug', 'notset')),
  log_json: flag(false),
  metrics_flush_every_epoch: flag(true),
}

const plasticity = {
  mode: oneOf('rule_based', 'ablation_grad_only'),
  hybrid_base: oneOf('classic', 'sgd_momentum', 'adamw'),
  modulation_target: oneOf('gain', 'momentum', 'trust_ratio'),
  modulation_scope: oneOf('all', 'late', 'conv_only'),
  modulation_schedule: oneOf('constant', 'warmup', 'late'),
  lr_controller_mode: oneOf('off', 'global', 'layerwise', 'classifier_only'),
  layer_scope: oneOf('all', 'conv_only', 'classifier_only', 'head_only', 'early_blocks', 'late_blocks', 'late'),
  phase_scope: oneOf('full', 'early', 'middle', 'late'),
  modulation_strength: number('[0, inf)', 0.15),
  modulation_max_ratio: number('[0, 1]', 0.25),
  controller_alpha: number('[0, inf)', 0.1),
  controller_low: number('(0, inf)', 0.8),
  controller_high: number('(0, inf)', 1.2),
  base_momentum: number('(0, 1)', 0.9),
  base_beta2: number('(0, 1)', 0.999),
  base_eps: eps,
  late_start_fraction: number('[0, 1)', 0.6),
  activity_weight: number('[0, inf)', 0.4),
  gradient_weight: number('[0, inf)', 0.4),
  memory_weight: number('[0, inf)', 0.2),
  plasticity_scale: number('[0, inf)', 1),
  warmup_epochs: number('integer in [0, inf)', 0),
  bounded_residual: flag(false),
  residual_max_ratio: number('[0, 1]', 0.5),
  orthogonal_residual: flag(false),
  orthogonal_lambda: number('[0, inf)', 0.1),
  orthogonal_max_ratio: optional(number('[0, 1]')),
  orthogonal_normalization: oneOf('raw', 'match_grad_norm'),
  orthogonal_schedule: oneOf('constant', 'late', 'cosine'),
  orthogonal_late_start_fraction: number('[0, 1)', 0.3),
  min_alpha: number('(0, inf)', 0.2),
  max_alpha: number('(0, inf)', 2),
  saturation_threshold_fraction: number('[0, 0.5]', 0.05),
  layerwise: flag(true),
  parameterwise: flag(true),
  eps,
}

const homeostatic = {
  max_update_norm: number('(0, inf)', 1),
  target_rms: number('(0, inf)', 0.02),
  adaptation_rate: number('[0, 1]', 0.01),
  early_target_rms_scale: number('(0, inf)', 1),
  middle_target_rms_scale: number('(0, inf)', 1),
  late_target_rms_scale: number('(0, inf)', 1),
  eps,
}

type NumberOfPlasticity = {
  [K in keyof typeof plasticity]: (typeof plasticity)[K] extends Decoder<number> ? K : never
}[keyof typeof plasticity]

/** What no field of `plasticity` can say by itself. A field that is wrong by itself is NaN here, of which nothing is said. */
const contradictions = (given: Readonly<Record<string, unknown>>, path: string): readonly string[] => {
  const read = (name: NumberOfPlasticity): number =>
    pipe(
      plasticity[name](given[name], name),
      E.getOrElse(() => Number.NaN),
    )
  const total = read('activity_weight') + read('gradient_weight') + read('memory_weight')
  return [
    ...(Math.abs(total - 1) > 1e-6
      ? [`${path}.activity_weight, gradient_weight and memory_weight must add up to 1; got ${total}`]
      : []),
    ...(read('min_alpha') > read('max_alpha')
      ? [`${path}.min_alpha must be at most max_alpha, ${read('max_alpha')}; got ${read('min_alpha')}`]
      : []),
    ...(read('controller_low') > read('controller_high')
      ? [
          `${path}.controller_low must be at most controller_high, ${read('controller_high')}; got ${read('controller_low')}`,
        ]
      : []),
  ]
}

/** Reads a section, which may be null, as one without entries is in YAML. */
const section =
  <const F extends Fields>(
    fields: F,
    contradictionsOf: (given: Readonly<Record<string, unknown>>, path: string) => readonly string[] = () => [],
  ): Decoder<Decoded<F>> =>
  (value, path) => {
    const decoded = record(fields)(value ?? {}, path)
    const more = pipe(
      mapping(value ?? {}, path),
      E.match(
        () => [],
        given => contradictionsOf(given, path),
      ),
    )
    const errors = [...(E.isLeft(decoded) ? decoded.left : []), ...more]
    return isNonEmpty(errors) ? E.left(errors) : decoded
  }

const required =
  <T>(decode: Decoder<T>): Decoder<T> =>
  (value, path) =>
    value === undefined ? E.left([`the section ${path} is missing; it may be empty`]) : decode(value, path)

/**
 * Reads a whole configuration: sections `experiment` (required), `plasticity` and `homeostatic`. All faults are reported, of
 * fields, of names, and of fields that contradict each other.
 *
 * @example
 * publishedSchema({ experiment: { dataset: 'mnist', lr: 0.1 } }, '')
 */
export const publishedSchema = record({
  experiment: required(section(experiment)),
  plasticity: section(plasticity, contradictions),
  homeostatic: section(homeostatic),
})

/** A configuration of theirs, complete. */
export type PublishedConfig = ReturnType<typeof publishedSchema> extends E.Either<ConfigErrors, infer T> ? T : never
