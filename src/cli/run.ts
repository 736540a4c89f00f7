/** From arguments to an exit code. */
import { CommanderError } from 'commander'
import * as E from 'fp-ts/lib/Either.js'
import { version } from '../node/version.js'
import { messageOf } from '../study/error.js'
import { namedVariants as variants } from '../study/variants.js'
import { compare } from './compare.js'
import type { Io } from './io.js'
import { say } from './printable.js'
import { program } from './program.js'
import { runStudyCommand, studyReportCommand, studyStatusCommand } from './study/study.js'
import { studyWorkerCommand } from './study/worker.js'
import { divergenceOf, train } from './train.js'

/**
 * Runs the command line; what goes wrong is one line on standard error.
 *
 * @param args without the interpreter and the script
 * @returns the exit code: 0, or 1 where something was wrong, a training run that diverged included
 * @example
 * await run(['compare', '--seeds', '8', '--json', 'results.json'], processIo)
 */
export const run = async (args: readonly string[], io: Io): Promise<number> => {
  const parts = {
    version: version(),
    variants,
    stdout: (text: string) => say(io.stdout, text),
    stderr: (text: string) => say(io.stderr, text),
    compare: async (options: Parameters<ReturnType<typeof compare>>[0]) => {
      const result = await compare(io)(options)()
      return E.isLeft(result) ? result.left : undefined
    },
    train: async (options: Parameters<ReturnType<typeof train>>[0]) => {
      const result = await train(io)(options)()
      return E.isLeft(result) ? result.left : divergenceOf(result.right)
    },
    runStudy: runStudyCommand(io),
    studyStatus: studyStatusCommand(io),
    studyReport: studyReportCommand(io),
    studyWorker: studyWorkerCommand(io),
  }
  try {
    await program(parts).parseAsync([...args], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode
    say(io.stderr, `error: ${messageOf(error)}\n`)
    return 1
  }
}
