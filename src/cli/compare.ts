/** `plastax compare`: trains variants on the same seeds and reports what came of it. */
import * as tf from '@tensorflow/tfjs'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type ImageSplits, loadFashionMnist, showDataError } from '../data/index.js'
import { type Model, mlp } from '../models/index.js'
import { controlled } from '../study/controls.js'
import { toJson } from '../study/json.js'
import { count } from '../study/report/text.js'
import type { Variant } from '../study/types.js'
import type { NamedVariant } from '../study/variants.js'
import { versions } from '../study/versions.js'
import { train } from '../train/index.js'
import { checkWritable, writeWhole } from './file.js'
import type { Io } from './io.js'
import { type CompareOptions, controlKinds } from './options.js'
import { say } from './printable.js'
import type { Reporter } from './progress.js'
import type { Report } from './report.js'
import { type ComparedRun, summarize } from './summary.js'
import { legend, renderTable } from './table.js'
import { verdict } from './verdict.js'
import { reporting, whenGiven } from './work.js'

// Decides which images a fraction is, whatever the seeds of the runs: these differ in training alone.
const SUBSET_SEED = 0

const loadData = ({ data, fraction }: CompareOptions): TE.TaskEither<string, ImageSplits> =>
  pipe(loadFashionMnist({ source: data, fraction, seed: SUBSET_SEED }), TE.mapLeft(showDataError))

/** The variants, each with the controls of its own rule right behind it. */
const withControls = ({ variants, controls }: CompareOptions): readonly NamedVariant[] => {
  const made = controlled(
    {
      name: 'compare',
      variants: Object.fromEntries(variants.map(variant => [variant.name, variant])),
      data: [{ name: 'fashion-mnist' }],
      models: [{ name: 'mlp' }],
      controls: true,
    },
    controlKinds[controls],
  )
  const own = made.controls || {}
  const names = variants.flatMap(({ name }) => [name, ...(own[name] ?? [])])
  return [...new Set(names)].map(name => ({
    ...(made.variants[name] as Variant),
    name,
    ...(own[name] && { controls: own[name] }),
  }))
}

/** All runs, one after another: seed by seed, so that the runs of a pair are neighbours in time and share its disturbances. */
const runAll = async (
  { variants, seeds, epochs, batchSize }: CompareOptions,
  model: Model,
  { train: images, test }: ImageSplits,
  report: Reporter,
): Promise<readonly ComparedRun[]> => {
  const plan = Array.from({ length: seeds }, (_, seed) => variants.map(variant => ({ variant, seed }))).flat()
  const runs: ComparedRun[] = []
  for (const [index, { variant, seed }] of plan.entries()) {
    const { name, settings: own } = variant
    const [transform, alphaBounds] = [variant.transform(own), variant.alphaBounds?.(own)]
    const at = { index, variant: name, seed }
    const onProgress = (progress: Parameters<Reporter['step']>[1]) => report.step(at, progress)
    const settings = { model, transform, train: images, test, seed, epochs, batchSize, alphaBounds, onProgress }
    const run = { variant: name, ...(await train(settings)) }
    runs.push(run)
    report.finished(run)
  }
  return runs
}

const reportOf = (options: CompareOptions, model: Model, data: ImageSplits, runs: readonly ComparedRun[]): Report => {
  const { variants, fraction, epochs, seeds, batchSize } = options
  const summary = summarize(variants, runs)
  return {
    config: {
      variants: variants.map(({ name, role, settings, alphaBounds }) => ({
        name,
        role,
        learningRate: settings.learningRate,
        ...(alphaBounds && { alphaBounds: alphaBounds(settings) }),
      })),
      data: data.source,
      trainImages: data.train.count,
      testImages: data.test.count,
      fraction,
      epochs,
      seeds: Array.from({ length: seeds }, (_, seed) => seed),
      batchSize,
      model: model.name,
    },
    versions: versions(),
    backend: tf.getBackend(),
    runs,
    summary,
    verdict: verdict(summary),
  }
}

/** A finished report as it is printed. */
export const printed = ({ config, summary, verdict }: Report): string => {
  const { trainImages, testImages, data, epochs, seeds } = config
  const setting = `Fashion-MNIST (${data}): ${trainImages} images to train, ${testImages} to test; ${config.model}; ${count(epochs, 'epoch')}, ${count(seeds.length, 'seed')}`
  return `${setting}\n${renderTable(summary)}\n${legend}\n\n${verdict}\n`
}

/**
 * Trains each variant for each seed on the WASM backend, prints the table, and writes the report where asked to.
 *
 * What can be refused is refused before training: an unwritable file, data that is not there. The table is printed before the
 * file is written, so that a disk that filled up meanwhile costs no results. Ctrl-C ends the process and writes nothing.
 *
 * @param io where to print, and what tells of Ctrl-C
 * @returns the report, or a line that says what is wrong and what would be right
 * @example
 * await compare(processIo)({ variants, controls: 'one', data: 'shipped', fraction: 1, epochs: 10, seeds: 3, batchSize: 128 })()
 */
export const compare =
  (io: Io) =>
  (asked: CompareOptions): TE.TaskEither<string, Report> => {
    const options = { ...asked, variants: withControls(asked) }
    const { variants, seeds, json } = options
    const model = mlp()
    return pipe(
      whenGiven(json)(checkWritable),
      TE.chain(() => loadData(options)),
      TE.chain(data =>
        reporting(io, seeds * variants.length, json, async report =>
          reportOf(options, model, data, await runAll(options, model, data, report)),
        ),
      ),
      TE.chainFirstIOK(report => () => say(io.stdout, printed(report))),
      TE.chainFirst(report => whenGiven(json)(file => writeWhole(file)(toJson(report)))),
    )
  }
