/** Running runs on workers anywhere: this side submits them to a queue in Redis, waits, and brings what they left home. */
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Queue } from 'bullmq'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { type Redis, ReplyError } from 'ioredis'
import { brief, decodeJson, text } from '../../config/records.js'
import { readRegular } from '../../node/folder.js'
import type { Engine, EngineContext, EngineEvents, RunStore } from '../engine.js'
import { messageOf } from '../error.js'
import { decodeRecord, folderStore, logFailure, runFolder } from '../folder.js'
import { isPath } from '../load.js'
import { told } from '../records.js'
import type { PlannedRun } from '../types.js'
import { connectRedis, type Patience } from './connect.js'
import { copyCheckpoint, forget, moveEvents, redisStore } from './store.js'
import { jobId, KEPT_SECONDS, PREFIX, queueName, studyName, type Task } from './task.js'

/** Where the queue is. */
export interface QueueOptions extends Patience {
  /** URL. */
  readonly redis: string
  /** Is told, once, where there is no worker that would take the runs. */
  readonly notice?: (line: string) => void
}

const LOOK_EVERY_MS = 500
const SUBMIT_EVERY_LOOKS = 60
const WITHDRAW_WITHIN_MS = 5000

const decodeTold = decodeJson(told)
const decodeText = decodeJson(text)

/** One call of `run`: its jobs that have not ended, and what can be done with them. */
const submission = (
  { request, fingerprint, folder, keepCheckpoints = false }: EngineContext,
  client: Redis,
  queue: Queue,
  runs: readonly PlannedRun[],
  events: EngineEvents,
) => {
  const left = new Map(runs.map(run => [jobId({ fingerprint, id: run.id }), run]))
  const reported = new Map<string, string>()
  const doneAgain = new Set<string>()
  const stores = new Map<string, Promise<RunStore>>()
  const storeOf = (job: string, run: PlannedRun): Promise<RunStore> => {
    const store = stores.get(job) ?? folderStore(folder, run, keepCheckpoints)
    stores.set(job, store)
    return store
  }
  const jobs = runs.map(({ id }, i) => ({
    name: id,
    data: { request: { ...request, study: studyName(request.study) }, fingerprint, id } satisfies Task,
    opts: {
      jobId: jobId({ fingerprint, id }),
      // Studies that share the queue take turns, rather than that one waits for the last run of another.
      priority: Math.min(i + 1, 2 ** 21),
      removeOnComplete: { age: KEPT_SECONDS },
      removeOnFail: { age: KEPT_SECONDS },
    },
  }))

  /** Those that are there already stay as they are. */
  const submit = () => queue.addBulk(jobs.filter(({ opts }) => left.has(opts.jobId)))

  /** Ids of own jobs in a state. */
  const own = async (state: 'active' | 'completed' | 'failed'): Promise<readonly (readonly [string, PlannedRun])[]> => {
    const key = queue.toKey(state)
    const ids = state === 'active' ? await client.lrange(key, 0, -1) : await client.zrange(key, 0, -1)
    return ids.flatMap(id => {
      const run = left.get(id)
      return run ? [[id, run] as const] : []
    })
  }

  const remove = async (job: string): Promise<void> => {
    await queue.remove(job)
    await forget(client, job)
    left.delete(job)
  }

  const fail = async (job: string, run: PlannedRun, reason: string): Promise<void> => {
    await logFailure(folder, run, reason)
    await remove(job)
    events.failed(run, reason)
  }

  const field = (job: string, name: 'progress' | 'returnvalue' | 'failedReason') => client.hget(queue.toKey(job), name)

  /** What the run has told up to now comes home. */
  const bring = async (job: string, run: PlannedRun, checkpoint = true): Promise<RunStore> => {
    const store = await storeOf(job, run)
    await moveEvents(client, job, store.log)
    if (checkpoint) await copyCheckpoint(redisStore(client, job), store)
    return store
  }

  const active = async (job: string, run: PlannedRun): Promise<void> => {
    const text = (await field(job, 'progress')) ?? ''
    const progress = decodeTold(text)
    if (E.isRight(progress) && reported.get(job) !== text)
      events.progress(run, progress.right.worker, progress.right.progress)
    reported.set(job, text)
    await moveEvents(client, job, (await storeOf(job, run)).log)
  }

  const completed = async (job: string, run: PlannedRun): Promise<void> => {
    // Another submitter of the same study may have taken it home.
    if ((await client.exists(queue.toKey(job))) === 0) return
    const record = pipe(
      decodeText((await field(job, 'returnvalue')) ?? ''),
      E.mapLeft(brief),
      E.flatMap(decodeRecord(run)),
    )
    const store = await bring(job, run, keepCheckpoints)
    if (E.isRight(record)) {
      await store.finish(record.right)
      await remove(job)
      return events.finished(record.right)
    }
    const reason = `what a worker made of it is no record (${record.left})`
    if (doneAgain.has(job)) return fail(job, run, `${reason}, twice`)
    doneAgain.add(job)
    await store.log({ event: 'damaged', reason })
    await queue.remove(job)
    await submit()
  }

  const failed = async (job: string, run: PlannedRun): Promise<void> => {
    const reason = (await field(job, 'failedReason')) || 'for a reason unknown'
    await bring(job, run)
    await fail(job, run, reason)
  }

  /** Does something with own jobs in a state. What is wrong with one, such as with its folder, is no other's affair. */
  const each = async (
    state: 'active' | 'completed' | 'failed',
    f: (job: string, run: PlannedRun) => Promise<void>,
  ): Promise<void> => {
    for (const [job, run] of await own(state))
      await f(job, run).catch(error => {
        if (client.status !== 'ready' || error instanceof ReplyError) throw error
        return fail(job, run, messageOf(error))
      })
  }

  const look = async (): Promise<void> => {
    await each('active', active)
    await each('completed', completed)
    await each('failed', failed)
  }

  return {
    left,
    look,
    submit,
    /** What this study's folder has of runs that were begun, for workers to go on from; and a new try for what had failed. */
    prepare: async () => {
      for (const [job] of await own('failed')) await queue.remove(job)
      for (const [job, { id }] of left) {
        const checkpoint = () => readRegular(join(runFolder(folder, id), 'checkpoint.bin')).catch(() => undefined)
        await copyCheckpoint({ checkpoint }, redisStore(client, job))
      }
    },
    /** Takes back what is not finished, and keeps what it has come to. Without its lock, a worker drops a run. */
    withdraw: async () => {
      await look()
      for (const [job, run] of await own('active'))
        await copyCheckpoint(redisStore(client, job), await storeOf(job, run))
      await Promise.all([...left.keys()].map(job => client.del(`${queue.toKey(job)}:lock`)))
      await Promise.all([...left.keys()].map(remove))
    },
  }
}

/**
 * An engine of workers that were started elsewhere, with `plastax study worker`.
 *
 * Events, checkpoints and records come back through Redis, and into the study's folder. Whoever starts again after a crash finds
 * what was finished meanwhile. Nothing is left in Redis that does not expire.
 *
 * @param context the study, and the folder for its runs
 * @example
 * const engine = queueEngine({ request, fingerprint, folder: 'out' }, { redis: 'redis://localhost' })
 */
export const queueEngine = (context: EngineContext, options: QueueOptions): Engine => {
  let connection: ReturnType<typeof connectRedis> | undefined
  return {
    run: async (runs, events, signal) => {
      if (runs.length === 0) return
      connection ??= connectRedis(options.redis, options)
      const {
        client,
        lost,
        place: { name },
      } = await connection
      const queue = new Queue(queueName(context.request.study), {
        connection: client,
        prefix: PREFIX,
        // Nobody listens to BullMQ's own events: whoever looks sees.
        streams: { events: { maxLen: 100 } },
      })
      queue.on('error', () => undefined)
      const { left, look, submit, prepare, withdraw } = submission(context, client, queue, runs, events)

      const warn = async (): Promise<void> => {
        const { study } = context.request
        const which = isPath(study) ? ` --study ${study}` : ''
        if ((await queue.getWorkersCount()) === 0)
          options.notice?.(`no worker is there; start some: plastax study worker --redis redis://${name}${which}`)
      }
      // A Redis that comes back may have forgotten jobs, and another submitter of the same study may have taken one home.
      // Submitting one that is there changes nothing.
      let cameBack = false
      const onReady = () => {
        cameBack = true
      }
      const work = async (): Promise<void> => {
        await prepare()
        await warn()
        for (let looks = 0; left.size > 0; looks++) {
          if (cameBack || looks % SUBMIT_EVERY_LOOKS === 0) await submit()
          cameBack = false
          await look()
          if (left.size > 0) await setTimeout(LOOK_EVERY_MS, undefined, { signal })
        }
      }
      /** What BullMQ keeps of a queue that is empty. */
      const expire = () =>
        Promise.all(['meta', 'id', 'events', 'pc', 'stalled'].map(key => client.expire(queue.toKey(key), KEPT_SECONDS)))
      client.on('ready', onReady)
      try {
        signal.throwIfAborted()
        await Promise.race([work(), lost])
        await expire()
      } catch (error) {
        if (!signal.aborted) throw client.status === 'end' ? await lost.catch(reason => reason) : error
        const orderly = withdraw().then(expire)
        await Promise.race([orderly.catch(() => undefined), setTimeout(WITHDRAW_WITHIN_MS)])
        throw signal.reason
      } finally {
        client.off('ready', onReady)
        await queue.close()
      }
    },
    close: async () => {
      const opened = await connection?.catch(() => undefined)
      opened?.close()
    },
  }
}
