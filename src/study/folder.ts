/** The folder of a run: `config.json`, `events.jsonl`, `checkpoint.bin`, and `summary.json` once it is finished. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as O from 'fp-ts/lib/Option.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { brief, decodeJson, struct, text } from '../config/records.js'
import { appendInside, makeInside, readRegular, removeInside, replaceInside } from '../node/folder.js'
import type { RunEvent, RunStore } from './engine.js'
import { messageOf } from './error.js'
import { toJson } from './json.js'
import { canonical } from './plan.js'
import { runEvent, runRecord } from './records.js'
import type { PlannedRun, RunRecord } from './types.js'
import { versions } from './versions.js'

const inRun = (id: string, file: string): string => join('runs', id, file)

/** Where the runs of a study are, in its folder. */
export const runFolder = (study: string, id: string): string => join(study, 'runs', id)

/** Removes what a process that was killed left beside the files it was replacing. */
const clear = async (folder: string): Promise<void> => {
  const left = (await readdir(folder)).filter(name => /^\..*\.tmp$/.test(name))
  await Promise.all(left.map(name => rm(join(folder, name), { force: true })))
}

const line = (event: object): string => toJson({ at: new Date().toISOString(), ...event }, 0)

const logIn = (study: string, { id }: PlannedRun, event: RunEvent): Promise<void> =>
  appendInside(study, inRun(id, 'events.jsonl'), line(event))

/**
 * Keeps a run in its folder, which it makes.
 *
 * @param study the study's folder
 * @param keepCheckpoints whether a finished run keeps its checkpoint. Default false
 * @throws Error of the file system, from each of its functions
 * @example
 * const store = await folderStore('out', run)
 * await store.save(checkpoint)
 */
export const folderStore = async (study: string, run: PlannedRun, keepCheckpoints = false): Promise<RunStore> => {
  const at = (file: string) => inRun(run.id, file)
  await clear(await makeInside(study, join('runs', run.id)))
  await replaceInside(study, at('config.json'), toJson({ ...run, versions: versions() }))
  return {
    checkpoint: () => readRegular(join(study, at('checkpoint.bin'))),
    save: checkpoint => replaceInside(study, at('checkpoint.bin'), checkpoint),
    log: event => logIn(study, run, event),
    finish: async record => {
      await replaceInside(study, at('summary.json'), toJson(record))
      if (!keepCheckpoints) await removeInside(study, at('checkpoint.bin'))
    },
  }
}

/** What is said of a record that is damaged. */
export const damaged = (reason: string): string =>
  `its record is damaged (${reason}): it counts as not finished, and is done again`

const decode = decodeJson(runRecord)
const given = ({ spec: { stage: _, ...rest } }: PlannedRun): string => canonical(rest)

/** A record of a run, from JSON; left a sentence where it is none, or that of another run. */
export const decodeRecord =
  (run: PlannedRun) =>
  (json: string): E.Either<string, RunRecord> =>
    pipe(
      decode(json),
      E.mapLeft(brief),
      E.filterOrElse(
        record => record.id === run.id && given(record) === given(run),
        () => 'it is that of another run',
      ),
    )

/**
 * The record of a finished run; none where it is not finished.
 *
 * @returns a task; left what is wrong with the file: then the run is to be done again
 * @example
 * await readRecord('out', run)() // right none, or some record
 */
export const readRecord = (study: string, run: PlannedRun): TE.TaskEither<string, O.Option<RunRecord>> =>
  pipe(
    TE.tryCatch(() => readRegular(join(study, inRun(run.id, 'summary.json'))), messageOf),
    TE.flatMapEither(bytes =>
      bytes === undefined ? E.right(O.none) : pipe(bytes.toString('utf8'), decodeRecord(run), E.map(O.some)),
    ),
  )

// Of runs whose folders cannot be made or written.
const ELSEWHERE = 'failures.jsonl'

/** Logs that what a run had left cannot be read. */
export const logDamage = (study: string, run: PlannedRun, reason: string): Promise<void> =>
  logIn(study, run, { event: 'damaged', reason })

/** Logs why a run failed: in its folder, or in the study's where that is what failed. */
export const logFailure = async (study: string, run: PlannedRun, reason: string): Promise<void> => {
  const event = { event: 'failed', reason } as const
  await logIn(study, run, event)
    .catch(() => appendInside(study, ELSEWHERE, line({ run: run.id, ...event })))
    // Not there either: whoever runs the study is told all the same.
    .catch(() => undefined)
}

// As many as there are threads for it, and far from as many files as may be open.
const AT_ONCE = 16

/** Does something with each value, in order, some at a time. */
export const someAtATime = async <A, B>(values: readonly A[], f: (value: A) => Promise<B>): Promise<readonly B[]> => {
  const results: B[] = []
  const waiting = values.entries()
  const lane = async () => {
    for (const [i, value] of waiting) results[i] = await f(value)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return results
}

const linesOf = async (file: string): Promise<readonly string[]> => {
  const bytes = await readRegular(file).catch(() => undefined)
  return bytes?.toString('utf8').trimEnd().split('\n') ?? []
}

const decodeEvent = decodeJson(runEvent)
const decodeFailure = decodeJson(struct({ at: text, run: text, reason: text }))

interface Failure {
  readonly at: string
  readonly reason: string
}

const lastInRun = async (study: string, id: string): Promise<RunEvent | undefined> => {
  const last = (await linesOf(join(study, inRun(id, 'events.jsonl')))).at(-1)
  return last === undefined ? undefined : O.toUndefined(O.fromEither(decodeEvent(last)))
}

/** Why runs failed the last time, by their ids, from their logs; those that did not are not there. */
export const lastFailures = async (
  study: string,
  runs: readonly PlannedRun[],
): Promise<ReadonlyMap<string, string>> => {
  const elsewhere = new Map<string, Failure>()
  for (const line of await linesOf(join(study, ELSEWHERE))) {
    const found = decodeFailure(line)
    if (E.isRight(found)) elsewhere.set(found.right.run, found.right)
  }
  const found = await someAtATime(runs, async ({ id }) => {
    const last = await lastInRun(study, id)
    const failure = elsewhere.get(id)
    // Whatever came later counts: a folder that could not be made may have been mended since.
    if (failure !== undefined && failure.at >= (last?.at ?? '')) return [[id, failure.reason] as const]
    return last?.event === 'failed' ? [[id, last.reason] as const] : []
  })
  return new Map(found.flat())
}
