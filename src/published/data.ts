/** The data and the model of a published run. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { IO } from 'fp-ts/lib/IO.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { type Examples, pick } from '../data/examples.js'
import { unreadable } from '../data/files.js'
import {
  type Augmentation,
  cifarAugmentation,
  type DataError,
  type DataSet,
  dataError,
  loadDataSet,
  noAugmentation,
} from '../data/index.js'
import { normals, purpose, stream } from '../data/random.js'
import { type Model, mlp, smallCnn } from '../models/index.js'
import type { PublishedDataSet, PublishedRun } from './decode.js'

/** Our name of a set of theirs, and where torchvision keeps its files. */
const ours = {
  mnist: { name: 'mnist', folder: join('MNIST', 'raw') },
  fashionmnist: { name: 'fashion-mnist', folder: join('FashionMNIST', 'raw') },
  cifar10: { name: 'cifar10', folder: 'cifar-10-batches-bin' },
} as const

const noise = (count: number, seed: number, part: number): Examples => {
  const labels = stream(purpose.noise, seed, part, 1)
  return {
    images: normals(stream(purpose.noise, seed, part, 0), count * 28 * 28),
    labels: Uint8Array.from({ length: count }, () => uniformInt(labels, 0, 9)),
    count,
    shape: [28, 28, 1],
    classes: 10,
  }
}

/**
 * Their `synthetic_mnist`: standard normal pixels and labels that have nothing to do with them, 1024 to train with and 256 to
 * test with. A model can learn the first by heart, and no more than guess the second.
 *
 * @param seed an integer
 * @example
 * syntheticMnist(1).test.count // 256
 */
export const syntheticMnist = (seed: number): DataSet => ({
  name: 'synthetic_mnist',
  source: 'made',
  inputShape: [28, 28, 1],
  classes: 10,
  train: noise(1024, seed, 0),
  test: noise(256, seed, 1),
})

/** Where `loadDataSet` is to look; for Fashion-MNIST, of which a tenth is shipped, the whole set unless another is named. */
const sourceOf = (
  dataSet: Exclude<PublishedDataSet, 'synthetic_mnist'>,
  { dataRoot }: PublishedRun,
  data: string | undefined,
): E.Either<DataError, string | undefined> => {
  const isFashion = dataSet === 'fashionmnist'
  const { name, folder } = ours[dataSet]
  if (data === 'shipped' && !isFashion)
    return E.left(dataError('--data', "is 'shipped'", `only Fashion-MNIST ships; name a folder with ${name}`))
  if (data !== undefined && data !== 'full') return E.right(data)
  const kept = dataRoot === undefined ? undefined : join(dataRoot, folder)
  if (data === undefined && kept !== undefined && existsSync(kept)) return E.right(kept)
  return E.right(isFashion ? 'full' : undefined)
}

/**
 * What there is to say where a run's `dataRoot` does not have its set.
 *
 * @returns a sentence, or none
 * @example
 * missingRoot(run)() // ["experiment.data_root '/sets' has no MNIST/raw; the set is looked for in the usual places"]
 */
export const missingRoot =
  ({ dataSet, dataRoot }: PublishedRun): IO<readonly string[]> =>
  () =>
    dataRoot === undefined || dataSet === 'synthetic_mnist' || existsSync(join(dataRoot, ours[dataSet].folder))
      ? []
      : [`experiment.data_root '${dataRoot}' has no ${ours[dataSet].folder}; the set is looked for in the usual places`]

const theirs = {
  mean: [0.491, 0.482, 0.447].map(mean => 255 * mean),
  sd: [0.247, 0.243, 0.262].map(sd => 255 * sd),
}

/** Their constants, which are rounded. */
const normalized = (data: DataSet): DataSet =>
  data.name === 'cifar10'
    ? { ...data, train: { ...data.train, normalization: theirs }, test: { ...data.test, normalization: theirs } }
    : data

const LIST = 'name a JSON file with a list of indices of training examples, each once'

const indicesIn =
  (file: string, count: number) =>
  (text: string): E.Either<DataError, Uint32Array> => {
    const refuse = (problem: string) => E.left(dataError(file, problem, LIST))
    const parsed = E.tryCatch((): unknown => JSON.parse(text), E.toError)
    if (E.isLeft(parsed) || !Array.isArray(parsed.right)) return refuse('is not a JSON list')
    const list: readonly unknown[] = parsed.right
    if (list.length === 0) return refuse('is empty')
    const bad = list.findIndex(index => !(Number.isInteger(index) && Number(index) >= 0 && Number(index) < count))
    if (bad >= 0) return refuse(`has ${JSON.stringify(list[bad])} at ${bad}, which is no integer in [0, ${count - 1}]`)
    if (new Set(list).size < list.length) return refuse('has an index twice')
    return E.right(Uint32Array.from(list as readonly number[]))
  }

const subsetOf =
  (file: string | undefined) =>
  (data: DataSet): TE.TaskEither<DataError, DataSet> =>
    file === undefined
      ? TE.right(data)
      : pipe(
          TE.tryCatch(() => readFile(file, 'utf8'), unreadable(LIST)(file)),
          TE.chainEitherK(indicesIn(file, data.train.count)),
          TE.map(indices => ({ ...data, train: pick(indices)(data.train) })),
        )

/**
 * Loads the data of a run: from `data` if it is given, else from its `dataRoot`, else from the usual places.
 *
 * @param data `'full'`, `'shipped'` (Fashion-MNIST alone) or a folder
 * @returns the set, normalized and cut as theirs is, or what is wrong with the first thing that is
 * @example
 * await loadPublishedData(run, 'shipped')()
 */
export const loadPublishedData = (run: PublishedRun, data?: string): TE.TaskEither<DataError, DataSet> => {
  const { dataSet, subsetIndices } = run
  // Their generator makes this set before it looks for indices, and so leaves them.
  if (dataSet === 'synthetic_mnist')
    return data === undefined
      ? TE.right(syntheticMnist(run.seed))
      : TE.left(dataError('--data', `is '${data}'`, 'synthetic_mnist is made, not loaded; leave it out'))
  return pipe(
    sourceOf(dataSet, run, data),
    TE.fromEither,
    TE.chain(source => loadDataSet(ours[dataSet].name, { source })),
    TE.mapLeft(fault =>
      dataSet === 'fashionmnist' && data === undefined
        ? { ...fault, remedy: `${fault.remedy}; or take the tenth that ships, with --data shipped` }
        : fault,
    ),
    TE.map(normalized),
    TE.chain(subsetOf(subsetIndices)),
  )
}

/**
 * The model that their runner has for a set, and what happens to its training images.
 *
 * @example
 * modelOf('cifar10').model.name // 'small CNN 32-64-128-256'
 */
export const modelOf = (dataSet: PublishedDataSet): { readonly model: Model; readonly augmentation: Augmentation } =>
  dataSet === 'cifar10'
    ? { model: smallCnn(), augmentation: cifarAugmentation }
    : { model: mlp(), augmentation: noAugmentation }
