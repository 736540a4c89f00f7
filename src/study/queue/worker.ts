/** A worker: takes runs from the queue, and does them, on whatever machine it was started. */
import { hostname } from 'node:os'
import { type Job, WaitingError, Worker } from 'bullmq'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Progress } from '../../train/index.js'

import type { RunStore, StudyRequest } from '../engine.js'
import { messageOf as message } from '../error.js'
import type { Watching } from '../execute.js'
import { candidatesOf } from '../grid.js'
import { toJson } from '../json.js'
import { isPath } from '../load.js'
import { finalRuns, fingerprintOf, rowOf, tuningRuns } from '../plan.js'
import type { PlannedRun, RunRecord, Study } from '../types.js'
import { connectRedis, type Patience } from './connect.js'
import { isFinal, type Place, refusal } from './refusal.js'
import { redisStore } from './store.js'
import { decodeTask, PREFIX, queueName, studyName, type Task } from './task.js'

/** A run that is to be done, with all that one who does it may want. */
export interface Assignment {
  readonly request: StudyRequest
  readonly study: Study
  readonly fingerprint: string
  readonly run: PlannedRun
  readonly job: string
  readonly store: RunStore
}

/** What a worker does its work with. */
export interface WorkerParts {
  readonly loadStudy: (request: StudyRequest) => TE.TaskEither<string, Study>
  /** Names of the studies that need no file. */
  readonly builtins: readonly string[]
  readonly execute: (assignment: Assignment, watching: Required<Watching>) => Promise<RunRecord>
  /** Is told what happens, a line each. */
  readonly notice: (line: string) => void
}

/** How a worker works. */
export interface WorkerOptions extends Patience {
  /** URL. */
  readonly redis: string
  /** The path of a module: its runs are taken, and no others. Default: those of all built-in studies. */
  readonly study?: string | undefined
  /** Runs at a time: an integer >= 1. */
  readonly concurrency: number
  /** Milliseconds without a sign of life after which a worker counts as dead. Default 15,000. */
  readonly lockMs?: number | undefined
}

const TOLD_EVERY_MS = 500

// As many come of one cause that is passing, with as many places for runs.
const MOST_ERRORS_A_SECOND = 200

// A run that takes its worker down, such as for want of memory, must not go on to do so for ever.
const MOST_TAKEOVERS = 25

/** All runs that a study may come to, by their ids: whatever settings are chosen, they are candidates. */
const runsOf = (study: Study): ReadonlyMap<string, PlannedRun> => {
  const settingsOf = (variant: string) => {
    const row = rowOf(study, variant)
    return [row.settings, ...candidatesOf(row)]
  }
  return new Map([...tuningRuns(study), ...finalRuns(study, settingsOf)].map(run => [run.id, run]))
}

/** Requests whose studies are kept. */
const MOST_KNOWN = 16

interface Known {
  readonly request: StudyRequest
  readonly study: Study
  readonly fingerprint: string
  readonly runs: ReadonlyMap<string, PlannedRun>
}

/** The study that a task names, made here, of what is here. Nothing that was sent says where code is. */
const ownStudy = (
  { loadStudy, builtins }: WorkerParts,
  file: string | undefined,
): ((request: StudyRequest) => TE.TaskEither<string, Known>) => {
  const made = new Map<string, Promise<E.Either<string, Known>>>()
  const make = (sent: StudyRequest): TE.TaskEither<string, Known> => {
    const known = file === undefined ? builtins : [studyName(file)]
    if (!known.includes(sent.study))
      return TE.left(`this worker has no study '${sent.study}', but ${known.map(name => `'${name}'`).join(', ')}`)
    const request = { ...sent, study: file ?? sent.study }
    return pipe(
      loadStudy(request),
      TE.map(study => ({ request, study, fingerprint: fingerprintOf(study), runs: runsOf(study) })),
    )
  }
  return request => () => {
    const key = JSON.stringify(request)
    const known = made.get(key) ?? make(request)()
    // The one that was asked for last stands last; the first goes, for each has thousands of runs, and whoever submits may ask for
    // ever others.
    made.delete(key)
    made.set(key, known)
    for (const first of [...made.keys()].slice(0, -MOST_KNOWN)) made.delete(first)
    return known
  }
}

/** The run that a task names, where it is one of the worker's own study. */
const ownRun = (load: ReturnType<typeof ownStudy>, { request, fingerprint, id }: Task) =>
  pipe(
    load(request),
    TE.filterOrElse(
      own => own.fingerprint === fingerprint,
      own =>
        `study '${request.study}' has the fingerprint ${own.fingerprint} here and ${fingerprint} where it was submitted; use the same version of Plastax and of the study on both`,
    ),
    TE.flatMap(({ request, study, runs }) => {
      const run = runs.get(id)
      return run
        ? TE.right({ request, study, fingerprint, run })
        : TE.left(`study '${request.study}' has no run '${id}'`)
    }),
  )

/**
 * Hears what BullMQ has to say of Redis: tells it, or ends the worker. BullMQ goes on by itself after an error, and at once:
 * one that comes back each time leaves no turn to anything else, and runs that it cannot take are waited for in vain.
 * Connections and jobs are told of elsewhere.
 */
const hearing = (place: Place, notice: (line: string) => void, end: (reason: Error) => void) => {
  let last = ''
  let times: readonly number[] = []
  return (error: Error): void => {
    const now = performance.now()
    times = [...times.slice(1 - MOST_ERRORS_A_SECOND), now]
    const spinning = times.length === MOST_ERRORS_A_SECOND && now - (times[0] as number) < 1000
    if (isFinal(error) || spinning) end(new Error(refusal(place, error)))
    else if (error.name === 'ReplyError' && error.message !== last) notice(`Redis at ${place.name}: ${error.message}`)
    last = error.message
  }
}

/**
 * Takes runs and does them until the signal comes; then gives back what is under way, with its last checkpoint.
 *
 * @returns a promise that resolves once all is given back
 * @throws Error with a sentence where Redis is not there, or is lost for good
 * @example
 * await serveQueue(parts, { redis: 'redis://localhost', concurrency: 2 }, signal)
 */
export const serveQueue = async (parts: WorkerParts, options: WorkerOptions, signal: AbortSignal): Promise<void> => {
  const { execute, notice } = parts
  const { redis, study: file, concurrency, lockMs = 15_000 } = options
  if (file !== undefined && !isPath(file))
    throw new Error(`--study is '${file}'; name a file such as './${file}.ts', or none for all built-in studies`)
  const { client, place, lost, close } = await connectRedis(redis, options)
  const { name } = place
  const load = ownStudy(parts, file)
  const machine = `${hostname()}/${process.pid}`
  const underWay = new Map<string, AbortController>()
  const places = Array.from({ length: concurrency }, (_, i) => `${machine}${concurrency > 1 ? `.${i + 1}` : ''}`)

  const onProgress = (job: Job, worker: string): ((progress: Progress) => void) => {
    let last = 0
    return progress => {
      if (performance.now() - last < TOLD_EVERY_MS) return
      last = performance.now()
      // One that gets lost is followed by the next.
      job.updateProgress({ worker, progress }).catch(() => undefined)
    }
  }

  const perform = async (job: Job, token: string | undefined): Promise<string> => {
    const id = String(job.id)
    const task = await pipe(
      TE.fromEither(decodeTask(job.data)),
      TE.flatMap(task => ownRun(load, task)),
    )()
    if (E.isLeft(task)) {
      notice(`refused ${id}: ${task.left}`)
      throw new Error(`refused by ${machine}: ${task.left}`)
    }
    const { run } = task.right
    const ending = new AbortController()
    underWay.set(id, ending)
    const place = places.pop() ?? machine
    notice(`took ${run.id}`)
    try {
      const store = redisStore(client, id)
      // Also one that was told to stop while it was being looked at.
      signal.throwIfAborted()
      const watching = { onProgress: onProgress(job, place), signal: ending.signal }
      const record = await execute({ ...task.right, job: id, store }, watching)
      notice(`finished ${run.id}`)
      return toJson(record, 0)
    } catch (error) {
      if (signal.aborted) {
        await job.moveToWait(token)
        notice(`gave back ${run.id}`)
        throw new WaitingError()
      }
      notice(
        ending.signal.aborted
          ? `dropped ${run.id}: ${message(ending.signal.reason)}`
          : `failed ${run.id}: ${message(error)}`,
      )
      throw error
    } finally {
      // Whoever lost a run may be given it again.
      if (underWay.get(id) === ending) underWay.delete(id)
      places.push(place)
    }
  }

  const worker = new Worker(queueName(file), perform, {
    connection: client,
    prefix: PREFIX,
    name: machine,
    concurrency,
    lockDuration: Math.ceil(lockMs),
    // Redis takes whole numbers alone.
    stalledInterval: Math.ceil(lockMs / 3),
    maxStalledCount: MOST_TAKEOVERS,
    drainDelay: 1,
    runRetryDelay: 1000,
  })
  worker.on('lockRenewalFailed', ids => {
    for (const id of ids) underWay.get(id)?.abort(new Error('it was withdrawn, or another worker has it'))
  })
  const useless = new Promise<never>((_, reject) => worker.on('error', hearing(place, notice, reject)))
  useless.catch(() => undefined)
  notice(`waiting for runs of ${file ?? 'built-in studies'} from ${name}, ${concurrency} at a time`)

  const told = new Promise<void>(resolve => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  try {
    await Promise.race([told, lost, useless])
    const closing = worker.close()
    for (const ending of underWay.values()) ending.abort(signal.reason)
    await Promise.race([closing, lost])
  } finally {
    for (const ending of underWay.values()) ending.abort(new Error('Redis was lost'))
    close()
    worker.close(true).catch(() => undefined)
  }
}
