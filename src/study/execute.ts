/** One run of a study, from its data to its record. */
import { cifarAugmentation } from '../data/index.js'
import { epochsIn, type Progress, ResumeError, train } from '../train/index.js'
import { useWasm } from '../wasm/index.js'
import { preparedData } from './data.js'
import type { RunStore } from './engine.js'
import { modelFor } from './models.js'
import { rowOf, transformOf } from './plan.js'
import type { PlannedRun, RunRecord, Study } from './types.js'
import { versions } from './versions.js'

/** Who wants to know how a run comes along, and may end it. */
export interface Watching {
  readonly onProgress?: (progress: Progress) => void
  /** Aborted, the run is rejected with its reason; all up to its last epoch is kept. */
  readonly signal?: AbortSignal
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
  const epoch = epochsIn(saved)
  await store.log({ event: epoch > 0 ? 'resumed' : 'started', epoch, versions: versions() })

  const row = rowOf(study, spec.variant)
  const attempt = (resume?: Uint8Array) =>
    train({
      model: modelFor(spec.model, data),
      transform: transformOf(study, spec),
      train: data.train,
      test: data.validation ?? data.test,
      seed: spec.seed,
      epochs: spec.epochs,
      batchSize: spec.batchSize,
      ...(row.alphaBounds && { alphaBounds: row.alphaBounds(spec.settings) }),
      ...(spec.diagnosticsEvery > 0 && { diagnostics: { every: spec.diagnosticsEvery } }),
      ...(spec.augment && { augmentation: cifarAugmentation }),
      ...(resume && { resume }),
      onEpoch: async (result, checkpoint) => {
        await store.save(checkpoint())
        await store.log({ event: 'epoch', result })
      },
      onProgress,
      signal,
    })
  const trained = await attempt(epoch > 0 ? saved : undefined).catch(async error => {
    // Of other data, or another version: the run can be done again, which no command would say of it.
    if (!(error instanceof ResumeError)) throw error
    await store.log({ event: 'started', epoch: 0, versions: versions(), reason: error.message })
    return attempt()
  })
  const { outcome, epochs, parameters, stateBytes } = trained
  const record = { ...run, outcome, epochs, parameters, stateBytes, versions: versions() }
  const reason = outcome.status === 'diverged' && { reason: outcome.reason }
  await store.log({ event: outcome.status === 'diverged' ? 'diverged' : 'finished', ...reason })
  await store.finish(record)
  return record
}
