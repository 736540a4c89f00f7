import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Queue, Worker } from 'bullmq'
import * as E from 'fp-ts/lib/Either.js'
import * as O from 'fp-ts/lib/Option.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { adam } from '../../src/optimizers/index.js'
import { changed, defineStudy } from '../../src/study/define.js'
import type { Engine, EngineEvents, StudyRequest } from '../../src/study/engine.js'
import { folderStore, readRecord, runFolder } from '../../src/study/folder.js'
import { toJson } from '../../src/study/json.js'
import { finalRuns, fingerprintOf, givenSettings } from '../../src/study/plan.js'
import { queueEngine } from '../../src/study/queue/engine.js'
import { redisStore } from '../../src/study/queue/store.js'
import { decodeTask, jobId, queueName } from '../../src/study/queue/task.js'
import { type Assignment, serveQueue, type WorkerOptions, type WorkerParts } from '../../src/study/queue/worker.js'
import type { PlannedRun, RunRecord, Study } from '../../src/study/types.js'
import { encodeRun } from '../../src/train/checkpoint.js'
import { type EpochResult, readCheckpoint } from '../../src/train/index.js'
import { identity } from '../../src/transform/combine.js'
import { freePort, hasRedis, startRedis, type TestRedis } from './redis.js'
import { epochResult } from './runs.js'

const row = (learningRate: number) => ({ role: 'baseline' as const, settings: { learningRate }, transform: adam })
const studyCalled = (name: string, epochs = 3): Study =>
  defineStudy({ name, variants: { a: row(0.1), b: row(1) }, seeds: 2, epochs, selection: 'fixed' }).study
const toys: Readonly<Record<string, Study>> = {
  toy: studyCalled('toy'),
  other: studyCalled('other', 2),
  long: studyCalled('long', 1000),
}
const loadStudy = ({ study, seeds }: StudyRequest): TE.TaskEither<string, Study> => {
  const toy = toys[study]
  return toy ? TE.right(seeds ? changed(toy, { seeds }) : toy) : TE.left(`there is no study '${study}'`)
}
const requestFor = (study: string): StudyRequest => ({ study, quick: false, asPublished: false })
const runsOf = (study: Study): readonly PlannedRun[] => finalRuns(study, givenSettings(study))
const toyStudy = toys.toy as Study
const toyRuns = runsOf(toyStudy)

const EPOCH_MS = 20
const score = (run: PlannedRun, epoch: number): EpochResult =>
  epochResult(epoch, 1 / (1 + run.spec.seed + run.spec.settings.learningRate * epoch))
const recordOf = (run: PlannedRun): RunRecord => ({
  ...run,
  outcome: { status: 'completed' },
  epochs: Array.from({ length: run.spec.epochs }, (_, i) => score(run, i + 1)),
  // Numbers that JSON has no word for must come through as well.
  parameters: Number.POSITIVE_INFINITY,
  stateBytes: Number.NaN,
  versions: { toy: '1' },
})

/** Of a model without parameters. */
const checkpointAfter = (epochs: number): Uint8Array =>
  encodeRun(
    identity,
    { params: {}, stats: {}, state: [] },
    { run: {}, epochs: Array.from({ length: epochs }, (_, i) => epochResult(i + 1, 0.5)) },
  )
const epochsIn = (checkpoint: Uint8Array | undefined): number => {
  const saved = readCheckpoint(checkpoint ?? new Uint8Array())
  return E.isRight(saved) ? saved.right.epochs.length : 0
}

/** What `executeRun` does, without training. */
const toyExecute =
  (begun: string[] = []): WorkerParts['execute'] =>
  async ({ run, store }: Assignment, { onProgress, signal }) => {
    begun.push(run.id)
    const epoch = epochsIn(await store.checkpoint())
    await store.log({ event: epoch > 0 ? 'resumed' : 'started', epoch, versions: {} })
    for (let at = epoch + 1; at <= run.spec.epochs; at++) {
      await sleep(EPOCH_MS)
      signal.throwIfAborted()
      onProgress({ epoch: at, epochs: run.spec.epochs, step: 1, steps: 1, loss: 1 })
      await store.save(checkpointAfter(at))
      await store.log({ event: 'epoch', result: score(run, at) })
    }
    await store.log({ event: 'finished' })
    const record = recordOf(run)
    await store.finish(record)
    return record
  }

const epochsSaved = async (folder: string, { id }: PlannedRun): Promise<number> =>
  epochsIn(await readFile(join(runFolder(folder, id), 'checkpoint.bin')))
const eventsIn = async (folder: string, { id }: PlannedRun) =>
  (await readFile(join(runFolder(folder, id), 'events.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { readonly event: string; readonly epoch?: number; readonly reason?: string })

/** Remembers what it is told. */
const listener = () => {
  const finished: RunRecord[] = []
  const failed: { readonly id: string; readonly reason: string }[] = []
  const workers = new Set<string>()
  const events: EngineEvents = {
    progress: (_, worker) => void workers.add(worker),
    finished: record => void finished.push(record),
    failed: ({ id }, reason) => void failed.push({ id, reason }),
  }
  return { events, finished, failed, workers }
}

const never = new AbortController().signal

test('only a task is a task', () => {
  const task = { request: requestFor('toy'), fingerprint: 'f', id: 'a' }
  expect(decodeTask(task)).toEqual(E.right(task))
  const wrong: readonly unknown[] = [
    undefined,
    null,
    [],
    'toy',
    { ...task, id: '' },
    { ...task, id: 1 },
    { ...task, spec: {} },
    { request: task.request, id: 'a' },
    { ...task, request: { ...task.request, quick: 'yes' } },
    { ...task, request: { ...task.request, seeds: 0 } },
    { ...task, request: { ...task.request, variants: [1] } },
    { ...task, request: { ...task.request, module: './evil.ts' } },
  ]
  for (const data of wrong) expect(decodeTask(data)).toEqual(E.left(expect.stringContaining('no run of a study')))
})

test('built-in studies share a queue, a file has its own', () => {
  expect(queueName(undefined)).toBe(queueName('fashion'))
  expect(queueName('./a/mine.ts')).toBe(queueName('/b/mine.ts'))
  expect(queueName('./a/mine.ts')).not.toBe(queueName('./a/yours.ts'))
  expect(queueName('./C:x.ts')).not.toContain(':')
})

describe.skipIf(!hasRedis)('on Redis', () => {
  let redis: TestRedis
  let folder: string
  let ending: AbortController
  let workers: Promise<void>[]
  const lines: string[] = []
  const engines: Engine[] = []

  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.stop())
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plastax-queue-'))
    ending = new AbortController()
    workers = []
    lines.length = 0
    await redis.client.flushall()
  })
  afterEach(async () => {
    ending.abort(new Error('the test is over'))
    await Promise.all(engines.splice(0).map(engine => engine.close()))
    await Promise.allSettled(workers)
    await rm(folder, { recursive: true, force: true })
  })

  const parts = (more: Partial<WorkerParts> = {}): WorkerParts => ({
    loadStudy,
    builtins: Object.keys(toys),
    execute: toyExecute(),
    notice: line => void lines.push(line),
    ...more,
  })
  const work = (
    more: Partial<WorkerParts> = {},
    options: Partial<WorkerOptions> = {},
    signal: AbortSignal = ending.signal,
  ): Promise<void> => {
    const serving = serveQueue(parts(more), { redis: redis.url, concurrency: 2, ...options }, signal)
    serving.catch(() => undefined)
    workers.push(serving)
    return serving
  }
  const submit = (
    study: Study,
    events: EngineEvents,
    { signal = never, fingerprint = fingerprintOf(study), runs = runsOf(study), to = folder } = {},
  ) => {
    const context = { request: requestFor(study.name), fingerprint, folder: to }
    const engine = queueEngine(context, { redis: redis.url, notice: line => void lines.push(line), attempts: 3 })
    engines.push(engine)
    return { engine, end: engine.run(runs, events, signal).finally(engine.close) }
  }
  const jobsLeft = async () =>
    (await redis.client.keys('plastax:*')).filter(key => toyRuns.some(({ id }) => key.includes(id)))

  test('runs come home, whole, and nothing stays', async () => {
    const { events, finished, failed } = listener()
    work()
    await submit(toyStudy, events).end
    expect(failed).toEqual([])
    expect(finished.map(({ id }) => id).sort()).toEqual(toyRuns.map(({ id }) => id).sort())
    for (const run of toyRuns) {
      expect(await readRecord(folder, run)()).toEqual(E.right(O.some(recordOf(run))))
      expect((await readdir(runFolder(folder, run.id))).sort()).toEqual(
        ['config.json', 'events.jsonl', 'summary.json'], // as a local run leaves it
      )
      const names = (await eventsIn(folder, run)).map(({ event }) => event)
      expect(names).toEqual(['started', 'epoch', 'epoch', 'epoch', 'finished'])
    }
    expect(await jobsLeft()).toEqual([])
    expect(await redis.lasting()).toEqual([])
  })

  test('what comes back from a queue and is no record is done again, once, and no other run minds', async () => {
    const [[nothing, seven, prose, once], runs] = [toyRuns.map(({ id }) => id), toyRuns]
    const seen: string[] = []
    const answers: Readonly<Record<string, unknown>> = { [nothing!]: undefined, [seven!]: 7, [prose!]: 'no JSON' }
    const worker = new Worker(
      queueName('toy'),
      async ({ name, id }) => {
        seen.push(name)
        await redis.client.rpush(`plastax:run:${id}:events`, 'null', '7', 'no JSON', '{"event":"finished"}')
        if (name in answers) return answers[name]
        const run = runs.find(({ id }) => id === name)!
        return seen.filter(each => each === name).length < 2 ? '{}' : toJson(recordOf(run), 0)
      },
      { connection: { url: redis.url, maxRetriesPerRequest: null }, prefix: 'plastax' },
    )
    const { events, finished, failed } = listener()
    await submit(toyStudy, events).end
    await worker.close(true)
    expect(finished.map(({ id }) => id)).toEqual([once])
    expect(failed.map(({ id }) => id).sort()).toEqual([nothing, seven, prose].sort())
    expect(failed[0]?.reason).toMatch(/^what a worker made of it is no record \(.*\), twice$/)
    expect(seen).toHaveLength(8)
    expect((await readRecord(folder, runs.find(({ id }) => id === once)!)())._tag).toBe('Right')
    const events7 = await eventsIn(folder, runs.find(({ id }) => id === seven)!)
    expect(events7.map(({ event }) => event)).toEqual([
      ...['damaged', 'damaged', 'damaged', 'finished', 'damaged'],
      ...['damaged', 'damaged', 'damaged', 'finished', 'failed'],
    ])
    expect(await jobsLeft()).toEqual([])
  })

  test('a worker refuses what is not its study, and goes on', async () => {
    work()
    const queue = new Queue(queueName('toy'), { connection: redis.client, prefix: 'plastax' })
    const task = { request: requestFor('toy'), fingerprint: fingerprintOf(toyStudy), id: toyRuns[0]?.id }
    const bad = {
      malformed: { evil: true },
      none: null,
      path: { ...task, request: requestFor('./evil.ts') },
      elsewhere: { ...task, id: '../../etc' },
    }
    for (const [id, data] of Object.entries(bad)) await queue.add('bad', data, { jobId: id })
    await vi.waitFor(async () => expect(await queue.getFailedCount()).toBe(4), { timeout: 5000 })
    const reason = async (id: string) => (await queue.getJob(id))?.failedReason
    expect(await reason('malformed')).toMatch(/no run of a study/)
    expect(await reason('none')).toMatch(/no run of a study/)
    expect(await reason('path')).toMatch(/this worker has no study '.\/evil.ts', but 'toy'/)
    expect(await reason('elsewhere')).toMatch(/study 'toy' has no run '..\/..\/etc'/)

    const wrong = listener()
    const right = listener()
    const [first, second] = [toyRuns.slice(0, 1), toyRuns.slice(1)]
    await Promise.all([
      submit(toyStudy, wrong.events, { fingerprint: 'fromafar', runs: first }).end,
      submit(toyStudy, right.events, { runs: second, to: join(folder, 'other') }).end,
    ])
    expect(wrong.failed).toHaveLength(1)
    expect(wrong.failed[0]?.reason).toContain(fingerprintOf(toyStudy))
    expect(wrong.failed[0]?.reason).toContain('fromafar')
    expect((await eventsIn(folder, toyRuns[0] as PlannedRun)).at(-1)).toMatchObject({ event: 'failed' })
    expect(right.finished).toHaveLength(3)
    for (const id of Object.keys(bad)) await queue.remove(id)
    expect(await redis.lasting()).toEqual([])
  })

  test('a worker keeps the studies of a few requests, not of all that were ever made', async () => {
    const made: (number | undefined)[] = []
    const counting = (request: StudyRequest) => {
      made.push(request.seeds)
      return loadStudy(request)
    }
    work({ loadStudy: counting }, { concurrency: 1 })
    const queue = new Queue(queueName('toy'), { connection: redis.client, prefix: 'plastax' })
    const ask = async (...asked: readonly number[]) => {
      const before = await queue.getFailedCount()
      for (const seeds of asked)
        await queue.add('ask', { request: { ...requestFor('toy'), seeds }, fingerprint: 'f', id: 'x' })
      await vi.waitFor(async () => expect(await queue.getFailedCount()).toBe(before + asked.length), {
        timeout: 20_000,
      })
    }
    await ask(1, 1, 2, 1)
    expect(made).toEqual([1, 2])
    await ask(...Array.from({ length: 20 }, (_, i) => i + 3))
    expect(made).toHaveLength(22)
    await ask(22, 1)
    expect(made.slice(22)).toEqual([1])
    await queue.close()
  })

  test('a job that is no JSON keeps a worker from no other', async () => {
    const queue = new Queue(queueName('toy'), { connection: redis.client, prefix: 'plastax' })
    await queue.add('bad', {}, { jobId: 'bad' })
    await redis.client.hset(queue.toKey('bad'), 'data', 'no JSON')
    work({}, { lockMs: 500 })
    const { events, finished, failed } = listener()
    await submit(toyStudy, events).end
    expect([finished.length, failed.length]).toEqual([toyRuns.length, 0])
    await queue.close()
  })

  test('a run that throws fails with its sentence, and is tried anew when the study is', async () => {
    let broken = true
    const execute: WorkerParts['execute'] = (assignment, watching) =>
      broken && assignment.run.spec.seed === 1
        ? Promise.reject(new Error('the data is not there'))
        : toyExecute()(assignment, watching)
    work({ execute })
    const first = listener()
    await submit(toyStudy, first.events).end
    expect(first.finished).toHaveLength(2)
    expect(first.failed.map(({ reason }) => reason)).toEqual(['the data is not there', 'the data is not there'])
    broken = false
    const runs = toyRuns.filter(({ spec }) => spec.seed === 1)
    const second = listener()
    await submit(toyStudy, second.events, { runs }).end
    expect(second.failed).toEqual([])
    expect(second.finished).toHaveLength(2)
  })

  test('a submitter that died finds what was finished meanwhile', async () => {
    const begun: string[] = []
    const died = submit(toyStudy, listener().events)
    const queue = new Queue(queueName('toy'), { connection: redis.client, prefix: 'plastax' })
    await vi.waitFor(async () => expect(await queue.getPrioritizedCount()).toBe(4), { timeout: 5000 })
    // Its connection goes without a word, as when its process does.
    await died.engine.close()
    await expect(died.end).rejects.toThrow()
    let broken = true
    const execute = toyExecute(begun)
    work({
      execute: (assignment, watching) =>
        broken && assignment.run.id === toyRuns[3]?.id
          ? Promise.reject(new Error('the data is not there'))
          : execute(assignment, watching),
    })
    await vi.waitFor(async () => expect(await queue.getJobCountByTypes('completed', 'failed')).toBe(4), {
      timeout: 5000,
    })
    broken = false
    const { events, finished, failed } = listener()
    await submit(toyStudy, events).end
    // What failed while nobody was there to be told of it is tried anew.
    expect(failed).toEqual([])
    expect(finished).toHaveLength(4)
    expect(begun.sort()).toEqual(toyRuns.map(({ id }) => id).sort())
    for (const run of toyRuns) expect(await readRecord(folder, run)()).toEqual(E.right(O.some(recordOf(run))))
    expect(await jobsLeft()).toEqual([])
  })

  test("a submitter's Ctrl-C takes everything back, and keeps how far it came", async () => {
    const stopped = new AbortController()
    const { study, runs } = { study: toys.long as Study, runs: runsOf(toys.long as Study) }
    work({}, { lockMs: 600 })
    const { events, workers } = listener()
    const { end } = submit(study, events, { signal: stopped.signal })
    const first = runs[0] as PlannedRun
    const queue = new Queue(queueName('long'), { connection: redis.client, prefix: 'plastax' })
    await vi.waitFor(async () => expect((await eventsIn(folder, first)).length).toBeGreaterThan(3), { timeout: 5000 })
    // A line for each of the two runs that the worker does at a time.
    await vi.waitFor(() => expect(workers.size).toBe(2), { timeout: 5000 })
    stopped.abort(new Error('interrupted'))
    await expect(end).rejects.toThrow('interrupted')
    expect(await queue.getJobCounts('active', 'prioritized', 'wait', 'completed', 'failed')).toEqual({
      active: 0,
      prioritized: 0,
      wait: 0,
      completed: 0,
      failed: 0,
    })
    const saved = await epochsSaved(folder, first)
    expect(saved).toBeGreaterThan(1)
    // The worker notices, and is free for others.
    await vi.waitFor(() => expect(lines.filter(line => line.startsWith('dropped'))).toHaveLength(2), { timeout: 5000 })
    // BullMQ's word that there are runs goes with the next look for some.
    await vi.waitFor(async () => expect(await redis.lasting()).toEqual([]), { timeout: 10_000 })
    // And what was saved is where the next try begins, even on a Redis that knows nothing of it.
    await redis.client.flushall()
    const again = new AbortController()
    const resumed = submit(study, listener().events, { signal: again.signal })
    const resumptions = async () => (await eventsIn(folder, first)).filter(({ event }) => event === 'resumed')
    await vi.waitFor(async () => expect(await resumptions()).toHaveLength(1), { timeout: 5000 })
    expect((await resumptions())[0]?.epoch).toBe(saved)
    again.abort(new Error('interrupted'))
    await expect(resumed.end).rejects.toThrow('interrupted')
  })

  test('of two checkpoints the longer one wins, on the way there and back', async () => {
    const [ahead, behind] = toyRuns as [PlannedRun, PlannedRun]
    const jobOf = ({ id }: PlannedRun) => jobId({ fingerprint: fingerprintOf(toyStudy), id })
    // What a worker saved after the submitter's Ctrl-C; of one run the study went on without Redis.
    for (const run of [ahead, behind]) await redisStore(redis.client, jobOf(run)).save(checkpointAfter(2))
    await (await folderStore(folder, ahead)).save(checkpointAfter(3))
    await (await folderStore(folder, behind)).save(checkpointAfter(1))
    const resumedAt: Record<string, number> = {}
    const execute: WorkerParts['execute'] = async ({ run, store }) => {
      resumedAt[run.id] = epochsIn(await store.checkpoint())
      // Such as one of a version that goes on from no checkpoint of another.
      if (run.id === ahead.id) await store.save(checkpointAfter(1))
      throw new Error('the machine is too small')
    }
    work({ execute })
    const { events, failed } = listener()
    await submit(toyStudy, events, { runs: [ahead, behind] }).end
    expect(failed).toHaveLength(2)
    expect(resumedAt).toEqual({ [ahead.id]: 3, [behind.id]: 2 })
    expect(await Promise.all([ahead, behind].map(run => epochsSaved(folder, run)))).toEqual([3, 2])
  })

  test("a worker's Ctrl-C gives its run back at once, with its last checkpoint", async () => {
    const leaving = new AbortController()
    const run = toyRuns[0] as PlannedRun
    const slow: WorkerParts['execute'] = async ({ store }, { signal }) => {
      await store.log({ event: 'started', epoch: 0, versions: {} })
      await store.save(checkpointAfter(2))
      await sleep(60_000, undefined, { signal })
      throw new Error('not reached')
    }
    const { events, finished } = listener()
    const left = work({ execute: slow }, { concurrency: 1 }, leaving.signal)
    const { end } = submit(toyStudy, events, { runs: [run] })
    await vi.waitFor(async () => expect((await eventsIn(folder, run)).length).toBe(1), { timeout: 5000 })
    leaving.abort(new Error('interrupted'))
    await left
    expect(lines).toContain(`gave back ${run.id}`)
    const begun = performance.now()
    work()
    await end
    // No lock had to run out, which takes 15 seconds.
    expect(performance.now() - begun).toBeLessThan(5000)
    expect(finished).toEqual([recordOf(run)])
    const [, resumed] = await eventsIn(folder, run)
    expect(resumed).toMatchObject({ event: 'resumed', epoch: 2 })
  })

  test('two studies at once do not disturb each other', async () => {
    const [one, two] = [listener(), listener()]
    const other = toys.other as Study
    await Promise.all([
      submit(toyStudy, one.events).end,
      submit(other, two.events, { to: join(folder, 'other') }).end,
      sleep(300).then(() => void work()),
    ])
    expect(one.finished.map(({ id }) => id).sort()).toEqual(toyRuns.map(({ id }) => id).sort())
    expect(two.finished.map(({ spec }) => spec.epochs)).toEqual([2, 2, 2, 2])
    expect(await redis.lasting()).toEqual([])
    expect(lines.some(line => line.includes('no worker is there'))).toBe(true)
  })

  test('a Redis that forgot everything is told again', async () => {
    const run = toyRuns[0] as PlannedRun
    const { events, finished } = listener()
    const { end } = submit(toyStudy, events, { runs: [run] })
    const job = `plastax:${queueName('toy')}:${jobId({ fingerprint: fingerprintOf(toyStudy), id: run.id })}`
    await vi.waitFor(async () => expect(await redis.client.exists(job)).toBe(1), { timeout: 5000 })
    await redis.client.flushall()
    await redis.client.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    work()
    await end
    expect(finished).toEqual([recordOf(run)])
  })

  test('what is wrong with Redis is a sentence, and soon', { timeout: 20_000 }, async () => {
    const guarded = await startRedis('secret')
    const sockets: Socket[] = []
    const mute = createServer(socket => void sockets.push(socket)).listen(0, '127.0.0.1')
    const port = await freePort()
    const mutePort = (mute.address() as { readonly port: number }).port
    const cases: readonly (readonly [string, RegExp])[] = [
      [`redis://127.0.0.1:${port}`, /^no Redis at 127.0.0.1:\d+ \(ECONNREFUSED\); start one/],
      ['redis://no-such-host.invalid', /^no Redis at no-such-host.invalid:6379 \((ENOTFOUND|EAI_AGAIN)\)/],
      ['http://:hunter2@localhost', /^--redis is no URL of a Redis; use redis:/],
      ['localhost:6379', /^--redis is no URL of a Redis/],
      [`redis://127.0.0.1:${mutePort}`, /^no Redis at .* \(no answer within 0.5 s\)/],
      [`redis://127.0.0.1:${guarded.port}`, /^Redis at .* asks for a password/],
      [`redis://:wrong@127.0.0.1:${guarded.port}`, /^Redis at .* refuses the password/],
      [`${redis.url}/99999`, /^Redis at .* has no database of this number/],
      [`${redis.url}/x`, /^--redis is no URL of a Redis/],
      // What stands after an @, a slash or such in a password would else be a host, and be printed.
      ['redis://:secret@hunter2@127.0.0.1', /^--redis has an @ too many/],
      ['redis://:secret@hunter2/x@127.0.0.1', /^--redis has an @ too many/],
      ['redis://:secret/hunter2@127.0.0.1', /^--redis has an @ too many/],
      ['redis://user:1/hunter2@127.0.0.1', /^--redis has an @ too many/],
      ['redis://:secret?hunter2@127.0.0.1', /^--redis has an @ too many/],
      ['redis://:secret#hunter2@127.0.0.1', /^--redis has an @ too many/],
    ]
    for (const [url, message] of cases) {
      const begun = performance.now()
      const context = { request: requestFor('toy'), fingerprint: 'f', folder }
      const engine = queueEngine(context, { redis: url, answerMs: 500 })
      await expect(engine.run(toyRuns, listener().events, never)).rejects.toThrow(message)
      await engine.close()
      const worker = serveQueue(parts(), { redis: url, concurrency: 1, answerMs: 500 }, ending.signal)
      await expect(worker).rejects.toThrow(message)
      await expect(worker).rejects.not.toThrow(/hunter2|wrong/)
      expect(performance.now() - begun).toBeLessThan(5000)
    }
    for (const socket of sockets) socket.destroy()
    mute.close()
    await guarded.stop()
  })

  test('a Redis that is lost for good ends both sides with a sentence', async () => {
    const mortal = await startRedis()
    const context = { request: requestFor('long'), fingerprint: fingerprintOf(toys.long as Study), folder }
    const engine = queueEngine(context, { redis: mortal.url, attempts: 3 })
    const run = runsOf(toys.long as Study)[0] as PlannedRun
    const submitted = engine.run([run], listener().events, never)
    const serving = serveQueue(parts(), { redis: mortal.url, concurrency: 1, attempts: 3 }, ending.signal)
    const ends = Promise.allSettled([submitted, serving])
    await vi.waitFor(async () => expect((await eventsIn(folder, run)).length).toBeGreaterThan(2), { timeout: 5000 })
    await mortal.kill()
    const messages = (await ends).map(end => (end.status === 'rejected' ? end.reason.message : 'no fault'))
    for (const message of messages)
      expect(message).toMatch(/^Redis at 127.0.0.1:\d+ was lost and did not come back; start it/)
    await engine.close()
    await mortal.stop()
  })
})
