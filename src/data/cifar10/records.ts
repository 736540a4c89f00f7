/** The binary form of CIFAR-10: records of a label and three planes of pixels. */
import * as E from 'fp-ts/lib/Either.js'
import type { Content, Published, Reference } from '../checksums.js'
import { type DataError, dataError } from '../error.js'
import type { ImageSet, Normalization } from '../examples.js'

/** Height and width of an image. */
export const SIDE = 32
export const CHANNELS = 3
export const CLASSES = 10
/** Bytes of one colour of an image. */
export const PLANE = SIDE * SIDE
/** Bytes of an image. */
export const PIXELS = CHANNELS * PLANE
/** Bytes of a label and its image. */
export const RECORD = 1 + PIXELS

/** The batches, in their order; the last one is for testing. */
export const BATCHES = [
  'data_batch_1',
  'data_batch_2',
  'data_batch_3',
  'data_batch_4',
  'data_batch_5',
  'test_batch',
] as const

/** Which batch. */
export type Batch = (typeof BATCHES)[number]

const batch = (sha256: string): Reference => ({ bytes: 10_000 * RECORD, sha256 })

/** CIFAR-10 in its binary form, as Krizhevsky published it. */
export const CIFAR_10: Published<Batch> = {
  name: 'CIFAR-10',
  files: {
    data_batch_1: batch('cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5'),
    data_batch_2: batch('a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed'),
    data_batch_3: batch('bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67'),
    data_batch_4: batch('014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48'),
    data_batch_5: batch('755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add'),
    test_batch: batch('8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b'),
  },
}

/** Mean and standard deviation of each channel over the 50,000 training images, in bytes; 0.4914 of 255 and so on. */
export const CIFAR_10_NORMALIZATION: Normalization = {
  mean: [125.306918046875, 122.950394140625, 113.86538318359375],
  sd: [62.993219278136934, 62.08870764001416, 66.70489964063094],
}

const REMEDY = `use records of ${RECORD} bytes: a label in 0..${CLASSES - 1}, then ${PLANE} bytes each of red, green and blue`

/**
 * Looks whether content is whole records with labels in range.
 *
 * @returns the content, or what is wrong with it
 */
export const checkRecords = (found: Content): E.Either<DataError, Content> => {
  const { file, content } = found
  const refuse = (problem: string) => E.left(dataError(file, problem, REMEDY))
  const count = content.length / RECORD
  if (count === 0) return refuse('has 0 images')
  if (!Number.isInteger(count))
    return refuse(`is truncated or no batch: ${content.length} bytes are not whole records of ${RECORD}`)
  for (let i = 0; i < count; i++) {
    const label = content[i * RECORD] as number
    if (label >= CLASSES) return refuse(`has label ${label} in record ${i}, outside 0..${CLASSES - 1}`)
  }
  return E.right(found)
}

/** Copies the planes of a record to pixels of three channels. */
const interleave = (content: Uint8Array, from: number, images: Uint8Array, to: number): void => {
  for (let c = 0; c < CHANNELS; c++) {
    const plane = from + c * PLANE
    for (let p = 0; p < PLANE; p++) images[to + p * CHANNELS + c] = content[plane + p] as number
  }
}

/** Copies pixels of three channels to the planes of a record. */
export const separate = (images: Uint8Array, from: number, content: Uint8Array, to: number): void => {
  for (let c = 0; c < CHANNELS; c++) {
    const plane = to + c * PLANE
    for (let p = 0; p < PLANE; p++) content[plane + p] = images[from + p * CHANNELS + c] as number
  }
}

/**
 * A set of images from batches, one after another. Channels come last, as TensorFlow.js convolves them.
 *
 * @param batches whole records, with labels in range
 */
export const imageSetOfRecords = (batches: readonly Uint8Array[]): ImageSet => {
  const count = batches.reduce((sum, { length }) => sum + length / RECORD, 0)
  const images = new Uint8Array(count * PIXELS)
  const labels = new Uint8Array(count)
  let i = 0
  for (const content of batches)
    for (let from = 0; from < content.length; from += RECORD, i++) {
      labels[i] = content[from] as number
      interleave(content, from + 1, images, i * PIXELS)
    }
  return {
    images,
    labels,
    count,
    shape: [SIDE, SIDE, CHANNELS],
    classes: CLASSES,
    normalization: CIFAR_10_NORMALIZATION,
  }
}
