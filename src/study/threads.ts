/** Threads that do runs, from both sides: how they are given one, tell of it, and are told to end it. */
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type { Progress } from '../train/index.js'
import type { Watching } from './execute.js'
import type { RunRecord } from './types.js'

/** What a thread is given beside its task. */
export interface WithPort {
  /** Progress comes out of it; a message into it ends the run. */
  readonly port: MessagePort
}

/**
 * A pool of threads, each with a WASM backend of its own.
 *
 * @param file the thread's module, whose default export takes a `Task` with a port: see `onThread`
 * @param workerData what all of them are given once
 * @param count how many: an integer >= 1
 */
export const threadPool = <Task extends object>(file: URL, workerData: unknown, count: number) => {
  const pool = new Piscina<Task & WithPort, RunRecord>({
    filename: file.href,
    workerData,
    minThreads: count,
    maxThreads: count,
  })
  return {
    /** Does a task, and tells of its progress; rejects with what the thread throws. */
    run: async (task: Task, { onProgress, signal }: Required<Watching>): Promise<RunRecord> => {
      const { port1, port2 } = new MessageChannel()
      const end = () => port1.postMessage('end')
      port1.on('message', onProgress)
      signal.addEventListener('abort', end, { once: true })
      try {
        return await pool.run({ ...task, port: port2 }, { transferList: [port2] })
      } finally {
        signal.removeEventListener('abort', end)
        port1.close()
      }
    },
    close: (): Promise<void> => pool.destroy(),
  }
}

const TOLD_EVERY_MS = 200

/**
 * On a thread: does a run under its port, which is closed in the end.
 *
 * A bar needs no more than some messages a second, and each takes the main thread's time.
 */
export const onThread = async (
  port: MessagePort,
  work: (watching: Required<Watching>) => Promise<RunRecord>,
): Promise<RunRecord> => {
  const ending = new AbortController()
  port.once('message', () => ending.abort(new Error('interrupted')))
  let last = 0
  const onProgress = (progress: Progress): void => {
    if (performance.now() - last < TOLD_EVERY_MS) return
    last = performance.now()
    port.postMessage(progress)
  }
  try {
    return await work({ onProgress, signal: ending.signal })
  } finally {
    port.close()
  }
}
