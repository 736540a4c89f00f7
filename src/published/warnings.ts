/** What of a configuration has no effect here, and where the authors' runner does otherwise. */
import type { PublishedConfig } from './schema.js'

type Section<K extends keyof PublishedConfig> = PublishedConfig[K]

/** What was in the file, before defaults. */
export type Given = Readonly<Record<string, Readonly<Record<string, unknown>> | null | undefined>>

/** A field without effect: the value that asks for nothing, if there is one, and why any other is idle. */
type Idle<S> = { readonly [K in keyof S]?: { readonly unless?: S[K] | undefined; readonly because: string } }

const noLoader = 'batches are made in this process, with no workers'
const noCheckpoints = 'no checkpoints are written'
const noLog = 'there is no log; progress goes to standard error'

const idleExperiment: Idle<Section<'experiment'>> = {
  num_workers: { unless: 0, because: noLoader },
  pin_memory: { unless: false, because: noLoader },
  persistent_workers: { unless: false, because: noLoader },
  prefetch_factor: { unless: undefined, because: noLoader },
  download: {
    unless: false,
    because: 'nothing is downloaded; a set that is missing is named, with the command that brings it',
  },
  device: { unless: 'cpu', because: 'runs are on the CPU, on the WASM backend' },
  mixed_precision: { unless: false, because: 'everything is float32' },
  amp_dtype: { because: 'everything is float32' },
  output_dir: { because: 'nothing is written there; --json FILE writes the results' },
  checkpoint_dir: { because: noCheckpoints },
  save_every_n_epochs: { because: noCheckpoints },
  save_best_only: { unless: false, because: noCheckpoints },
  log_level: { because: noLog },
  log_json: { unless: false, because: noLog },
  metrics_flush_every_epoch: { because: noLog },
}

const inTheirs = "nor has it in the authors' code, which reads it and never uses it"

const idlePlasticity: Idle<Section<'plasticity'>> = {
  layerwise: { unless: true, because: inTheirs },
  late_start_fraction: { unless: 0.6, because: inTheirs },
}

const idleIn = <S extends object>(name: string, table: Idle<S>, decoded: S, given: Given): readonly string[] =>
  (Object.keys(table) as (keyof S & string)[]).flatMap(key => {
    const { unless, because } = table[key] as { readonly unless?: unknown; readonly because: string }
    const isGiven = Object.hasOwn(given[name] ?? {}, key)
    return isGiven && (!('unless' in (table[key] as object)) || decoded[key] !== unless)
      ? [`${name}.${key} has no effect: ${because}`]
      : []
  })

const REPRODUCE = '--as-published does as they do'

/** A quirk of their runner, told from the side that was chosen. */
const quirk = (asPublished: boolean, theirs: string, sane: string): string =>
  asPublished ? `as published: ${theirs}` : `${theirs}; here ${sane}. ${REPRODUCE}`

const quirks = (config: PublishedConfig, given: Given, asPublished: boolean): readonly string[] => {
  const { experiment: e, plasticity: p, homeostatic: h } = config
  const isNeuroPlastic = e.optimizer === 'neuroplastic'
  const layered = p.layer_scope === 'all' && p.modulation_scope !== 'all'
  const phased = p.phase_scope === 'full' && p.modulation_schedule !== 'constant'
  const byPhase = p.hybrid_base !== 'classic' && (p.phase_scope !== 'full' || p.modulation_schedule !== 'constant')
  const bySchedule = p.hybrid_base === 'classic' && p.orthogonal_residual && p.orthogonal_schedule !== 'constant'
  const tell = (theirs: string, sane: string) => quirk(asPublished, theirs, sane)
  return [
    ...(isNeuroPlastic && (byPhase || bySchedule)
      ? [
          tell(
            `the authors' runner never sets the number of epochs, so that its progress is always at least 1: ${
              bySchedule
                ? `plasticity.orthogonal_schedule '${p.orthogonal_schedule}' is always 1`
                : "the phases 'early' and 'middle' never come, and 'late' always is"
            }`,
            'progress is epoch / epochs',
          ),
        ]
      : []),
    ...(e.scheduler === 'exponential' && e.scheduler_gamma !== 1
      ? [
          tell(
            `the authors' runner multiplies the learning rate after each epoch by experiment.scheduler_gamma ${e.scheduler_gamma} once for every update of it`,
            'once for the epoch',
          ),
        ]
      : []),
    ...(isNeuroPlastic && h.eps !== 1e-8
      ? [tell(`the authors' loader ignores homeostatic.eps, and takes 1e-8`, `it is ${h.eps}`)]
      : []),
    ...(e.gradient_accumulation_steps > 1
      ? [
          `the last update of an epoch may have fewer than experiment.gradient_accumulation_steps ${e.gradient_accumulation_steps} batches: the authors' runner divides by that number all the same, here it is the mean`,
        ]
      : []),
    ...(isNeuroPlastic && layered && Object.hasOwn(given.plasticity ?? {}, 'layer_scope')
      ? [`plasticity.modulation_scope '${p.modulation_scope}' wins over layer_scope 'all', as in the authors' code`]
      : []),
    ...(isNeuroPlastic && phased && Object.hasOwn(given.plasticity ?? {}, 'phase_scope')
      ? [
          `plasticity.modulation_schedule '${p.modulation_schedule}' wins over phase_scope 'full', as in the authors' code`,
        ]
      : []),
  ]
}

/**
 * Everything in a configuration that does nothing here, or that the authors' runner does in a way of its own: a sentence each.
 * A field warns only where it asks for something that does not happen.
 *
 * @param config decoded
 * @param given the same before defaults
 * @param asPublished whether the quirks are reproduced
 * @example
 * publishedWarnings(config, raw, false) // ["experiment.device has no effect: runs are on the CPU, on the WASM backend"]
 */
export const publishedWarnings = (config: PublishedConfig, given: Given, asPublished: boolean): readonly string[] => {
  const { experiment, plasticity } = config
  return [
    ...idleIn('experiment', idleExperiment, experiment, given),
    ...(experiment.scheduler === undefined && Object.hasOwn(given.experiment ?? {}, 'scheduler_gamma')
      ? ['experiment.scheduler_gamma has no effect: there is no scheduler']
      : []),
    ...(experiment.optimizer === 'neuroplastic'
      ? idleIn('plasticity', idlePlasticity, plasticity, given)
      : ['plasticity', 'homeostatic']
          .filter(name => given[name] !== undefined && given[name] !== null)
          .map(name => `${name} has no effect: the optimizer is '${experiment.optimizer}'`)),
    ...(experiment.dataset === 'synthetic_mnist' && experiment.train_subset_indices_path !== undefined
      ? ["experiment.train_subset_indices_path has no effect on 'synthetic_mnist', nor has it in the authors' code"]
      : []),
    ...quirks(config, given, asPublished),
  ]
}
