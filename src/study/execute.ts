/** One run of a study, from its data to its record. */
import * as E from 'fp-ts/lib/Either.js'
import { cifarAugmentation, type DataSet } from '../data/index.js'
import { sizeOf } from '../expr/shape.js'
import { lenet5, type Model, mlp, resnet18, smallCnn } from '../models/index.js'
import { type Progress, readCheckpoint, train } from '../train/index.js'
import { useWasm } from '../wasm/index.js'
import { preparedData } from './data.js'
import type { RunStore } from './engine.js'
import { transformOf } from './plan.js'
import type { ModelChoice, PlannedRun, RunRecord, Study } from './types.js'
import { versions } from './versions.js'

/** Who wants to know how a run comes along, and may end it. */
export interface Watching {
  readonly onProgress?: (progress: Progress) => void
  /** Aborted, the run is rejected with its reason; all up to its last epoch is kept. */
  readonly signal?: AbortSignal
}

/** A model for a data set. */
const modelFor = ({ name, width }: ModelChoice, { inputShape, classes }: DataSet): Model => {
  const images = { inputShape: inputShape as readonly [number, number, number], classes }
  switch (name) {
    case 'mlp':
      return mlp({ sizes: [sizeOf(inputShape), 256, 256, classes] })
    case 'small-cnn':
      return smallCnn(images)
    case 'lenet5':
      return lenet5(images)
    case 'resnet18':
      return resnet18({ ...images, ...(width !== undefined && { width }) })
  }
}

/**
 * Runs a run on the WASM backend, from its last checkpoint where there is one: the numbers are those of a run without
 * interruption, bit for bit. After each epoch a checkpoint is saved and an event logged; at the end the record.
 *
 * @param study has the run's variant
 * @param store where all this goes
 * @throws Error where data or model cannot be had, or do not fit; what the store throws; the reason of the signal
 * @example
 * const record = await executeRun(study, run, await folderStore('out', run))
 */
export const executeRun = async (
  study: Study,
  run: PlannedRun,
  store: RunStore,
  { onProgress, signal }: Watching = {},
): Promise<RunRecord> => {
  const { spec } = run
  await useWasm()
  const data = await preparedData(spec)
  const saved = await store.checkpoint()
  // One that cannot be read is none: what was written whole is whole, so that the disk lied, and the run can be done again.
  const before = saved === undefined ? E.left([]) : readCheckpoint(saved)
  const epoch = E.isRight(before) ? before.right.epochs.length : 0
  await store.log({ event: epoch > 0 ? 'resumed' : 'started', epoch, versions: versions() })

  const row = study.variants[spec.variant]
  const trained = await train({
    model: modelFor(spec.model, data),
    transform: transformOf(study, spec),
    train: data.train,
    test: data.validation ?? data.test,
    seed: spec.seed,
    epochs: spec.epochs,
    batchSize: spec.batchSize,
    ...(row?.alphaBounds && { alphaBounds: row.alphaBounds(spec.settings) }),
    ...(spec.diagnosticsEvery > 0 && { diagnostics: { every: spec.diagnosticsEvery } }),
    ...(spec.augment && { augmentation: cifarAugmentation }),
    ...(epoch > 0 && { resume: saved }),
    onEpoch: async (result, checkpoint) => {
      await store.save(checkpoint())
      await store.log({ event: 'epoch', result })
    },
    onProgress,
    signal,
  })
  const { outcome, epochs, parameters, stateBytes } = trained
  const record = { ...run, outcome, epochs, parameters, stateBytes, versions: versions() }
  const reason = outcome.status === 'diverged' && { reason: outcome.reason }
  await store.log({ event: outcome.status === 'diverged' ? 'diverged' : 'finished', ...reason })
  await store.finish(record)
  return record
}
