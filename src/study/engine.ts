/** What runs the runs of a study: worker threads of this process, or workers anywhere behind a queue. */
import type { EpochResult, Progress } from '../train/index.js'
import type { PlannedRun, RunRecord } from './types.js'

/** How a study was asked for: enough to make the same study again in another thread, or on another machine that has it. */
export interface StudyRequest {
  /** The name of a built-in study, or the path of a module whose default export is a `defineStudy`. */
  readonly study: string
  readonly quick: boolean
  readonly asPublished: boolean
  /** Only these variants. */
  readonly variants?: readonly string[]
  readonly seeds?: number
  readonly epochs?: number
  /** Where all its data sets are: `'shipped'`, `'full'` or a folder. */
  readonly data?: string
}

/** What a run has to tell while it goes on; each is a line of its `events.jsonl`. */
export type RunEvent = {
  /** When, as ISO 8601 writes it: set where it is logged. */
  readonly at?: string
} & (
  | {
      readonly event: 'started' | 'resumed'
      readonly epoch: number
      readonly versions: Readonly<Record<string, string>>
      /** Why not from the checkpoint that there was. */
      readonly reason?: string
    }
  | { readonly event: 'epoch'; readonly result: EpochResult }
  | { readonly event: 'finished' | 'diverged'; readonly reason?: string }
  /** `damaged`: what it had left cannot be read, for which reason it is done again. */
  | { readonly event: 'failed' | 'damaged'; readonly reason: string }
)

/** Where a run keeps what must outlast it: a folder, or the queue. */
export interface RunStore {
  /** The last checkpoint that was saved; none for a run that has not come through its first epoch. */
  readonly checkpoint: () => Promise<Uint8Array | undefined>
  /** Replaces the checkpoint, whole. */
  readonly save: (checkpoint: Uint8Array) => Promise<void>
  /** Appends an event. */
  readonly log: (event: RunEvent) => Promise<void>
  /** Writes the record, whole: from then on the run is finished. */
  readonly finish: (record: RunRecord) => Promise<void>
}

/** Who wants to know how runs come along. None of them may throw. */
export interface EngineEvents {
  /** `worker` names a thread or a machine. */
  readonly progress: (run: PlannedRun, worker: string, progress: Progress) => void
  readonly finished: (record: RunRecord) => void
  /** The run could not be done, such as for want of memory, or of its data on a worker; others go on. */
  readonly failed: (run: PlannedRun, reason: string) => void
}

/** Runs runs. The records are in the study's folder before `finished` is told. */
export interface Engine {
  /** Runs all of them, in about this order; resolves when each has finished or failed, rejects with the signal's reason, or where none can run. */
  readonly run: (runs: readonly PlannedRun[], events: EngineEvents, signal: AbortSignal) => Promise<void>
  /** Lets go of threads and connections; may be called more than once. */
  readonly close: () => Promise<void>
}

/** What an engine has to know of a study: how to make it again, what it has to come to, and the folder for its results. */
export interface EngineContext {
  readonly request: StudyRequest
  readonly fingerprint: string
  readonly folder: string
  /** Whether checkpoints of finished runs stay. Default: they are removed, for nothing reads them any more. */
  readonly keepCheckpoints?: boolean
}
