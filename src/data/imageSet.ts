/** Sets of images in the form of MNIST: 28 x 28 grey pixels, 0 for the background, in ten classes. */
import * as E from 'fp-ts/lib/Either.js'
import { type DataError, dataError } from './error.js'
import type { ImageSet } from './examples.js'
import type { Idx } from './idx.js'

/** Images to train with and images to test with. */
export interface ImageSplits {
  readonly train: ImageSet
  readonly test: ImageSet
  /** Where they came from: `'shipped'`, or a folder. */
  readonly source: string
}

/** Height and width of an image. */
export const SIDE = 28
/** Bytes of an image. */
export const PIXELS = SIDE * SIDE
/** Number of classes. */
export const CLASSES = 10

const REMEDY = `use images of ${SIDE} x ${SIDE} pixels, with as many labels in 0..${CLASSES - 1}`

/** A set from its parts, which must fit. */
export const imageSetOf = (images: Uint8Array, labels: Uint8Array): ImageSet => ({
  images,
  labels,
  count: labels.length,
  shape: [SIDE, SIDE, 1],
  classes: CLASSES,
})

/**
 * A set of images from two decoded IDX files.
 *
 * @param imageFile name of the first, for errors
 * @param labelFile name of the second
 * @returns the set, or what does not fit: dimensions, no images, counts that differ, a label out of range
 */
export const imageSetFromIdx =
  (imageFile: string, labelFile: string) =>
  (images: Idx, labels: Idx): E.Either<DataError, ImageSet> => {
    const refuse = (file: string, problem: string) => E.left(dataError(file, problem, REMEDY))
    const [count, height, width] = images.dims
    if (images.dims.length !== 3 || height !== SIDE || width !== SIDE)
      return refuse(imageFile, `has dimensions ${images.dims.join(' x ')}, not count x ${SIDE} x ${SIDE}`)
    if (count === 0) return refuse(imageFile, 'has 0 images')
    if (labels.dims.length !== 1) return refuse(labelFile, `has dimensions ${labels.dims.join(' x ')}, not one`)
    if (labels.dims[0] !== count)
      return refuse(labelFile, `has ${labels.dims[0]} labels for the ${count} images of ${imageFile}`)
    const bad = labels.data.findIndex(label => label >= CLASSES)
    if (bad >= 0) return refuse(labelFile, `has label ${labels.data[bad]} at ${bad}, outside 0..${CLASSES - 1}`)
    return E.right(imageSetOf(images.data, labels.data))
  }
