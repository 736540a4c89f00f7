/** The threads of a worker. */
import { MessageChannel } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type { RunRecord } from '../types.js'
import type { QueueThreadData, QueueThreadTask } from './thread.js'
import type { WorkerParts } from './worker.js'

/**
 * Does runs on threads, each with a WASM backend and a connection to Redis of its own.
 *
 * @param redis URL
 * @param count how many threads: an integer >= 1
 */
export const threads = (
  redis: QueueThreadData,
  count: number,
): Pick<WorkerParts, 'execute'> & { readonly close: () => Promise<void> } => {
  const pool = new Piscina<QueueThreadTask, RunRecord>({
    filename: new URL('./thread.js', import.meta.url).href,
    workerData: redis,
    minThreads: count,
    maxThreads: count,
  })
  return {
    execute: async ({ request, run, job }, { onProgress, signal }) => {
      const { port1, port2 } = new MessageChannel()
      const end = () => port1.postMessage('end')
      port1.on('message', onProgress)
      signal.addEventListener('abort', end)
      try {
        return await pool.run({ request, run, job, port: port2 }, { transferList: [port2] })
      } finally {
        signal.removeEventListener('abort', end)
        port1.close()
      }
    },
    close: () => pool.destroy(),
  }
}
