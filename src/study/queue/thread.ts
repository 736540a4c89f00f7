/** A thread of a worker: does runs one at a time, so that no long step keeps the worker from telling that it is alive. */
import * as E from 'fp-ts/lib/Either.js'
import { workerData } from 'piscina'
import type { StudyRequest } from '../engine.js'
import { executeRun } from '../execute.js'
import { reloadStudy } from '../reload.js'
import { onThread, type WithPort } from '../threads.js'
import type { PlannedRun, RunRecord } from '../types.js'
import { connectRedis } from './connect.js'
import { redisStore } from './store.js'

/** What a thread is given. */
export interface QueueThreadTask {
  readonly request: StudyRequest
  /** Of the study, as the worker has it. */
  readonly fingerprint: string
  readonly run: PlannedRun
  /** See `jobId`. */
  readonly job: string
}

/** The URL of Redis. */
export type QueueThreadData = string

/**
 * Does a run, from the checkpoint in Redis where there is one.
 *
 * @throws Error with a sentence
 */
export default ({ request, fingerprint, run, job, port }: QueueThreadTask & WithPort): Promise<RunRecord> =>
  onThread(port, async watching => {
    const study = await reloadStudy({ request, fingerprint }, 'the worker was started; start it again')()
    if (E.isLeft(study)) throw new Error(study.left)
    const { client, close } = await connectRedis(workerData as QueueThreadData)
    try {
      return await executeRun(study.right, run, redisStore(client, job), watching)
    } finally {
      close()
    }
  })
