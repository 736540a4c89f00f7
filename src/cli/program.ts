/** The command line: its commands, options and help. */
import { Command, CommanderError, Option } from 'commander'
import * as E from 'fp-ts/lib/Either.js'
import type { NamedVariant } from '../study/variants.js'
import { LIMITS } from '../train/limits.js'
import { type CompareOptions, controlKinds, numberIn, variantsFrom } from './options.js'
import { addStudy, type StudyCommands } from './study/program.js'
import type { TrainOptions } from './train.js'

/** What the program needs from outside. */
export interface ProgramParts extends StudyCommands {
  readonly version: string
  readonly variants: readonly NamedVariant[]
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  /** Runs `plastax compare`; a message where it fails. */
  readonly compare: (options: CompareOptions) => Promise<string | undefined>
  /** Runs `plastax train`; a message for each fault where it fails. */
  readonly train: (options: TrainOptions) => Promise<readonly string[]>
}

const DEFAULT_VARIANTS = 'neuroplastic,grad-only,adam,sgd'

// commander puts its suggestion on a line of its own; one line is easier to find in a log.
const oneLine = (text: string): string => `${text.trim().replace(/\s*\n\s*/g, ' ')}\n`

const variantHelp = (variants: readonly NamedVariant[]): string => {
  const width = Math.max(...variants.map(({ name }) => name.length))
  const lines = variants.map(
    ({ name, role, description, settings }) =>
      `  ${name.padEnd(width)}  ${role === 'control' ? 'control: ' : ''}${description} (learning rate ${settings.learningRate})`,
  )
  return ['', 'Variants:', ...lines].join('\n')
}

/** Says what went wrong, a line each, and ends the command; where nothing did, it ends well. */
const endWith =
  (stderr: ProgramParts['stderr']) =>
  (failures: readonly string[]): void => {
    for (const failure of failures) stderr(`error: ${oneLine(failure)}`)
    if (failures.length > 0) throw new CommanderError(1, 'plastax.failed', failures.join('\n'))
  }

const addTrain = (root: Command, { train, stderr }: Pick<ProgramParts, 'train' | 'stderr'>): void => {
  root
    .command('train')
    .description(
      "Train as a YAML file of the NeuroPlastic authors' code says; what of it has no effect here is warned of.",
    )
    .requiredOption('--config <file>', 'the file: sections experiment, plasticity and homeostatic')
    .option('--as-published', "reproduce the quirks of the authors' runner: progress always 1, decay once per update")
    .option('--data <source>', "'full', a folder, or 'shipped' (a tenth of Fashion-MNIST); default where the file says")
    .option('--seed <n>', "in place of the file's", numberIn(LIMITS.seed))
    .option('--epochs <n>', "in place of the file's", numberIn(LIMITS.epochs))
    .option('--json <file>', 'write settings, warnings and results to a file')
    .allowExcessArguments(false)
    .action(async (options: TrainOptions) => endWith(stderr)(await train(options)))
}

/**
 * The program, ready to parse arguments; it throws commander's `CommanderError` where it would end the process.
 *
 * @example
 * await program(parts).parseAsync(['compare', '--epochs', '2'], { from: 'user' })
 */
export const program = (parts: ProgramParts): Command => {
  const { version, variants, stdout, stderr, compare, train } = parts
  const root = new Command('plastax')
    .description('Composable, pure gradient transforms for TensorFlow.js: comparisons from the command line.')
    .version(version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .configureOutput({ writeOut: stdout, writeErr: stderr, outputError: (text, write) => write(oneLine(text)) })
    .exitOverride()

  const parseVariants = variantsFrom(variants)
  // `copyInheritedSettings`, which `command` does, hands on the output and the exit.
  const command = root
    .command('compare')
    .description(
      'Train variants on Fashion-MNIST from the same weights in the same order, seed by seed, and say what the gaps support.',
    )
    .addOption(
      new Option('--variants <names>', 'which variants, separated by commas')
        .argParser(parseVariants)
        .default(parseVariants(DEFAULT_VARIANTS), DEFAULT_VARIANTS),
    )
    .addOption(
      new Option(
        '--controls <which>',
        'controls of the variants with plasticity, made from their own rules: alpha = 1 alone, or all four',
      )
        .choices(Object.keys(controlKinds))
        .default('one'),
    )
    .option('--data <source>', "'shipped' (6,000 images), 'full' (60,000), or a folder of IDX files", 'shipped')
    .option('--fraction <f>', 'fraction of the training images to use, in (0, 1]', numberIn('(0, 1]'), 1)
    // Three seeds of eight epochs take a minute and a half on one core; the authors' protocol has ten.
    .option('--epochs <n>', 'passes over the training images', numberIn(LIMITS.epochs), 10)
    .option('--seeds <n>', 'how many seeds: 0 to n - 1', numberIn(LIMITS.seeds), 3)
    .option('--batch-size <n>', 'images per step', numberIn(LIMITS.batchSize), 128)
    .option('--json <file>', 'write settings, all results and the summary to a file')
    .addHelpText('after', variantHelp(variants))
    .allowExcessArguments(false)
  command.action(async (options: CompareOptions) => {
    const failure = await compare(options)
    if (failure !== undefined) command.error(`error: ${failure}`, { exitCode: 1 })
  })
  addTrain(root, { train, stderr })
  addStudy(root, parts, async task => {
    const result = await task()
    endWith(stderr)(E.isLeft(result) ? result.left.split('\n') : [])
  })
  return root
}
