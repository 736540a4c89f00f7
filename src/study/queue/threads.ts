/** The threads of a worker. */
import { threadPool } from '../threads.js'
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
  const { run: onThread, close } = threadPool<QueueThreadTask>(new URL('./thread.js', import.meta.url), redis, count)
  return {
    execute: ({ request, fingerprint, run, job }, watching) => onThread({ request, fingerprint, run, job }, watching),
    close,
  }
}
