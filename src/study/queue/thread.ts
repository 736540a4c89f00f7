/** A thread of a worker: does runs one at a time, so that no long step keeps the worker from telling that it is alive. */
import type { MessagePort } from 'node:worker_threads'
import * as E from 'fp-ts/lib/Either.js'
import { workerData } from 'piscina'
import type { StudyRequest } from '../engine.js'
import { executeRun } from '../execute.js'
import { loadStudy } from '../load.js'
import type { PlannedRun, RunRecord } from '../types.js'
import { connectRedis } from './connect.js'
import { redisStore } from './store.js'

/** What a thread is given. */
export interface QueueThreadTask {
  readonly request: StudyRequest
  readonly run: PlannedRun
  /** See `jobId`. */
  readonly job: string
  /** Progress comes out of it; a message into it ends the run. */
  readonly port: MessagePort
}

/** The URL of Redis. */
export type QueueThreadData = string

/**
 * Does a run, from the checkpoint in Redis where there is one.
 *
 * @throws Error with a sentence
 */
export default async ({ request, run, job, port }: QueueThreadTask): Promise<RunRecord> => {
  const ending = new AbortController()
  port.once('message', () => ending.abort(new Error('interrupted')))
  try {
    const study = await loadStudy(request)()
    if (E.isLeft(study)) throw new Error(study.left)
    const { client, close } = await connectRedis(workerData as QueueThreadData)
    try {
      return await executeRun(study.right, run, redisStore(client, job), {
        signal: ending.signal,
        onProgress: progress => port.postMessage(progress),
      })
    } finally {
      close()
    }
  } finally {
    port.close()
  }
}
