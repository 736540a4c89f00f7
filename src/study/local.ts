/** Running runs on threads of this machine. */
import { availableParallelism } from 'node:os'
import type { Progress } from '../train/index.js'
import { dataProblems } from './data.js'
import type { Engine, EngineContext } from './engine.js'
import { messageOf, StudyError } from './error.js'
import { logFailure } from './folder.js'
import { threadPool } from './threads.js'
import type { PlannedRun } from './types.js'

/** What a thread is given: see worker.ts. */
export interface ThreadTask {
  readonly run: PlannedRun
}

/**
 * An engine of worker threads, each with a WASM backend of its own. It needs nothing but this machine.
 *
 * Its `run` rejects with a `StudyError`, before anything runs, where a data set cannot be had.
 *
 * @param context the study, and the folder for its runs
 * @param workers how many threads: an integer >= 1. Default: as many as there are cores
 * @example
 * const engine = localEngine({ request, fingerprint, folder: 'out' }, 2)
 */
export const localEngine = (context: EngineContext, workers: number = availableParallelism()): Engine => {
  const pool = threadPool<ThreadTask>(new URL('./worker.js', import.meta.url), context, workers)

  return {
    run: async (runs, events, signal) => {
      // Here all threads have the same disk, and what one misses none has.
      const problems = await dataProblems(runs.map(({ spec }) => spec.data))
      if (problems.length > 0) throw new StudyError('data', problems)
      const waiting = runs.values()
      /** One after another, as long as there are any: a lane for each thread, and a line for each lane on the screen. */
      const lane = async (name: string): Promise<void> => {
        for (const run of waiting) {
          signal.throwIfAborted()
          try {
            const onProgress = (progress: Progress) => events.progress(run, name, progress)
            events.finished(await pool.run({ run }, { onProgress, signal }))
          } catch (error) {
            signal.throwIfAborted()
            const reason = messageOf(error)
            // Here, since a thread that died can log no more.
            await logFailure(context.folder, run, reason)
            events.failed(run, reason)
          }
        }
      }
      const lanes = await Promise.allSettled(Array.from({ length: workers }, (_, i) => lane(String(i + 1))))
      const broken = lanes.find(result => result.status === 'rejected')
      if (broken) throw broken.reason
    },
    close: pool.close,
  }
}
