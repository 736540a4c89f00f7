/** What the files of known sets contain, to the bit. */
import { createHash } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import { type DataError, dataError } from './error.js'

/** The decompressed content of a file that was read. */
export interface Content {
  readonly file: string
  readonly content: Uint8Array
}

/** What a file of a published set is known to contain. */
export interface Reference {
  readonly bytes: number
  readonly sha256: string
}

/** A published set: its name, and each of its files. */
export interface Published<K extends string> {
  readonly name: string
  readonly files: Readonly<Record<K, Reference>>
}

/** SHA-256, in hexadecimal digits. */
export const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')

const REMEDY = 'replace it by an intact copy'

/** The content itself, or a fault that names the file, where it is not that of the set. */
export const expectReference =
  <K extends string>(set: Published<K>) =>
  (key: K, found: Content): E.Either<DataError, Content> => {
    const { file, content } = found
    const { bytes, sha256: expected } = set.files[key]
    if (content.length !== bytes)
      return E.left(dataError(file, `is not the one of ${set.name}: ${content.length} bytes, not ${bytes}`, REMEDY))
    const actual = sha256(content)
    if (actual === expected) return E.right(found)
    return E.left(dataError(file, `is damaged: its content has SHA-256 ${actual}, not ${expected}`, REMEDY))
  }

/**
 * For a folder of anything: where one of its files is of the published set, others must be too. So a damaged copy is
 * recognized, while other sets in the same form pass.
 *
 * @param which `'official size'`: those of the size of the published one must be, and parts of the set pass; `'all'`
 */
export const expectPublishedIfAny =
  <K extends string>(set: Published<K>, which: 'official size' | 'all') =>
  (contents: readonly (readonly [K, Content])[]) => {
    const ofSize = (key: K, { content }: Content) => content.length === set.files[key].bytes
    const published = contents.some(
      ([key, found]) => ofSize(key, found) && sha256(found.content) === set.files[key].sha256,
    )
    return (key: K, found: Content): E.Either<DataError, Content> =>
      published && (which === 'all' || ofSize(key, found)) ? expectReference(set)(key, found) : E.right(found)
  }
