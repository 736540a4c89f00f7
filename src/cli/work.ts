/** What commands that train have in common: failures as lines, work that Ctrl-C ends. */
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { messageOf } from '../study/error.js'
import { useWasm } from '../wasm/index.js'
import type { Io } from './io.js'
import { say } from './printable.js'
import { type Reporter, reporter } from './progress.js'

/** Does something with a value where there is one. */
export const whenGiven =
  <A>(value: A | undefined) =>
  (f: (value: A) => TE.TaskEither<string, void>): TE.TaskEither<string, void> =>
    value === undefined ? TE.right(undefined) : f(value)

/**
 * Works on the WASM backend under a reporter. Ctrl-C clears that up, says which file was not written, and ends the process.
 *
 * @param io where to report, and what tells of Ctrl-C
 * @param runs how many runs there will be
 * @param json the file that will be written, if any
 * @returns what the work gives; a line where it throws
 * @example
 * await reporting(io, 1, undefined, report => train({ ...config, onProgress: at => report.step(run, at) }))()
 */
export const reporting = <A>(
  io: Io,
  runs: number,
  json: string | undefined,
  work: (report: Reporter) => Promise<A>,
): TE.TaskEither<string, A> =>
  pipe(
    TE.tryCatch(() => useWasm(), messageOf),
    TE.chain(() =>
      TE.tryCatch(async () => {
        const report = reporter(runs, io.stderr)
        const ignoreFurther = io.onInterrupt(() => {
          report.stop()
          say(io.stderr, `interrupted${json === undefined ? '' : `; '${json}' was not written`}\n`)
          io.exit(130)
        })
        try {
          return await work(report)
        } finally {
          report.stop()
          ignoreFurther()
        }
      }, messageOf),
    ),
  )
