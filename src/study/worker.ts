/** A thread that runs runs of one study, one at a time, each in its folder. */
import * as E from 'fp-ts/lib/Either.js'
import { workerData } from 'piscina'
import type { EngineContext } from './engine.js'
import { executeRun } from './execute.js'
import { folderStore } from './folder.js'
import type { ThreadTask } from './local.js'
import { reloadStudy } from './reload.js'
import { onThread, type WithPort } from './threads.js'
import type { RunRecord } from './types.js'

const context = workerData as EngineContext
const loading = reloadStudy(context, 'the study was started; run the same command again')()

/**
 * Runs a run.
 *
 * @throws Error with a sentence
 */
export default ({ run, port }: ThreadTask & WithPort): Promise<RunRecord> =>
  onThread(port, async watching => {
    const store = await folderStore(context.folder, run, context.keepCheckpoints)
    const study = await loading
    if (E.isLeft(study)) throw new Error(study.left)
    return executeRun(study.right, run, store, watching)
  })
