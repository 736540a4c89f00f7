/** Normalizations, and images of other sizes. */
import * as tf from '@tensorflow/tfjs'
import { at, type Field, generate } from '../field.js'
import type { Row } from '../row.js'

const channel = (index: readonly number[], of: Field): number => of.values[index.at(-1)!]!

/** $Y = \gamma (X - \mu) / \sqrt{\sigma^2 + \varepsilon} + \beta$ by channel (Ioffe and Szegedy 2015, algorithm 1). */
export const batchNorm = ([x, mean, variance, offset, scale]: readonly Field[], epsilon: number): Field =>
  generate(x!.shape, index => {
    const spread = Math.sqrt(channel(index, variance!) + epsilon)
    return ((at(x!, index) - channel(index, mean!)) / spread) * channel(index, scale!) + channel(index, offset!)
  })

/** The same by row, with its own mean and variance (Ba, Kiros and Hinton 2016, equation 4). */
const layerNorm = ([x, offset, scale]: readonly Field[], epsilon: number): Field => {
  const n = x!.shape.at(-1)!
  return generate(x!.shape, index => {
    const row = Array.from({ length: n }, (_, i) => at(x!, [...index.slice(0, -1), i]))
    const mean = row.reduce((a, b) => a + b, 0) / n
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n
    return ((at(x!, index) - mean) / Math.sqrt(variance + epsilon)) * channel(index, scale!) + channel(index, offset!)
  })
}

/** $Y_c = X_c / (k + \alpha \sum_{|c' - c| \le r} X_{c'}^2)^\beta$ (Krizhevsky et al. 2012, section 3.3). */
export const localResponse = (x: Field, radius: number, bias: number, alpha: number, beta: number): Field =>
  generate(x.shape, index => {
    const c = index.at(-1)!
    let sum = 0
    for (let k = Math.max(0, c - radius); k <= Math.min(x.shape.at(-1)! - 1, c + radius); k++)
      sum += at(x, [...index.slice(0, -1), k]) ** 2
    return at(x, index) / (bias + alpha * sum) ** beta
  })

interface Resize {
  readonly from: number
  readonly to: number
  readonly alignCorners: boolean
  readonly halfPixelCenters: boolean
}

/** Where a pixel of the result is in the image: https://github.com/tensorflow/tensorflow `image_resizer_state.h`. */
const placeIn = ({ from, to, alignCorners, halfPixelCenters }: Resize, i: number): number => {
  const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to
  return halfPixelCenters ? (i + 0.5) * scale - 0.5 : i * scale
}

export const bilinear = (x: Field, rows: Resize, columns: Resize): Field =>
  generate([x.shape[0]!, rows.to, columns.to, x.shape[3]!], ([b, i, j, c]) => {
    const sides = [placeIn(rows, i!), placeIn(columns, j!)]
    const near = sides.map((place, k) => {
      const last = x.shape[k + 1]! - 1
      const low = Math.floor(place)
      return { low: Math.max(low, 0), high: Math.min(low + 1, last), part: place - low }
    })
    const [r, s] = [near[0]!, near[1]!]
    const pixel = (row: number, column: number) => at(x, [b!, row, column, c!])
    const top = pixel(r.low, s.low) * (1 - s.part) + pixel(r.low, s.high) * s.part
    const bottom = pixel(r.high, s.low) * (1 - s.part) + pixel(r.high, s.high) * s.part
    return top * (1 - r.part) + bottom * r.part
  })

export const nearest = (x: Field, rows: Resize, columns: Resize): Field =>
  generate([x.shape[0]!, rows.to, columns.to, x.shape[3]!], ([b, i, j, c]) => {
    const place = (resize: Resize, k: number): number => {
      const { from, alignCorners, halfPixelCenters } = resize
      const exact = halfPixelCenters ? placeIn(resize, k) + 0.5 : placeIn(resize, k)
      return Math.max(0, Math.min(from - 1, alignCorners ? Math.round(exact) : Math.floor(exact)))
    }
    return at(x, [b!, place(rows, i!), place(columns, j!), c!])
  })

const resizing = (
  op: string,
  compute: (x: tf.Tensor4D, size: [number, number], align: boolean, half: boolean) => tf.Tensor,
  reference: typeof bilinear,
  more: Pick<Row, 'kernels'> & Partial<Row>,
): Row => ({
  op,
  ...more,
  geometry: draw => {
    const [from, to] = [
      [draw.int(1, 4), draw.int(1, 4)],
      [draw.int(1, 7), draw.int(1, 7)],
    ]
    const mode = draw.int(0, 2)
    const of = (axis: 0 | 1): Resize => ({
      from: from[axis]!,
      to: to[axis]!,
      alignCorners: mode === 1,
      halfPixelCenters: mode === 2,
    })
    return {
      inputs: [draw.field([draw.int(1, 2), ...from, draw.int(1, 3)])],
      compute: x => compute(x as tf.Tensor4D, [to[0]!, to[1]!], mode === 1, mode === 2),
      reference: x => reference(x!, of(0), of(1)),
      says: { from, to, mode: ['plain', 'alignCorners', 'halfPixelCenters'][mode] },
    }
  },
})

const cpuResize = 'wrong gradient: all images but square ones and the first are taken from the wrong place'

export const normalizations: readonly Row[] = [
  {
    op: 'batchNorm',
    kernels: ['FusedBatchNorm', 'Rsqrt', 'Tile'],
    layers: ['batchNormalization'],
    geometry: draw => {
      const channels = draw.int(1, 4)
      const shape = [...Array.from({ length: draw.int(1, 3) }, () => draw.int(1, 4)), channels]
      const of = (low = -1, high = 1) => draw.field([channels], low, high)
      return {
        inputs: [draw.field(shape), of(), of(0.3, 2), of(), of(0.5, 2)],
        compute: (x, mean, variance, offset, scale) =>
          tf.batchNorm(
            x!,
            mean as tf.Tensor1D,
            variance as tf.Tensor1D,
            offset as tf.Tensor1D,
            scale as tf.Tensor1D,
            0.01,
          ),
        reference: (...xs) => batchNorm(xs, 0.01),
        says: { shape },
      }
    },
  },
  {
    op: 'layerNorm, by moments',
    kernels: ['Mean', 'Sum'],
    layers: ['layerNormalization'],
    geometry: draw => {
      const channels = draw.int(2, 5)
      const shape = [...Array.from({ length: draw.int(1, 2) }, () => draw.int(1, 4)), channels]
      return {
        inputs: [draw.distinct(shape), draw.field([channels]), draw.field([channels], 0.5, 2)],
        compute: (x, offset, scale) => {
          const { mean, variance } = tf.moments(x!, -1, true)
          return x!.sub(mean).mul(variance.add(0.01).rsqrt()).mul(scale!).add(offset!)
        },
        reference: (...xs) => layerNorm(xs, 0.01),
        says: { shape },
      }
    },
  },
  {
    op: 'localResponseNormalization',
    kernels: ['LRN', 'LRNGrad'],
    geometry: draw => {
      const shape = [draw.int(1, 2), draw.int(1, 3), draw.int(1, 3), draw.int(1, 6)]
      const [radius, bias, alpha, beta] = [draw.int(1, 3), draw.real(0.5, 2), draw.real(0.1, 1), draw.real(0.3, 1)]
      return {
        inputs: [draw.field(shape)],
        compute: x => tf.localResponseNormalization(x as tf.Tensor4D, radius, bias, alpha, beta),
        reference: x => localResponse(x!, radius, bias, alpha, beta),
        says: { shape, radius, bias, alpha, beta },
      }
    },
  },
  resizing('image.resizeBilinear', (x, size, align, half) => tf.image.resizeBilinear(x, size, align, half), bilinear, {
    kernels: ['ResizeBilinear', 'ResizeBilinearGrad'],
    layers: ['upSampling2d'],
    cpu: cpuResize,
    special: 'what is not finite and has the weight 0 does not count, where `cpu` gives NaN',
    specials: [-7],
    specialGradient: false,
  }),
  resizing(
    'image.resizeNearestNeighbor',
    (x, size, align, half) => tf.image.resizeNearestNeighbor(x, size, align, half),
    nearest,
    {
      kernels: ['ResizeNearestNeighbor', 'ResizeNearestNeighborGrad'],
      layers: ['upSampling2d'],
      cpu: cpuResize,
      specialGradient: false,
    },
  ),
]
