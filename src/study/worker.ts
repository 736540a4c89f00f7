/** A thread that runs runs of one study, one at a time, each in its folder. */
import * as E from 'fp-ts/lib/Either.js'
import { workerData } from 'piscina'
import type { EngineContext } from './engine.js'
import { messageOf } from './error.js'
import { executeRun } from './execute.js'
import { folderStore } from './folder.js'
import { loadStudy } from './load.js'
import type { ThreadTask } from './local.js'
import { onThread, type WithPort } from './threads.js'
import type { RunRecord } from './types.js'

const { request, folder } = workerData as EngineContext
const loading = loadStudy(request)()

/**
 * Runs a run.
 *
 * @throws Error with a sentence, which is logged in the run's folder too
 */
export default ({ run, port }: ThreadTask & WithPort): Promise<RunRecord> =>
  onThread(port, async watching => {
    const study = await loading
    if (E.isLeft(study)) throw new Error(study.left)
    const store = await folderStore(folder, run)
    try {
      return await executeRun(study.right, run, store, watching)
    } catch (error) {
      if (!watching.signal.aborted) await store.log({ event: 'failed', reason: messageOf(error) })
      throw error
    }
  })
