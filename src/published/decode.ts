/** From the authors' configuration to a run of ours. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { fromConfig } from '../config/fromConfig.js'
import type { ConfigErrors } from '../runtime/problems.js'
import type { Bounds } from '../train/index.js'
import type { OptimizerConfig } from '../transform/index.js'
import { type PublishedConfig, publishedSchema } from './schema.js'
import { type Given, publishedWarnings } from './warnings.js'

/** A data set by the authors' name. */
export type PublishedDataSet = PublishedConfig['experiment']['dataset']

/** A run of theirs, in our terms. */
export interface PublishedRun {
  /** `run_name`, else the optimizer. */
  readonly name: string
  readonly dataSet: PublishedDataSet
  /** A folder in which torchvision keeps its sets; absent where it is the usual one. */
  readonly dataRoot?: string
  /** A JSON file with the indices of the training examples to take; absent for all. */
  readonly subsetIndices?: string
  /** For `fromConfig`; `learningRate` is that of the first epoch. */
  readonly optimizer: OptimizerConfig
  /** Where the learning rate falls after each epoch: by which factor, for the epoch or for each update of it. */
  readonly decay?: { readonly gamma: number; readonly per: 'epoch' | 'update' }
  /** Whether progress is epoch / epochs, or always 1, as published. */
  readonly progress: 'epoch / epochs' | 'always 1'
  /** Where alpha is clipped, of NeuroPlastic. */
  readonly alphaBounds?: Bounds
  readonly seed: number
  readonly epochs: number
  /** Examples per update: their `batch_size` times their `gradient_accumulation_steps`. */
  readonly batchSize: number
  /** Parts in which they are met. */
  readonly accumulate: number
  readonly tags?: Readonly<Record<string, unknown>>
}

/** A run, and what of its file has no effect or another one than in the authors' code. */
export interface DecodedRun {
  readonly run: PublishedRun
  readonly warnings: readonly string[]
}

const camel = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** The same fields and words under our names: `orthogonal_lambda` is `orthogonalLambda`, `'sgd_momentum'` `'sgdMomentum'`. */
const renamed = (fields: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [camel(key), typeof value === 'string' ? camel(value) : value]),
  )

const snake = (message: string): string =>
  message.replace(/\b[a-z]+(?:[A-Z][a-z]*)+\b/g, word => word.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`))

// Words of theirs that are not ours in another spelling.
const layerScopes: Readonly<Record<string, string>> = { head_only: 'classifier_only', late: 'late_blocks' }
const phases = { constant: 'full', warmup: 'early', late: 'late' } as const

const plasticityOf = (p: PublishedConfig['plasticity']) => {
  const { modulation_scope, modulation_schedule, late_start_fraction: _, layerwise: __, ...fields } = p
  const layerScope = p.layer_scope === 'all' ? modulation_scope : p.layer_scope
  return renamed({
    ...fields,
    mode: p.mode === 'ablation_grad_only' ? 'grad_only' : p.mode,
    layer_scope: layerScopes[layerScope] ?? layerScope,
    phase_scope: p.phase_scope === 'full' ? phases[modulation_schedule] : p.phase_scope,
    orthogonal_max_ratio: p.orthogonal_max_ratio ?? p.residual_max_ratio,
  })
}

const optimizerOf = (
  { experiment, plasticity, homeostatic }: PublishedConfig,
  asPublished: boolean,
): OptimizerConfig => {
  const { optimizer, lr: learningRate, weight_decay: weightDecay } = experiment
  if (optimizer === 'sgd') return { optimizer, learningRate, weightDecay, momentum: 0.9 }
  if (optimizer !== 'neuroplastic') return { optimizer, learningRate, weightDecay }
  const homeostasis = renamed(asPublished ? { ...homeostatic, eps: 1e-8 } : homeostatic)
  return { optimizer, learningRate, weightDecay, plasticity: plasticityOf(plasticity), homeostasis }
}

const runOf = (config: PublishedConfig, asPublished: boolean): PublishedRun => {
  const { experiment: e, plasticity: p } = config
  const gamma = e.scheduler === 'exponential' ? e.scheduler_gamma : 1
  return {
    name: e.run_name ?? e.optimizer,
    dataSet: e.dataset,
    ...(e.data_root !== undefined && { dataRoot: e.data_root }),
    ...(e.train_subset_indices_path !== undefined && { subsetIndices: e.train_subset_indices_path }),
    optimizer: optimizerOf(config, asPublished),
    ...(gamma !== 1 && { decay: { gamma, per: asPublished ? 'update' : 'epoch' } }),
    progress: asPublished ? 'always 1' : 'epoch / epochs',
    ...(e.optimizer === 'neuroplastic' && { alphaBounds: [p.min_alpha, p.max_alpha] as const }),
    seed: e.seed,
    epochs: e.epochs,
    batchSize: e.batch_size * e.gradient_accumulation_steps,
    accumulate: e.gradient_accumulation_steps,
    ...(e.tags !== undefined && { tags: e.tags }),
  }
}

/**
 * Decodes a configuration of the NeuroPlastic authors: sections `experiment`, `plasticity`, `homeostatic`. Where a key is
 * absent their default holds.
 *
 * @param config plain values, such as `parseYaml` gives; anything else is an error, not an exception
 * @param options.asPublished whether to reproduce what their runner does by oversight; default false
 * @returns right the run, with warnings for fields without effect and for those oversights; left every fault of the file
 * @example
 * pipe(parseYaml(text), E.flatMap(config => decodePublishedConfig(config, { asPublished: true })))
 */
export const decodePublishedConfig = (
  config: unknown,
  { asPublished = false }: { readonly asPublished?: boolean | undefined } = {},
): E.Either<ConfigErrors, DecodedRun> =>
  pipe(
    publishedSchema(config, ''),
    E.flatMap(decoded => {
      const run = runOf(decoded, asPublished)
      const warnings = [...publishedWarnings(decoded, config as Given, asPublished)]
      return pipe(
        // Made here to be told of options that others make irrelevant, in their own names.
        fromConfig(run.optimizer, { warn: message => warnings.push(snake(message)) }),
        E.map(() => ({ run, warnings })),
      )
    }),
  )
