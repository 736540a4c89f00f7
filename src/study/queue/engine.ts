/** Running runs on workers anywhere: this side submits them to a queue in Redis, waits, and brings what they left home. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Job, Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Progress } from '../../train/index.js'
import type { Engine, EngineContext, EngineEvents, RunStore } from '../engine.js'
import { folderStore, runFolder } from '../folder.js'
import { fromJson } from '../json.js'
import { isPath } from '../load.js'
import type { PlannedRun, RunRecord } from '../types.js'
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

interface Told {
  readonly worker: string
  readonly progress: Progress
}

/** One call of `run`: its jobs that have not ended, and what can be done with them. */
const submission = (
  { request, fingerprint, folder }: EngineContext,
  client: Redis,
  queue: Queue,
  runs: readonly PlannedRun[],
  events: EngineEvents,
) => {
  const left = new Map(runs.map(run => [jobId({ fingerprint, id: run.id }), run]))
  const told = new Map<string, string>()
  const stores = new Map<string, Promise<RunStore>>()
  const storeOf = (job: string, run: PlannedRun): Promise<RunStore> => {
    const store = stores.get(job) ?? folderStore(folder, run)
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

  const look = async (): Promise<void> => {
    for (const [job, run] of await own('active')) {
      const { progress } = ((await Job.fromId(queue, job)) ?? {}) as { readonly progress?: Told }
      const text = JSON.stringify(progress)
      if (progress?.progress && told.get(job) !== text) events.progress(run, progress.worker, progress.progress)
      told.set(job, text)
      await moveEvents(client, job, (await storeOf(job, run)).log)
    }
    for (const [job, run] of await own('completed')) {
      const done = await Job.fromId(queue, job)
      if (done === undefined) continue
      const store = await storeOf(job, run)
      const record = fromJson(done.returnvalue) as RunRecord
      await moveEvents(client, job, store.log)
      await copyCheckpoint(redisStore(client, job), store)
      await store.finish(record)
      await remove(job)
      events.finished(record)
    }
    for (const [job, run] of await own('failed')) {
      const reason = (await Job.fromId(queue, job))?.failedReason ?? 'for a reason unknown'
      const store = await storeOf(job, run)
      await moveEvents(client, job, store.log)
      await copyCheckpoint(redisStore(client, job), store)
      await store.log({ event: 'failed', reason })
      await remove(job)
      events.failed(run, reason)
    }
  }

  return {
    left,
    look,
    submit: () => queue.addBulk(jobs.filter(({ opts }) => left.has(opts.jobId))),
    /** What this study's folder has of runs that were begun, for workers to go on from; and a new try for what had failed. */
    prepare: async () => {
      for (const [job] of await own('failed')) await queue.remove(job)
      for (const [job, { id }] of left) {
        const checkpoint = () => readFile(join(runFolder(folder, id), 'checkpoint.bin')).catch(() => undefined)
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
      const { client, lost, name } = await connection
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
