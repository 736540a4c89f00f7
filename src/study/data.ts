/** The data of runs. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type DataSet, loadDataSet, prepare, showDataError } from '../data/index.js'
import type { DataChoice, RunSpec } from './types.js'

const load = ({ name, source }: DataChoice): TE.TaskEither<string, DataSet> =>
  pipe(loadDataSet(name, { source }), TE.mapLeft(showDataError))

const keyOf = ({ name, source }: DataChoice): string => JSON.stringify([name, source])

/** What is wrong with some data, a line for each set that cannot be had: for those who would rather know before anything runs. */
export const dataProblems = async (data: readonly DataChoice[]): Promise<readonly string[]> => {
  const problems: string[] = []
  // One after another, since a set may be large; and none is kept, since it is the threads that need it.
  for (const choice of new Map(data.map(each => [keyOf(each), each])).values()) {
    const found = await load(choice)()
    if (E.isLeft(found)) problems.push(found.left)
  }
  return problems
}

// Most runs of a study are on one set, and decoding one takes seconds. A set is never changed, so that sharing it is safe.
let loaded: { readonly key: string; readonly data: TE.TaskEither<string, DataSet> } | undefined

const dataOf = (choice: DataChoice): TE.TaskEither<string, DataSet> => {
  const key = keyOf(choice)
  if (loaded?.key === key) return loaded.data
  const data = load(choice)().then(found => {
    if (E.isLeft(found)) loaded = undefined
    return found
  })
  loaded = { key, data: () => data }
  return loaded.data
}

/**
 * The run's part of its set: which examples, and which labels are wrong, is decided by its seed.
 *
 * @throws Error where the set cannot be had, or has no such part
 */
export const preparedData = async ({ data, fraction, labelNoise, validation, seed }: RunSpec): Promise<DataSet> => {
  const found = await pipe(
    dataOf(data),
    TE.chainEitherK(set => pipe(set, prepare({ fraction, labelNoise, validation, seed }), E.mapLeft(showDataError))),
  )()
  if (E.isLeft(found)) throw new Error(found.left)
  return found.right
}
