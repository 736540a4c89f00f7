/** Pools in two and three dimensions, and their gradients. */
import type * as tf from '@tensorflow/tfjs'
import { axesOf, explicit, type WindowAttrs } from './geometry.js'
import { required, type WasmKernel } from './kernel.js'
import { allFinite } from './loops.js'
import { copyInto, floats, sizeOf, zeros } from './tensors.js'
import { forEachWindow, type Windows } from './windows.js'

type Call = Parameters<WasmKernel>[0]

const windowsOf = ({ shape }: tf.TensorInfo, attrs: Call['attrs'], y?: readonly number[]): Windows => {
  // The attributes of pools have these in common.
  const windows = attrs as unknown as WindowAttrs & { readonly filterSize: number | readonly number[] }
  const sides = shape.slice(1, -1)
  const { filterSize } = windows
  const taps = typeof filterSize === 'number' ? sides.map(() => filterSize) : filterSize
  return { batch: shape[0]!, channels: shape.at(-1)!, axes: axesOf(sides, taps, windows, y?.slice(1)) }
}

/** Writes to `places`, for each channel, where the largest value of a window is: the first of them, or -1 where all are NaN. */
const findLargest = (
  places: Int32Array,
  largest: Float32Array,
  x: Float32Array,
  met: Int32Array,
  count: number,
): void => {
  largest.fill(-Infinity)
  places.fill(-1)
  for (let i = 0; i < count; i++) {
    const from = met[i]!
    for (let channel = 0; channel < places.length; channel++)
      if (x[from + channel]! > largest[channel]!) {
        largest[channel] = x[from + channel]!
        places[channel] = from + channel
      }
  }
}

type Pool = (target: Float32Array, x: Float32Array, windows: Windows) => void

const maxima: Pool = (target, x, windows) => {
  target.fill(Number.NEGATIVE_INFINITY)
  forEachWindow(windows, (to, count, places) => {
    for (let i = 0; i < count; i++)
      for (let channel = 0, from = places[i]!; channel < windows.channels; channel++, from++)
        if (x[from]! > target[to + channel]!) target[to + channel] = x[from]!
  })
}

const averages: Pool = (target, x, windows) => {
  const sums = new Float64Array(windows.channels)
  forEachWindow(windows, (to, count, places) => {
    sums.fill(0)
    for (let i = 0; i < count; i++)
      for (let channel = 0, from = places[i]!; channel < sums.length; channel++, from++) sums[channel]! += x[from]!
    for (let channel = 0; channel < sums.length; channel++) target[to + channel] = sums[channel]! / count
  })
}

const pooled = ({ inputs, backend, attrs }: Call, pool: Pool): tf.TensorInfo => {
  const x = required(inputs, 'x')
  const windows = windowsOf(x, attrs)
  const { batch, axes, channels } = windows
  const out = backend.makeOutput([batch, ...axes.map(({ output }) => output), channels], 'float32')
  // As on the cpu backend, windows of one element are the input as it is.
  const single = axes.every(({ taps, stride, input, output }) => taps === 1 && stride === 1 && input === output)
  if (single) copyInto(backend, out, 0, x)
  else pool(floats(backend, out), floats(backend, x), windows)
  return out
}

const forward =
  (pool: Pool) =>
  (stock: WasmKernel): WasmKernel =>
  call => {
    const { inputs, backend, attrs } = call
    const x = required(inputs, 'x')
    if (x.dtype !== 'float32') return stock(call)
    const { axes } = windowsOf(x, attrs)
    const plain = axes.length === 2 && axes.every(({ before, after, taps }) => Math.max(before, after) < taps)
    const full = !x.shape.includes(0) && axes.every(({ output }) => output > 0)
    if (plain && full && allFinite(backend, x)) return stock({ ...call, attrs: { ...attrs, pad: explicit(axes) } })
    return pooled(call, pool)
  }

/**
 * Improves `MaxPool` and `MaxPool3D`, which looks for something larger than the smallest positive number:
 * $Y_o = \max_t X_{o s + t - \pi}$. As on the `cpu` backend, NaN is passed over; a window of nothing else gives -infinity.
 *
 * @param stock the stock kernel, which computes finite images
 * @example
 * tf.maxPool3d(x, 2, 2, 'valid') // on wasm
 */
export const maxPool = forward(maxima)

/**
 * Improves `AvgPool` and `AvgPool3D`: $Y_o = \frac{1}{n_o} \sum_t X_{o s + t - \pi}$ over the $n_o$ taps that meet the input.
 * The stock kernel makes -infinity of NaN.
 *
 * @param stock the stock kernel, which computes finite images
 * @example
 * tf.avgPool(x, 2, 2, 'same') // on wasm
 */
export const avgPool = forward(averages)

/**
 * Improves `MaxPoolWithArgmax`, which looks for something larger than the smallest positive number: the largest value of each
 * window, and where it is in the image, or among all images; -1 for a window of NaN only.
 *
 * @example
 * tf.maxPoolWithArgmax(x, 2, 2, 'valid') // on wasm
 */
export const maxPoolWithArgmax =
  (): WasmKernel<tf.TensorInfo[]> =>
  ({ inputs, backend, attrs }) => {
    const x = required(inputs, 'x')
    const windows = windowsOf(x, attrs)
    const { batch, axes, channels } = windows
    const shape = [batch, ...axes.map(({ output }) => output), channels]
    const [values, indices] = [backend.makeOutput(shape, 'float32'), backend.makeOutput(shape, 'int32')]
    const [found, places, source] = [floats(backend, values), backend.typedArrayFromHeap(indices), floats(backend, x)]
    const image = sizeOf(x.shape.slice(1))
    const perImage = attrs?.includeBatchInIndex !== true
    const [largest, at] = [new Float32Array(channels), new Int32Array(channels)]
    forEachWindow(windows, (to, count, met) => {
      findLargest(at, largest, source, met, count)
      found.set(largest, to)
      for (let channel = 0; channel < channels; channel++)
        places[to + channel] = perImage ? at[channel]! % image : at[channel]!
    })
    return [values, indices]
  }

type PoolGradient = (out: Float32Array, dy: Float32Array, x: Float32Array, windows: Windows) => void

const gradient =
  (add: PoolGradient) =>
  (): WasmKernel =>
  ({ inputs, backend, attrs }) => {
    const [dy, x] = [required(inputs, 'dy'), required(inputs, 'input')]
    const out = zeros(backend, x.shape)
    if (!dy.shape.includes(0))
      add(floats(backend, out), floats(backend, dy), floats(backend, x), windowsOf(x, attrs, dy.shape))
    return out
  }

/**
 * Improves `MaxPoolGrad` and `MaxPool3DGrad`: the gradient of each maximum goes to where it came from,
 * $\partial X_{\arg\max} \mathrel{+}= \partial Y$.
 *
 * The stock kernels look for something larger than 0, and lose the gradient of a window that has nothing such.
 *
 * @example
 * registerKernel({ ...getKernel('MaxPoolGrad', 'wasm'), kernelFunc: maxPoolGrad() })
 */
export const maxPoolGrad = gradient((out, dy, x, windows) => {
  const places = new Int32Array(windows.channels)
  const largest = new Float32Array(windows.channels)
  forEachWindow(windows, (to, count, met) => {
    findLargest(places, largest, x, met, count)
    for (let channel = 0; channel < places.length; channel++) {
      const place = places[channel]!
      if (place >= 0) out[place]! += dy[to + channel]!
    }
  })
})

/**
 * Improves `AvgPoolGrad` and `AvgPool3DGrad`: $\partial X_{o s + t - \pi} \mathrel{+}= \frac{1}{n_o} \partial Y_o$. Every
 * stock backend divides by the size of the window, padding included.
 *
 * @example
 * tf.grad(x => tf.avgPool(x, 2, 2, 'same').sum())(x) // on wasm
 */
export const avgPoolGrad = gradient((out, dy, _, windows) => {
  forEachWindow(windows, (to, count, places) => {
    for (let i = 0; i < count; i++)
      for (let channel = 0, at = places[i]!; channel < windows.channels; channel++, at++)
        out[at]! += dy[to + channel]! / count
  })
})
