/** `plastax study`: runs studies, and tells how they stand and what came of them. */
import { stat } from 'node:fs/promises'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as O from 'fp-ts/lib/Option.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { dataProblems } from '../../study/data.js'
import { messageOf, StudyError } from '../../study/error.js'
import { lastFailures } from '../../study/folder.js'
import {
  type Engine,
  type EngineContext,
  fingerprintOf,
  loadStudy,
  localEngine,
  lockFolder,
  type Manifest,
  type PlannedRun,
  plannedRuns,
  readManifest,
  readRecords,
  resultOf,
  runStudy,
  type Study,
  type StudyRequest,
  type StudyResult,
  tuningRuns,
} from '../../study/index.js'
import { findManifest } from '../../study/manifest.js'
import { numberOfRuns } from '../../study/problems.js'
import { count } from '../../study/report/text.js'
import type { Io } from '../io.js'
import { say } from '../printable.js'
import { gridText, reachText } from './grid.js'
import { studyDisplay } from './progress.js'

/** What `plastax study run` is asked to do. */
export interface StudyRunOptions extends StudyRequest {
  /** The study's folder. Default `studies/` and its name. */
  readonly out?: string
  readonly dryRun: boolean
  /** Those of finished runs, which are else removed. */
  readonly keepCheckpoints?: boolean
  /** Threads; default as many as there are cores. */
  readonly workers?: number
  readonly engine: 'local' | 'bullmq'
  /** Where Redis is, for `bullmq`. */
  readonly redis: string
}

/** The request alone, without what is the command line's. */
const requestOf = ({ study, quick, asPublished, variants, seeds, epochs, data }: StudyRunOptions): StudyRequest => ({
  study,
  quick,
  asPublished,
  ...(variants && { variants }),
  ...(seeds !== undefined && { seeds }),
  ...(epochs !== undefined && { epochs }),
  ...(data !== undefined && { data }),
})

/**
 * Before a folder is made or locked: what can be said is said while there is nothing to clear away.
 *
 * @throws Error where the folder has another study, whose manifest would be lost, or is a file; where a new study's data are missing
 */
const checkFolder = async (
  folder: string,
  study: Study,
  { engine }: StudyRunOptions,
  { stderr }: Io,
): Promise<void> => {
  const found = await stat(folder).catch(() => undefined)
  if (found !== undefined && !found.isDirectory())
    throw new Error(`'${folder}' is a file; name a folder, or none yet, with --out`)
  const before = await findManifest(folder)()
  if (E.isLeft(before)) return say(stderr, `${before.left}: it is written anew\n`)
  if (O.isSome(before.right)) {
    if (before.right.value.name === study.name) return
    throw new Error(`'${folder}' has the study '${before.right.value.name}'; name another folder with --out`)
  }
  // Of runs that are finished nobody needs the data, so one that was begun is asked by its engine. Workers have data of their own.
  const problems = engine === 'local' ? await dataProblems(study.data) : []
  if (problems.length > 0) throw new StudyError('data', problems)
}

/** What would be run, and how much of it is there already. */
const dryRun = ({ stdout }: Io, study: Study, folder: string): TE.TaskEither<string, void> =>
  TE.tryCatch(async () => {
    say(stdout, gridText(study))
    const before = await findManifest(folder)()
    const choices = E.isRight(before) && O.isSome(before.right) ? before.right.value.choices : []
    const planned = [...tuningRuns(study), ...plannedRuns(study, choices)]
    const done = (await readRecords(folder, planned)).length
    say(
      stdout,
      done === 0 ? `none is finished in '${folder}'\n` : `${done} of ${planned.length} are finished in '${folder}'\n`,
    )
  }, messageOf)

const engineOf = async (
  context: EngineContext,
  { engine, workers, redis }: StudyRunOptions,
  { stderr }: Io,
): Promise<Engine> => {
  if (engine === 'local') return localEngine(context, workers)
  // Loaded only here: most who run studies have no Redis, and it takes a second.
  const { queueEngine } = await import('../../study/queue/index.js')
  return queueEngine(context, { redis, notice: line => say(stderr, `${line}\n`) })
}

/** Writes the report, and says what it says. */
const report =
  ({ stdout }: Io, folder: string) =>
  (result: StudyResult): TE.TaskEither<string, void> =>
    pipe(
      // Loaded only here: charts take longer to load than all the rest.
      TE.tryCatch(() => import('../../study/report/index.js'), messageOf),
      TE.chainFirst(({ writeReport }) => writeReport(result, `${folder}/report`)),
      TE.chainIOK(({ reportOf }) => () => {
        const { answer, cells } = reportOf(result).findings
        const lines = cells.flatMap(({ cell, answer: found, sentences }) => [
          `${cell}: ${found}`,
          ...sentences.map(sentence => `  ${sentence}`),
        ])
        say(stdout, `${answer}\n\n${lines.join('\n')}\n\n${folder}/report/report.html\n`)
      }),
    )

const missingText = ({ missing }: StudyResult, folder: string): string => {
  const reasons = [...new Set(missing.map(({ reason }) => reason))]
  return `${count(missing.length, 'run')} did not finish (${reasons.join('; ')}); run the same command again to try once more: '${folder}' keeps what is done`
}

/** To plan more takes seconds. */
const MANY_RUNS = 5000

/** @throws Error with a sentence; where it was interrupted, the process ends instead, once everything is put away */
const runIn = async (study: Study, folder: string, options: StudyRunOptions, io: Io): Promise<Manifest> => {
  const ending = new AbortController()
  await checkFolder(folder, study, options, io)
  const release = await lockFolder(folder)
  try {
    const context = {
      request: requestOf(options),
      fingerprint: fingerprintOf(study),
      folder,
      keepCheckpoints: options.keepCheckpoints ?? false,
    }
    const engine = await engineOf(context, options, io)
    const display = studyDisplay(io.stderr)
    const listen = () =>
      io.onInterrupt(() => {
        if (!ending.signal.aborted) return ending.abort(new Error('interrupted'))
        // A thread that hears nothing, such as one that never gets through the study's file.
        display.stop()
        io.exit(130)
      })
    const runs = numberOfRuns(study)
    // Nobody hears a signal while many runs are planned, so that until then Ctrl-C ends the process as it ends any other.
    let ignoreFurther = runs > MANY_RUNS ? undefined : listen()
    const stage: typeof display.stage = (...told) => {
      ignoreFurther ??= listen()
      display.stage(...told)
    }
    if (runs > MANY_RUNS)
      say(io.stderr, `${runs} runs are planned, which take ${Math.ceil(runs / 3600)} hours at a second each\n`)
    try {
      return await runStudy(study, context, folder, engine, { ...display, stage }, ending.signal)
    } finally {
      display.stop()
      ignoreFurther?.()
      await engine.close()
    }
  } finally {
    await release()
    if (ending.signal.aborted) {
      say(io.stderr, `interrupted; run the same command again to go on: '${folder}' keeps what is done\n`)
      io.exit(130)
    }
  }
}

/**
 * Runs a study, or goes on with it, and writes its report; with `dryRun` prints its grid and runs nothing.
 *
 * @returns a task; left what is wrong, or which runs did not finish
 * @example
 * await runStudyCommand(processIo)({ study: 'fashion', quick: true, asPublished: false, dryRun: false, engine: 'local', redis })()
 */
export const runStudyCommand =
  (io: Io) =>
  (options: StudyRunOptions): TE.TaskEither<string, void> =>
    pipe(
      loadStudy(requestOf(options)),
      TE.chain(study => {
        const folder = options.out ?? `studies/${study.name}`
        if (options.dryRun) return dryRun(io, study, folder)
        for (const line of reachText(study)) say(io.stderr, `${line}\n`)
        return pipe(
          TE.tryCatch(async () => resultOf(folder, await runIn(study, folder, options, io)), messageOf),
          TE.chainFirst(result => (result.runs.length > 0 ? report(io, folder)(result) : TE.right(undefined))),
          TE.chain(result => (result.missing.length > 0 ? TE.left(missingText(result, folder)) : TE.right(undefined))),
        )
      }),
    )

/** Each reason once, and under it the runs that failed for it. What is missing because others failed has a reason and no runs. */
const failureLines = async (
  folder: string,
  runs: readonly PlannedRun[],
  missing: StudyResult['missing'],
): Promise<readonly string[]> => {
  const failed = [...(await lastFailures(folder, runs))].map(([id, reason]) => ({ id, reason }))
  const reasons = new Set(
    [...failed, ...missing].map(({ reason }) => reason).filter(reason => reason !== 'not finished'),
  )
  return [...reasons].flatMap(reason => {
    const ids = failed.filter(run => run.reason === reason).map(({ id }) => `  ${id}`)
    return [`${ids.length > 0 ? 'failed: ' : ''}${reason}`, ...ids]
  })
}

/**
 * Tells how a study stands: runs done, under way, missing, and settings chosen so far.
 *
 * @example
 * await studyStatusCommand(processIo)('studies/fashion')()
 */
export const studyStatusCommand =
  ({ stdout }: Io) =>
  (folder: string): TE.TaskEither<string, void> =>
    pipe(
      readManifest(folder),
      TE.chain(manifest =>
        TE.tryCatch(async () => {
          const { name, request, tuning, final, choices } = manifest
          const tuned = await readRecords(folder, tuning)
          const { runs: finished, missing } = await resultOf(folder, manifest)
          const diverged = finished.filter(({ outcome }) => outcome.status === 'diverged')
          const lines = [
            `${name} (plastax study run ${request.study})`,
            ...(tuning.length > 0 ? [`to choose settings: ${tuned.length} of ${count(tuning.length, 'run')}`] : []),
            ...(choices.length > 0 ? [`settings chosen: ${count(choices.length, 'choice')}`] : []),
            `final: ${finished.length} of ${count(final.length, 'run')}${diverged.length > 0 ? `, ${diverged.length} diverged` : ''}`,
            ...(await failureLines(folder, [...tuning, ...final], missing)),
          ]
          say(stdout, `${lines.join('\n')}\n`)
        }, messageOf),
      ),
    )

/**
 * Writes the report of a study from what its folder has, finished or not.
 *
 * @example
 * await studyReportCommand(processIo)('studies/fashion')()
 */
export const studyReportCommand =
  (io: Io) =>
  (folder: string): TE.TaskEither<string, void> =>
    pipe(
      readManifest(folder),
      TE.chain(manifest => TE.tryCatch(() => resultOf(folder, manifest), messageOf)),
      TE.filterOrElse(
        ({ runs }) => runs.length > 0,
        () => `'${folder}' has no finished final run yet; there is nothing to report`,
      ),
      TE.chain(report(io, folder)),
    )
