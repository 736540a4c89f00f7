/** Labelled examples: what every data set is made of. */
import { sizeOf } from '../expr/shape.js'

/** What the values of examples are kept in: bytes for images, a quarter of the memory; floats for made-up sets. */
export type Values = Uint8Array | Float32Array

/** How stored values become inputs: $(x - \mu_c) / \sigma_c$, with one mean and one deviation, or one for each channel. */
export interface Normalization {
  /** In the unit of the stored values, so of bytes for images. */
  readonly mean: readonly number[]
  /** Likewise; each > 0. */
  readonly sd: readonly number[]
}

/** Labelled examples. */
export interface Examples<V extends Values = Values> {
  /** The values of all examples, one after another, each row-major with its channels last. */
  readonly images: V
  /** A class for each example, in [0, classes). */
  readonly labels: Uint8Array
  readonly count: number
  /** Of one example: `[height, width, channels]` for images, `[values]` for others. */
  readonly shape: readonly number[]
  readonly classes: number
  /** How values become inputs. Without it bytes are scaled to [-1, 1], and floats are inputs as they are. */
  readonly normalization?: Normalization
  /** What the labels were before noise was put in; only where it was. */
  readonly trueLabels?: Uint8Array
}

/** Labelled images, as bytes from 0 to 255. */
export type ImageSet = Examples<Uint8Array>

/** Storage of the same kind. */
const sameKind = <V extends Values>(values: V, length: number): V =>
  // TypeScript cannot tell that the branch taken is the one of V.
  (values instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length)) as V

/** Some labels, by index. */
const pickLabels = (labels: Uint8Array, indices: Uint32Array): Uint8Array =>
  Uint8Array.from(indices, index => labels[index] as number)

/**
 * Some examples of a set, with all that is known of them.
 *
 * @param indices which, in order; each in [0, count)
 * @example
 * pick(Uint32Array.of(2, 0))(set).count // 2
 */
export const pick =
  (indices: Uint32Array) =>
  <V extends Values>(set: Examples<V>): Examples<V> => {
    const size = sizeOf(set.shape)
    const images = sameKind(set.images, indices.length * size)
    indices.forEach((index, i) => {
      images.set(set.images.subarray(index * size, (index + 1) * size), i * size)
    })
    return {
      ...set,
      images,
      labels: pickLabels(set.labels, indices),
      count: indices.length,
      ...(set.trueLabels && { trueLabels: pickLabels(set.trueLabels, indices) }),
    }
  }

/**
 * The indices of each class, in order.
 *
 * @example
 * indicesByClass({ labels: Uint8Array.of(1, 0, 1), classes: 2 }) // [Uint32Array [1], Uint32Array [0, 2]]
 */
export const indicesByClass = ({ labels, classes }: Pick<Examples, 'labels' | 'classes'>): readonly Uint32Array[] => {
  const positions = Uint32Array.from(labels, (_, i) => i)
  return Array.from({ length: classes }, (_, label) => positions.filter(i => labels[i] === label))
}
