/** The gradients of resizing: each pixel of the result hands its own to those that it was made of. */
import type * as tf from '@tensorflow/tfjs'
import { required, type WasmKernel } from './kernel.js'
import { floats, zeros } from './tensors.js'

interface Options {
  readonly alignCorners: boolean
  readonly halfPixelCenters: boolean
}

/** Two pixels of an axis, and the part of the second. */
type Mixture = readonly [low: number, high: number, part: number]

/** Where position `i` of `to` lies among `from` pixels. */
const placeOf = (i: number, from: number, to: number, { alignCorners, halfPixelCenters }: Options): number => {
  const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to
  return halfPixelCenters ? (i + 0.5) * scale - 0.5 : i * scale
}

const bilinear = (i: number, from: number, to: number, options: Options): Mixture => {
  const place = placeOf(i, from, to, options)
  const low = Math.floor(place)
  return [Math.max(0, low), Math.min(low + 1, from - 1), place - low]
}

const nearest = (i: number, from: number, to: number, options: Options): Mixture => {
  const place = placeOf(i, from, to, options) + (options.halfPixelCenters ? 0.5 : 0)
  const near = Math.max(0, Math.min(from - 1, options.alignCorners ? Math.round(place) : Math.floor(place)))
  return [near, near, 0]
}

const gradient =
  (mixture: typeof bilinear) =>
  (stock: WasmKernel): WasmKernel =>
  call => {
    const { inputs, backend, attrs } = call
    const [dy, images] = [required(inputs, 'dy'), required(inputs, 'images')]
    const options = attrs as unknown as tf.ResizeBilinearAttrs
    if (!options.alignCorners && !options.halfPixelCenters) return stock(call)
    const [batch, height, width, channels] = images.shape as [number, number, number, number]
    const [, outHeight, outWidth] = dy.shape as [number, number, number]
    const out = zeros(backend, images.shape)
    const [target, source] = [floats(backend, out), floats(backend, dy)]
    const mixtures = (from: number, to: number) => Array.from({ length: to }, (_, i) => mixture(i, from, to, options))
    const [rows, columns] = [mixtures(height, outHeight), mixtures(width, outWidth)]
    const add = (image: number, row: number, column: number, from: number, weight: number): void => {
      const to = ((image * height + row) * width + column) * channels
      if (weight !== 0)
        for (let channel = 0; channel < channels; channel++) target[to + channel]! += weight * source[from + channel]!
    }
    for (let image = 0, from = 0; image < batch; image++)
      for (const [top, bottom, down] of rows)
        for (const [left, right, along] of columns) {
          add(image, top, left, from, (1 - down) * (1 - along))
          add(image, top, right, from, (1 - down) * along)
          add(image, bottom, left, from, down * (1 - along))
          add(image, bottom, right, from, down * along)
          from += channels
        }
    return out
  }

/**
 * Improves `ResizeBilinearGrad` and `ResizeNearestNeighborGrad`. The stock kernels know nothing of `halfPixelCenters`, and
 * round otherwise than the forward pass where corners are aligned.
 *
 * @param stock the stock kernel, which computes without either
 * @example
 * tf.grad(x => tf.image.resizeBilinear(x, [8, 8], false, true).sum())(image) // on wasm
 */
export const resizeBilinearGrad = gradient(bilinear)
export const resizeNearestGrad = gradient(nearest)
