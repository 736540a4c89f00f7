/** `plastax train`: runs a configuration file of the NeuroPlastic authors. */
import { createReadStream } from 'node:fs'
import * as tf from '@tensorflow/tfjs'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { unreadable } from '../data/files.js'
import { showDataError } from '../data/index.js'
import {
  type DecodedRun,
  decodePublishedConfig,
  loadPublishedData,
  missingRoot,
  modelOf,
  type PublishedRun,
  parseYaml,
  transformOf,
} from '../published/index.js'
import { toJson } from '../study/json.js'
import { count } from '../study/report/text.js'
import { versions } from '../study/versions.js'
import { type EpochResult, stepsPerEpoch, type TrainingRun, train as trainModel } from '../train/index.js'
import { checkWritable, writeWhole } from './file.js'
import type { Io } from './io.js'
import { say } from './printable.js'
import { drawTable } from './table.js'
import { reporting, whenGiven } from './work.js'

/** What `plastax train` is asked to do. */
export interface TrainOptions {
  /** A YAML file. */
  readonly config: string
  readonly asPublished?: boolean
  /** `'shipped'`, `'full'` or a folder; default where the file says, else the usual places. */
  readonly data?: string
  /** In place of the file's. */
  readonly seed?: number
  /** In place of the file's. */
  readonly epochs?: number
  readonly json?: string
}

/** What came of a configuration file: the run that it is, what was said of it, and the results. */
export interface TrainReport {
  readonly config: PublishedRun & {
    readonly file: string
    readonly asPublished: boolean
    readonly source: string
    readonly model: string
    readonly trainExamples: number
    readonly testExamples: number
  }
  readonly warnings: readonly string[]
  readonly versions: Readonly<Record<string, string>>
  readonly backend: string
  readonly run: TrainingRun
}

/** Each fault as a line that names the file. */
const linesOf =
  (file: string) =>
  (faults: readonly string[]): readonly string[] =>
    faults.map(fault => `${file}: ${fault}`)

const LARGEST = 1_000_000

/** A configuration, which may come through a pipe; a device may have no end. */
const textOf = async (file: string): Promise<string> => {
  let text = ''
  for await (const part of createReadStream(file, { encoding: 'utf8', end: LARGEST })) text += part
  if (text.length > LARGEST) throw new Error(`it is larger than ${LARGEST} bytes`)
  return text
}

const read = ({
  config: file,
  asPublished,
  data,
  seed,
  epochs,
}: TrainOptions): TE.TaskEither<readonly string[], DecodedRun> =>
  pipe(
    TE.tryCatch(() => textOf(file), unreadable('name a YAML file')(file)),
    TE.mapLeft((fault): readonly string[] => [showDataError(fault)]),
    TE.chainEitherK(text =>
      pipe(
        parseYaml(text),
        E.flatMap(values => decodePublishedConfig(values, { asPublished })),
        E.mapLeft(linesOf(file)),
      ),
    ),
    TE.chainIOK(({ run, warnings }) => () => ({
      run: { ...run, seed: seed ?? run.seed, epochs: epochs ?? run.epochs },
      warnings: [...warnings, ...(data === undefined ? missingRoot(run)() : [])],
    })),
  )

const heads = ['epoch', 'train loss', 'test loss', 'test accuracy %', 'seconds']

// The loss of a run on its way out has thirty digits.
const lossText = (loss: number): string => (loss < 1e4 ? loss.toFixed(4) : loss.toExponential(2))

const row = ({ epoch, trainLoss, testLoss, testAccuracy, seconds }: EpochResult): readonly string[] => [
  String(epoch),
  lossText(trainLoss),
  lossText(testLoss),
  (100 * testAccuracy).toFixed(2),
  seconds.toFixed(2),
]

/** That a run diverged, where it did, as a line. */
export const divergenceOf = ({
  run: { outcome },
}: {
  readonly run: Pick<TrainingRun, 'outcome'>
}): readonly string[] =>
  outcome.status === 'diverged' ? [`diverged at epoch ${outcome.epoch}, step ${outcome.step}: ${outcome.reason}`] : []

/** A finished run as it is printed. */
export const printedRun = ({ config, run: { epochs, outcome } }: TrainReport): string => {
  const { name, optimizer, dataSet, source, trainExamples, testExamples, model, seed, batchSize } = config
  const what = `${name}: ${optimizer.optimizer}, learning rate ${optimizer.learningRate}${config.asPublished ? ', as published' : ''}`
  const setting = `${dataSet} (${source}): ${trainExamples} examples to train, ${testExamples} to test; ${model}; ${count(config.epochs, 'epoch')}, seed ${seed}, batches of ${batchSize}`
  const end = divergenceOf({ run: { outcome } }).map(line => `${line}\n`)
  return `${what}\n${setting}\n${drawTable(heads, epochs.map(row))}\n${end.join('')}`
}

const runIt =
  (io: Io, options: TrainOptions) =>
  ({ run, warnings }: DecodedRun): TE.TaskEither<string, TrainReport> => {
    const { config: file, asPublished = false, json } = options
    const { model, augmentation } = modelOf(run.dataSet)
    return pipe(
      loadPublishedData(run, options.data),
      TE.mapLeft(showDataError),
      TE.bindTo('data'),
      TE.bind('transform', ({ data }) =>
        pipe(
          transformOf(run, stepsPerEpoch(data.train.count, run.batchSize)),
          E.mapLeft(faults => faults.join('; ')),
          TE.fromEither,
        ),
      ),
      TE.chain(({ data, transform }) =>
        reporting(io, 1, json, async report => {
          const { train, test, source } = data
          const { name, seed, epochs, batchSize, accumulate, alphaBounds } = run
          const at = { index: 0, variant: name, seed }
          const onProgress = (progress: Parameters<typeof report.step>[1]) => report.step(at, progress)
          const settings = { seed, epochs, batchSize, accumulate, alphaBounds, augmentation, onProgress }
          const trained = await trainModel({ model, transform, train, test, ...settings })
          report.finished({ variant: name, ...trained })
          return {
            config: {
              file,
              asPublished,
              ...run,
              source,
              model: model.name,
              trainExamples: train.count,
              testExamples: test.count,
            },
            warnings,
            versions: versions(),
            backend: tf.getBackend(),
            run: trained,
          }
        }),
      ),
    )
  }

/**
 * Reads a configuration file, says what of it has no effect, trains, and prints a row for each epoch.
 *
 * What can be refused is refused before training: a file that is wrong, data that is not there, an output that cannot be
 * written. A run that diverged has a report as well, and ends the command with an exit code of 1: see `divergenceOf`.
 *
 * @param io where to print, and what tells of Ctrl-C
 * @returns the report, or every fault of the file, a line each
 * @example
 * await train(processIo)({ config: 'neuroplastic.yaml', asPublished: true, data: 'shipped' })()
 */
export const train =
  (io: Io) =>
  (options: TrainOptions): TE.TaskEither<readonly string[], TrainReport> => {
    const { config, json } = options
    const oneLine = TE.mapLeft((line: string): readonly string[] => [line])
    return pipe(
      read(options),
      TE.chainFirst(() => pipe(whenGiven(json)(checkWritable), oneLine)),
      TE.chainFirstIOK(({ warnings }) => () => {
        for (const warning of warnings) say(io.stderr, `warning: ${config}: ${warning}\n`)
      }),
      TE.chain(decoded => pipe(runIt(io, options)(decoded), oneLine)),
      TE.chainFirstIOK(report => () => say(io.stdout, printedRun(report))),
      TE.chainFirst(report =>
        pipe(
          whenGiven(json)(file => writeWhole(file)(toJson(report))),
          oneLine,
        ),
      ),
    )
  }
