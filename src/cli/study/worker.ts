/** `plastax study worker`: takes runs of studies from a queue. */
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { builtinStudies } from '../../study/builtin/index.js'
import { messageOf } from '../../study/error.js'
import { loadStudy } from '../../study/index.js'
import type { Io } from '../io.js'
import { say } from '../printable.js'

/** What `plastax study worker` is asked to do. */
export interface StudyWorkerOptions {
  /** URL. */
  readonly redis: string
  /** The path of a module. Default: all built-in studies. */
  readonly study?: string
  /** Runs at a time. Default: as many as there are cores. */
  readonly concurrency?: number
  /** Seconds without a sign of life after which others take a worker's runs over, > 0. Default 15. */
  readonly lock?: number
}

/**
 * Takes runs from the queue and does them until Ctrl-C, which gives back what is under way.
 *
 * @returns a task; left what is wrong with Redis or with the study
 * @example
 * await studyWorkerCommand(processIo)({ redis: 'redis://localhost' })()
 */
export const studyWorkerCommand =
  (io: Io) =>
  ({
    redis,
    study,
    concurrency = availableParallelism(),
    lock = 15,
  }: StudyWorkerOptions): TE.TaskEither<string, void> =>
    TE.tryCatch(async () => {
      if (study !== undefined && !existsSync(study)) throw new Error(`there is no file '${study}'`)
      // Loaded only here: most who use the command line have no Redis.
      const { serveQueue, threads } = await import('../../study/queue/index.js')
      const ending = new AbortController()
      const ignoreFurther = io.onInterrupt(() =>
        ending.signal.aborted ? io.exit(130) : ending.abort(new Error('interrupted')),
      )
      const { execute, close } = threads(redis, concurrency)
      const notice = (line: string) => say(io.stderr, `${line}\n`)
      try {
        const parts = { loadStudy, builtins: Object.keys(builtinStudies), execute, notice }
        await serveQueue(parts, { redis, study, concurrency, lockMs: 1000 * lock }, ending.signal)
      } finally {
        ignoreFurther()
        await close()
      }
    }, messageOf)
