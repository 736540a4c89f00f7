/** Small sets whose examples tell which ones they are, for the tests of `src/data`. */
import * as E from 'fp-ts/lib/Either.js'
import {
  type Augmentation,
  type AugmentationMoment,
  augmentedWriter,
  type DataError,
  type Examples,
  type ImageSet,
  labelsAt,
  showDataError,
  type WriteBatch,
  writeBatch,
} from '../../src/data/index.js'
import { sizeOf } from '../../src/expr/shape.js'

export const right = <T>(result: E.Either<unknown, T>): T => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}

export const faultIn = (result: E.Either<DataError, unknown>): string => {
  if (E.isRight(result)) throw new Error('there is no fault')
  return showDataError(result.left)
}

/** A set of examples of two bytes, which are the index. */
export const numbered = (labels: readonly number[], classes = 10): ImageSet => ({
  images: Uint8Array.from(labels.flatMap((_, i) => [i >> 8, i & 255])),
  labels: Uint8Array.from(labels),
  count: labels.length,
  shape: [2],
  classes,
})

/** The indices that the examples of a numbered set had. */
export const places = ({ images, count }: Examples): readonly number[] =>
  Array.from({ length: count }, (_, i) => (images[2 * i] as number) * 256 + (images[2 * i + 1] as number))

export const countOf = (labels: Iterable<number>, label: number): number =>
  [...labels].filter(each => each === label).length

export const perClass = ({ labels, classes }: Examples): readonly number[] =>
  Array.from({ length: classes }, (_, label) => countOf(labels, label))

/** A set of images with bytes that a formula decides, of any size and any number of channels. */
export const pictures = (count: number, shape: readonly [number, number, number]): ImageSet => {
  const size = shape[0] * shape[1] * shape[2]
  return {
    images: Uint8Array.from({ length: count * size }, (_, i) => 1 + ((i * 37) % 255)),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
    count,
    shape,
    classes: 10,
  }
}

const batchBy = (write: WriteBatch) => (set: Examples, indices: Uint32Array) => {
  const images = new Float32Array(indices.length * sizeOf(set.shape))
  write(set, indices, images)
  return { images, labels: labelsAt(set, indices) }
}

/** Some examples in host memory, with their labels. */
export const batch = batchBy(writeBatch)

/** The same, cut and mirrored. */
export const augmentedBatch = (augmentation: Augmentation, at: AugmentationMoment) =>
  batchBy(augmentedWriter(augmentation, at))
