/** The commands of `plastax study`, their options and help. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { builtinStudies } from '../../study/builtin/index.js'
import { LIMITS } from '../../train/limits.js'
import { numberIn } from '../options.js'
import type { StudyRunOptions } from './study.js'
import type { StudyWorkerOptions } from './worker.js'

/** What the commands do; each leaves what went wrong. */
export interface StudyCommands {
  readonly runStudy: (options: StudyRunOptions) => TE.TaskEither<string, void>
  readonly studyStatus: (folder: string) => TE.TaskEither<string, void>
  readonly studyReport: (folder: string) => TE.TaskEither<string, void>
  readonly studyWorker: (options: StudyWorkerOptions) => TE.TaskEither<string, void>
}

const REDIS = 'redis://127.0.0.1:6379'

const names = (text: string): readonly string[] => {
  const found = [...new Set(text.split(',').map(name => name.trim()))].filter(name => name !== '')
  if (found.length === 0) throw new InvalidArgumentError('Name at least one variant.')
  return found
}

const builtinHelp = (): string => {
  const studies = Object.entries(builtinStudies)
  const width = Math.max(...studies.map(([name]) => name.length))
  return [
    '',
    'Built-in studies:',
    ...studies.map(([name, { study }]) => `  ${name.padEnd(width)}  ${study.description}`),
  ].join('\n')
}

const addRun = (
  group: Command,
  { runStudy }: StudyCommands,
  failing: (task: TE.TaskEither<string, void>) => Promise<void>,
): void => {
  group
    .command('run')
    .description('Run a study, or go on with it where it was stopped, and write its report.')
    .argument('<study>', 'a built-in study, or a TypeScript module that exports one by default')
    .option('--out <dir>', "the study's folder (default: studies/NAME)")
    .option('--dry-run', 'print the grid and how many runs it makes; run nothing', false)
    .option('--quick', 'a version that ends within minutes, on the shipped data where it is built in', false)
    .option('--as-published', "the paper's protocol: its settings, or settings chosen on the test set", false)
    .option('--variants <names>', 'only these, separated by commas', names)
    .option('--seeds <n>', 'how many seeds', numberIn(LIMITS.seeds))
    .option('--epochs <n>', 'passes over the training examples', numberIn(LIMITS.epochs))
    .option('--data <source>', "where its data sets are: 'shipped', 'full' or a folder")
    .option('--keep-checkpoints', 'keep those of finished runs, which nothing reads any more', false)
    .option('--workers <n>', 'threads (default: one for each core)', numberIn(LIMITS.threads))
    .addOption(new Option('--engine <name>', 'what runs the runs').choices(['local', 'bullmq']).default('local'))
    .option('--redis <url>', 'where Redis is, for bullmq', REDIS)
    .addHelpText('after', builtinHelp())
    .action((study: string, options: Omit<StudyRunOptions, 'study'>) => failing(runStudy({ study, ...options })))
}

/**
 * Adds `study run`, `study status`, `study report` and `study worker` to the program.
 *
 * @param failing awaits a task and ends the command where it leaves a message
 */
export const addStudy = (
  root: Command,
  commands: StudyCommands,
  failing: (task: TE.TaskEither<string, void>) => Promise<void>,
): void => {
  const group = root.command('study').description('Run studies: variants x data x fractions x seeds, with a report.')
  addRun(group, commands, failing)
  group
    .command('status')
    .description('Tell how a study stands.')
    .argument('<dir>', "the study's folder")
    .action((folder: string) => failing(commands.studyStatus(folder)))
  group
    .command('report')
    .description('Write the report of a study again, from what its folder has.')
    .argument('<dir>', "the study's folder")
    .action((folder: string) => failing(commands.studyReport(folder)))
  group
    .command('worker')
    .description('Take runs of studies from a queue in Redis, and do them, until Ctrl-C.')
    .option('--redis <url>', 'where Redis is', REDIS)
    .option('--study <file>', 'take the runs of this module (default: those of all built-in studies)')
    .option('--concurrency <n>', 'runs at a time (default: one for each core)', numberIn(LIMITS.threads))
    .option(
      '--lock <seconds>',
      'silence after which others take over the runs of a worker',
      numberIn(LIMITS.lockSeconds),
      15,
    )
    .action((options: StudyWorkerOptions) => failing(commands.studyWorker(options)))
}
