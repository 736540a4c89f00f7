/** What the files of Fashion-MNIST contain, to the bit. */
import { createHash } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import { type DataError, dataError } from './error.js'

/** The four files of a data set in the form of MNIST, by what is in them. */
export const FILES = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
} as const

/** Which of the four files. */
export type FileKey = keyof typeof FILES

/** A value for each of the four files. */
export type PerFile<T> = Readonly<Record<FileKey, T>>

/** The decompressed content of a file that was read. */
export interface Content {
  readonly file: string
  readonly content: Uint8Array
}

interface Reference {
  readonly bytes: number
  readonly sha256: string
}

// Of the decompressed files: how hard a gzip was pressed makes no difference.
const TEST = {
  testImages: { bytes: 7_840_016, sha256: '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b' },
  testLabels: { bytes: 10_008, sha256: '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34' },
} as const

/** The full set, as Zalando published it. */
export const OFFICIAL: PerFile<Reference> = {
  trainImages: { bytes: 47_040_016, sha256: 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888' },
  trainLabels: { bytes: 60_008, sha256: 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9' },
  ...TEST,
}

/** The part that Plastax ships. */
export const SHIPPED: PerFile<Reference> = {
  trainImages: { bytes: 4_704_016, sha256: 'bc52ae9835a6a73cf55976a1adc44f6f2e1313bf650f83f59e5e36a87e98b0b6' },
  trainLabels: { bytes: 6_008, sha256: 'e2b9a52a24fd10099fa136b75532a97afc1631056d02573d208d102b43aa8a20' },
  ...TEST,
}

/** SHA-256, in hexadecimal digits. */
export const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')

const REMEDY = 'replace it by an intact copy'

/** The content itself, or a fault that names the file, where it is not the one of reference. */
export const expectReference =
  ({ bytes, sha256: expected }: Reference) =>
  (found: Content): E.Either<DataError, Content> => {
    const { file, content } = found
    if (content.length !== bytes)
      return E.left(dataError(file, `is not the one of Fashion-MNIST: ${content.length} bytes, not ${bytes}`, REMEDY))
    const actual = sha256(content)
    if (actual === expected) return E.right(found)
    return E.left(dataError(file, `is damaged: its content has SHA-256 ${actual}, not ${expected}`, REMEDY))
  }

/**
 * For a folder of anything: where one of its files is of the official set, those of official size must all be. So a damaged
 * copy of Fashion-MNIST is recognized, while MNIST, which has the same sizes, and sets of other sizes pass.
 */
export const expectOfficialIfAny = (contents: readonly (readonly [FileKey, Content])[]) => {
  const ofSize = contents.filter(([key, { content }]) => content.length === OFFICIAL[key].bytes)
  const official = ofSize.some(([key, { content }]) => sha256(content) === OFFICIAL[key].sha256)
  return (key: FileKey, found: Content): E.Either<DataError, Content> =>
    official && found.content.length === OFFICIAL[key].bytes ? expectReference(OFFICIAL[key])(found) : E.right(found)
}
