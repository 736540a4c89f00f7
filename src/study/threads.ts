/** Threads that do runs, from both sides: how they are given one, tell of it, and are told to end it. */
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type { Progress } from '../train/index.js'
import { messageOf } from './error.js'
import type { Watching } from './execute.js'
import type { RunRecord } from './types.js'

/** What a thread is given beside its task. */
export interface WithPort {
  /** Progress comes out of it; a message into it ends the run. */
  readonly port: MessagePort
}

/** Why a thread died, in words: the run that it was at has it from nobody else. */
const deathOf = (error: unknown): Error => {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new Error(
      `its thread ran out of memory (${message}); take a smaller batch or model, or fewer threads at a time`,
    )
  const [, exit] = /^worker exited with code: (\d+)$/.exec(message) ?? []
  if (exit !== undefined) return new Error(`its thread was ended, with code ${exit}, by process.exit or from outside`)
  return error instanceof Error ? error : new Error(messageOf(error))
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
  // Of a thread that nobody waits for: its run is in, and another takes its place.
  pool.on('error', () => undefined)
  let closing = false
  const waiting = new Set<(reason: Error) => void>()
  pool.on('workerDestroy', () =>
    setImmediate(() => {
      // No more are made once one has died before it began.
      if (closing || pool.threads.length > 0) return
      for (const reject of waiting) reject(new Error('its thread died before it began; the study file may end it'))
    }),
  )
  const done = (task: Task & WithPort): Promise<RunRecord> =>
    new Promise((resolve, reject) => {
      waiting.add(reject)
      pool
        .run(task, { transferList: [task.port] })
        .then(resolve, reject)
        .finally(() => waiting.delete(reject))
    })
  return {
    /** Does a task, and tells of its progress; rejects with what the thread throws, or why it died. */
    run: async (task: Task, { onProgress, signal }: Required<Watching>): Promise<RunRecord> => {
      const { port1, port2 } = new MessageChannel()
      const end = () => port1.postMessage('end')
      port1.on('message', onProgress)
      signal.addEventListener('abort', end, { once: true })
      try {
        return await done({ ...task, port: port2 })
      } catch (error) {
        throw deathOf(error)
      } finally {
        signal.removeEventListener('abort', end)
        port1.close()
      }
    },
    close: (): Promise<void> => {
      closing = true
      return pool.destroy()
    },
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
