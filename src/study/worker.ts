/** A thread that runs runs of one study, one at a time, each in its folder. */
import * as E from 'fp-ts/lib/Either.js'
import { workerData } from 'piscina'
import type { Progress } from '../train/index.js'
import type { EngineContext } from './engine.js'
import { executeRun } from './execute.js'
import { folderStore } from './folder.js'
import { loadStudy } from './load.js'
import type { ThreadTask } from './local.js'
import type { RunRecord } from './types.js'

const { request, folder } = workerData as EngineContext
const loading = loadStudy(request)()

const TOLD_EVERY_MS = 200

/** Tells the first and then at most some a second: a bar needs no more, and each message takes the main thread's time. */
const sparsely = (tell: (progress: Progress) => void): ((progress: Progress) => void) => {
  let last = 0
  return progress => {
    if (performance.now() - last < TOLD_EVERY_MS) return
    last = performance.now()
    tell(progress)
  }
}

/**
 * Runs a run. What comes through the port from the other side, whatever it is, ends it.
 *
 * @throws Error with a sentence, which is logged in the run's folder too
 */
export default async ({ run, port }: ThreadTask): Promise<RunRecord> => {
  const study = await loading
  if (E.isLeft(study)) throw new Error(study.left)
  const ending = new AbortController()
  port.once('message', () => ending.abort(new Error('interrupted')))
  const store = await folderStore(folder, run)
  try {
    return await executeRun(study.right, run, store, {
      signal: ending.signal,
      onProgress: sparsely(progress => port.postMessage(progress)),
    })
  } catch (error) {
    if (!ending.signal.aborted)
      await store.log({ event: 'failed', reason: error instanceof Error ? error.message : String(error) })
    throw error
  } finally {
    port.close()
  }
}
