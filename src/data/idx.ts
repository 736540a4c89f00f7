/** IDX files of unsigned bytes, gzip-ed or plain: the form of MNIST and its kin. */
import { constants, gunzipSync } from 'node:zlib'
import * as E from 'fp-ts/lib/Either.js'
import { flow, pipe } from 'fp-ts/lib/function.js'
import { type DataError, dataError } from './error.js'

/** The content of an IDX file: its dimensions, outermost first, and its bytes in row-major order. */
export interface Idx {
  readonly dims: readonly number[]
  readonly data: Uint8Array
}

interface Header {
  readonly dims: readonly number[]
  readonly bytes: number
  /** Of header and data together. */
  readonly total: number
}

const UNSIGNED_BYTE = 0x08
const MAGIC_BYTES = 4
const LARGEST = 2 ** 30
// Enough of a gzip-ed file to hold the header of any IDX file, and no more than 4 MiB when decoded.
const PREFIX = 4096
const CHUNK = 2 ** 20

const REMEDY = 'replace it by an intact IDX file of unsigned bytes, gzip-ed or plain'

const refuse = (file: string, problem: string): E.Either<DataError, never> => E.left(dataError(file, problem, REMEDY))

const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`

const decodeHeader =
  (file: string) =>
  (content: Uint8Array): E.Either<DataError, Header> => {
    if (content.length < MAGIC_BYTES)
      return refuse(file, `is truncated: ${content.length} bytes are less than a magic number`)
    const [first, second, type, rank] = content as unknown as [number, number, number, number]
    if (first !== 0 || second !== 0) return refuse(file, `is no IDX file: it starts with ${hex(first)} ${hex(second)}`)
    if (type !== UNSIGNED_BYTE) return refuse(file, `has values of type ${hex(type)}, not of 0x08 (unsigned bytes)`)
    if (rank === 0) return refuse(file, 'has 0 dimensions')
    const bytes = MAGIC_BYTES * (1 + rank)
    if (content.length < bytes)
      return refuse(file, `is truncated: ${content.length} bytes are less than the header of ${rank} dimensions`)
    const view = new DataView(content.buffer, content.byteOffset, bytes)
    const dims = Array.from({ length: rank }, (_, axis) => view.getUint32(MAGIC_BYTES * (1 + axis)))
    const total = bytes + dims.reduce((size, dim) => size * dim, 1)
    if (total > LARGEST)
      return refuse(file, `announces ${dims.join(' x ')} values, more than the ${LARGEST} bytes that are read`)
    return E.right({ dims, bytes, total })
  }

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

const gunzip = (file: string, bytes: Uint8Array, options: Parameters<typeof gunzipSync>[1]) =>
  E.tryCatch(
    () => new Uint8Array(gunzipSync(bytes, options)),
    (cause): DataError => {
      const { code, message } = cause as NodeJS.ErrnoException
      return dataError(
        file,
        code === 'ERR_BUFFER_TOO_LARGE'
          ? 'has trailing bytes: it holds more than its header announces'
          : `is a damaged gzip file (${message})`,
        REMEDY,
      )
    },
  )

/**
 * The content of an IDX file, decompressed where it is gzip-ed. The header is decoded first, from a few bytes, and bounds
 * what is decompressed: a hostile file gets no more memory than it announces, and at most 1 GiB.
 *
 * @param file its name, for errors
 */
export const decompressIdx =
  (file: string) =>
  (bytes: Uint8Array): E.Either<DataError, Uint8Array> =>
    isGzip(bytes)
      ? pipe(
          // `Z_SYNC_FLUSH` takes a beginning for what it is, where the default would call it damaged.
          gunzip(file, bytes.subarray(0, PREFIX), { finishFlush: constants.Z_SYNC_FLUSH }),
          E.chain(decodeHeader(file)),
          E.chain(({ total }) =>
            gunzip(file, bytes, { maxOutputLength: total, chunkSize: Math.max(64, Math.min(total, CHUNK)) }),
          ),
        )
      : E.right(bytes)

/**
 * Decodes the decompressed content of an IDX file. The data is a view of the content, not a copy.
 *
 * @param file its name, for errors
 */
export const parseIdx =
  (file: string) =>
  (content: Uint8Array): E.Either<DataError, Idx> =>
    pipe(
      decodeHeader(file)(content),
      E.chain(({ dims, bytes, total }) => {
        if (content.length === total) return E.right({ dims, data: content.subarray(bytes) })
        const problem = content.length < total ? 'is truncated' : 'has trailing bytes'
        return refuse(file, `${problem}: ${content.length} bytes, where ${dims.join(' x ')} values make ${total}`)
      }),
    )

/**
 * Decodes an IDX file of unsigned bytes, gzip-ed or plain (told by its first bytes, not by its name).
 *
 * @param file its name, for errors
 * @returns dimensions and data, or what is wrong: no IDX, another type, no dimensions, truncated, trailing bytes, damaged
 * gzip, or larger than 1 GiB
 * @example
 * decodeIdx('labels')(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9)) // right({ dims: [2], data: Uint8Array [7, 9] })
 * @see LeCun, Cortes and Burges, The MNIST database, "File formats"
 */
export const decodeIdx = (file: string): ((bytes: Uint8Array) => E.Either<DataError, Idx>) =>
  flow(decompressIdx(file), E.chain(parseIdx(file)))
