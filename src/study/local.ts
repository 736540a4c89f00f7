/** Running runs on threads of this machine. */
import { availableParallelism } from 'node:os'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type { Progress } from '../train/index.js'
import type { Engine, EngineContext } from './engine.js'
import type { PlannedRun, RunRecord } from './types.js'

/** What a thread is given: see worker.ts. */
export interface ThreadTask {
  readonly run: PlannedRun
  /** Progress comes out of it; a message into it ends the run. */
  readonly port: MessagePort
}

/**
 * An engine of worker threads, each with a WASM backend of its own. It needs nothing but this machine.
 *
 * @param context the study, and the folder for its runs
 * @param workers how many threads: an integer >= 1. Default: as many as there are cores
 * @example
 * const engine = localEngine({ request, fingerprint, folder: 'out' }, 2)
 */
export const localEngine = (context: EngineContext, workers: number = availableParallelism()): Engine => {
  const pool = new Piscina<ThreadTask, RunRecord>({
    filename: new URL('./worker.js', import.meta.url).href,
    workerData: context,
    minThreads: workers,
    maxThreads: workers,
  })

  /** Runs a run, and tells of its progress. */
  const onThread = async (run: PlannedRun, tell: (progress: Progress) => void, signal: AbortSignal) => {
    const { port1, port2 } = new MessageChannel()
    const end = () => port1.postMessage('end')
    port1.on('message', tell)
    signal.addEventListener('abort', end, { once: true })
    try {
      return await pool.run({ run, port: port2 }, { transferList: [port2] })
    } finally {
      signal.removeEventListener('abort', end)
      port1.close()
    }
  }

  return {
    run: async (runs, events, signal) => {
      const waiting = runs.values()
      /** One after another, as long as there are any: a lane for each thread, and a line for each lane on the screen. */
      const lane = async (name: string): Promise<void> => {
        for (const run of waiting) {
          signal.throwIfAborted()
          try {
            events.finished(await onThread(run, progress => events.progress(run, name, progress), signal))
          } catch (error) {
            signal.throwIfAborted()
            events.failed(run, error instanceof Error ? error.message : String(error))
          }
        }
      }
      const lanes = await Promise.allSettled(Array.from({ length: workers }, (_, i) => lane(String(i + 1))))
      const broken = lanes.find(result => result.status === 'rejected')
      if (broken) throw broken.reason
    },
    close: () => pool.destroy(),
  }
}
