/**
 * The safetensors format: eight bytes that say how long the header is, the header in JSON, then the values, all little-endian.
 *
 * Any reader of the format reads these files. Ours reads only what our writer writes, byte for byte, so that a header has one
 * meaning; the checksum, which stands first in the header, is of the whole file with zeros in its place.
 */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { type Shape, sizeOf } from '../../expr/shape.js'
import { type ConfigErrors, isNonEmpty } from '../problems.js'
import { crc32 } from './crc32.js'

/** What stands in a file under a name: float32 or float64 values. */
export interface Entry {
  readonly name: string
  readonly shape: Shape
  readonly data: Float32Array | Float64Array
}

/** A file as data. */
export interface File {
  readonly metadata: Readonly<Record<string, string>>
  readonly entries: readonly Entry[]
}

const widths = { F32: 4, F64: 8 } as const
type Dtype = keyof typeof widths

const dtypeOf = (data: Entry['data']): Dtype => (data instanceof Float64Array ? 'F64' : 'F32')

// The header begins with this, then eight digits.
const opening = new TextEncoder().encode('{"__metadata__":{"crc32":"')
const unknown = '00000000'
const before = 8 + opening.length
const after = before + unknown.length

/** The largest header that the format admits. */
const longest = 100_000_000

const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** Bytes of the host's order in the file's, or the other way round. */
const reordered = (bytes: Uint8Array, width: number): Uint8Array =>
  hostIsLittleEndian ? bytes : bytes.map((_, i) => bytes[i - (i % width) + width - 1 - (i % width)] as number)

const bytesOf = (data: Entry['data']): Uint8Array =>
  reordered(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), data.BYTES_PER_ELEMENT)

/** The checksum of a file, whatever it says itself. */
const checksum = (bytes: Uint8Array): string =>
  crc32(bytes.subarray(0, before), new TextEncoder().encode(unknown), bytes.subarray(after))

/** A header as text, padded so that the values begin at a multiple of eight bytes. */
const headerOf = (header: unknown): Uint8Array => {
  const text = new TextEncoder().encode(JSON.stringify(header))
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20)
  padded.set(text)
  return padded
}

/** Writes a file. Entries of eight bytes an element must come first, for the values to be aligned. */
export const pack = ({ metadata, entries }: File): Uint8Array => {
  let end = 0
  const places = entries.map(({ name, shape, data }) => {
    const begin = end
    end += data.byteLength
    return [name, { dtype: dtypeOf(data), shape, data_offsets: [begin, end] }] as const
  })
  const header = headerOf(Object.fromEntries([['__metadata__', { crc32: unknown, ...metadata }], ...places]))
  const bytes = new Uint8Array(8 + header.length + end)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
  bytes.set(header, 8)
  for (const [i, { data }] of entries.entries())
    bytes.set(bytesOf(data), 8 + header.length + (places[i]?.[1].data_offsets[0] ?? 0))
  bytes.set(new TextEncoder().encode(checksum(bytes)), before)
  return bytes
}

const broken = (problem: string): E.Either<ConfigErrors, never> => E.left([`the checkpoint ${problem}`])

const startsWith = (bytes: Uint8Array, start: Uint8Array): boolean => start.every((byte, i) => bytes[i] === byte)

interface Parts {
  readonly header: Uint8Array
  readonly values: Uint8Array
}

/** Header and values of a file that is whole. */
const partsOf = (bytes: Uint8Array): E.Either<ConfigErrors, Parts> => {
  if (!(bytes instanceof Uint8Array)) return broken('must be a Uint8Array')
  if (bytes.length < after) return broken(`has only ${bytes.length} bytes: it is cut short, or none`)
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true)
  if (length > longest) return broken(`says its header has ${length} bytes, of ${longest} at most: it is none`)
  if (Number(length) > bytes.length - 8)
    return broken(`says its header has ${length} bytes, but ends after ${bytes.length - 8}: it is cut short, or none`)
  const header = bytes.subarray(8, 8 + Number(length))
  if (!startsWith(header, opening) || header.length < after - 8) return broken('was not written by encodeState')
  const stated = String.fromCharCode(...bytes.subarray(before, after))
  const found = checksum(bytes)
  if (stated !== found) return broken(`is damaged: its checksum should be '${stated}' and is '${found}'`)
  return E.right({ header, values: bytes.subarray(8 + Number(length)) })
}

type Json = Readonly<Record<string, unknown>>
const isObject = (x: unknown): x is Json => typeof x === 'object' && x !== null && !Array.isArray(x)

/** The header as an object: one that says the same when it is written again, so that no key stands there twice. */
const parsed = (header: Uint8Array): E.Either<ConfigErrors, Json> =>
  pipe(
    E.tryCatch(
      () => {
        const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header))
        const again = headerOf(value)
        return isObject(value) && again.length === header.length && startsWith(header, again) ? value : undefined
      },
      (): ConfigErrors => ['the header of the checkpoint is not JSON'],
    ),
    E.flatMap(value => (value === undefined ? broken('has a header that encodeState does not write') : E.right(value))),
  )

/** More axes than any tensor has; rules go over them again and again. */
const mostAxes = 32

const isLength = (x: unknown): x is number => typeof x === 'number' && Number.isSafeInteger(x) && x >= 0

/** What is wrong with a place of the header that should begin at `begin`, or where it ends. */
const endOf = (place: unknown, begin: number): string | number => {
  if (!isObject(place) || Object.keys(place).join() !== 'dtype,shape,data_offsets')
    return 'is not { dtype, shape, data_offsets }'
  const { dtype, shape, data_offsets: offsets } = place
  if (typeof dtype !== 'string' || !Object.hasOwn(widths, dtype))
    return `has dtype ${JSON.stringify(dtype)}, not F32 or F64`
  if (!Array.isArray(shape) || !shape.every(isLength)) return `has shape ${JSON.stringify(shape)}, not whole numbers`
  if (shape.length > mostAxes) return `has ${shape.length} axes, of ${mostAxes} at most`
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isLength))
    return `has offsets ${JSON.stringify(offsets)}, not two whole numbers`
  const width = widths[dtype as Dtype]
  const end = begin + sizeOf(shape) * width
  if (offsets[0] !== begin || offsets[1] !== end) return `lies at [${offsets}], where [${begin},${end}] was expected`
  return begin % width === 0 ? end : `begins at ${begin}, which is no multiple of ${width}`
}

/** The values of a place that has been checked: a look at bytes that are aligned. A buffer for each would cost more than most hold. */
const dataOf = (aligned: Uint8Array, dtype: Dtype, begin: number, end: number): Entry['data'] => {
  const { buffer, byteOffset, length } = reordered(aligned.subarray(begin, end), widths[dtype])
  const values = dtype === 'F64' ? Float64Array : Float32Array
  return new values(buffer as ArrayBuffer, byteOffset, length / widths[dtype])
}

const entriesOf = (header: Json, values: Uint8Array): E.Either<ConfigErrors, readonly Entry[]> => {
  const errors: string[] = []
  let begin = 0
  const places = Object.entries(header).flatMap(([name, place]) => {
    if (name === '__metadata__' || errors.length > 0) return []
    const end = endOf(place, begin)
    if (typeof end === 'string') errors.push(`the checkpoint's '${name}' ${end}`)
    else begin = end
    return [[name, place as { readonly dtype: Dtype; readonly shape: Shape; readonly data_offsets: number[] }] as const]
  })
  if (errors.length === 0 && begin !== values.length)
    errors.push(`the checkpoint has ${values.length} bytes of values, where its header says ${begin}`)
  if (isNonEmpty(errors)) return E.left(errors)
  // A copy: `slice` would copy nothing of a Node `Buffer`, which begins anywhere.
  const aligned = new Uint8Array(values)
  return E.right(
    places.map(([name, { dtype, shape, data_offsets }]) => ({
      name,
      shape,
      data: dataOf(aligned, dtype, data_offsets[0] as number, data_offsets[1] as number),
    })),
  )
}

const metadataOf = ({ __metadata__: metadata }: Json): E.Either<ConfigErrors, File['metadata']> =>
  isObject(metadata) && Object.values(metadata).every(value => typeof value === 'string')
    ? E.right(metadata as File['metadata'])
    : broken('has metadata that are not all strings')

/** Reads a file that {@link pack} wrote; left what is wrong with any other. Never throws, whatever the bytes. */
export const unpack = (bytes: Uint8Array): E.Either<ConfigErrors, File> =>
  pipe(
    E.Do,
    E.apS('parts', partsOf(bytes)),
    E.bind('header', ({ parts }) => parsed(parts.header)),
    E.bind('metadata', ({ header }) => metadataOf(header)),
    E.bind('entries', ({ header, parts }) => entriesOf(header, parts.values)),
    E.map(({ metadata, entries }) => ({ metadata, entries })),
  )
