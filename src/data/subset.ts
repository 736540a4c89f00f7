/** Part of a set, with every class in proportion. */
import * as E from 'fp-ts/lib/Either.js'
import { type DataError, dataError } from './error.js'
import { CLASSES, type ImageSet, imageSetOf, PIXELS } from './imageSet.js'
import { randomStream, SUBSET_STREAM, shuffled } from './shuffle.js'

const balancedIndices = (labels: Uint8Array, fraction: number, seed: number): Uint32Array => {
  const random = randomStream(seed, SUBSET_STREAM)
  const positions = Uint32Array.from(labels, (_, i) => i)
  const picked = Array.from({ length: CLASSES }, (_, label) => {
    const members = positions.filter(i => labels[i] === label)
    const size = Math.max(1, Math.round(fraction * members.length))
    return [...shuffled(random, members).subarray(0, size)]
  })
  return Uint32Array.from(picked.flat()).sort()
}

const pickImages = ({ images, labels }: ImageSet, indices: Uint32Array): ImageSet => {
  const picked = new Uint8Array(indices.length * PIXELS)
  indices.forEach((index, i) => {
    picked.set(images.subarray(index * PIXELS, (index + 1) * PIXELS), i * PIXELS)
  })
  return imageSetOf(
    picked,
    Uint8Array.from(indices, index => labels[index] as number),
  )
}

/**
 * A part of a set, picked at random within each class, in the original order.
 *
 * $$ n_c' = \max(1, \operatorname{round}(f n_c)) \text{ images of each class } c \text{ that has } n_c > 0 $$
 *
 * @param fraction in (0, 1]; 1 is the whole set
 * @param seed an integer; its low 32 bits count
 * @returns the part, the same for the same arguments, or what is wrong with them
 * @example
 * pipe(full, balancedSubset(0.1, 2017)) // the training images that Plastax ships
 */
export const balancedSubset =
  (fraction: number, seed: number) =>
  (set: ImageSet): E.Either<DataError, ImageSet> => {
    if (!(fraction > 0 && fraction <= 1))
      return E.left(dataError('fraction', `is ${fraction}`, 'use a number in (0, 1], such as 0.1 for a tenth'))
    if (!Number.isSafeInteger(seed)) return E.left(dataError('seed', `is ${seed}`, 'use an integer, such as 0'))
    return E.right(fraction === 1 ? set : pickImages(set, balancedIndices(set.labels, fraction, seed)))
  }
