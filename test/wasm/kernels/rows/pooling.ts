/** Pools in one, two and three dimensions, and dilation. */
import * as tf from '@tensorflow/tfjs'
import { type Draw, type Field, generate, placeOf } from '../field.js'
import type { Geometry, Row } from '../row.js'
import { type Axis, axisOf, drawWindow, forEachMeeting, type Pad } from '../windows.js'

type Pool = (axes: readonly Axis[], x: Field) => Field

const outputOf = (axes: readonly Axis[], x: Field, value: number): Field =>
  generate([x.shape[0]!, ...axes.map(({ output }) => output), x.shape.at(-1)!], () => value)

/** Visits each element of the result with each element of the input that its window meets. */
const forEachPair = (
  axes: readonly Axis[],
  x: Field,
  y: Field,
  visit: (to: number, from: number, tap: readonly number[]) => void,
) => {
  for (let b = 0; b < x.shape[0]!; b++)
    forEachMeeting(axes, (output, input, tap) => {
      for (let c = 0; c < x.shape.at(-1)!; c++)
        visit(placeOf(y.shape, [b, ...output, c]), placeOf(x.shape, [b, ...input, c]), tap)
    })
}

/** $Y_o = \max_t X_{o s + t - \pi}$ over the taps that meet the input. */
export const largest: Pool = (axes, x) => {
  const y = outputOf(axes, x, Number.NEGATIVE_INFINITY)
  forEachPair(axes, x, y, (to, from) => {
    y.values[to] = Math.max(y.values[to]!, x.values[from]!)
  })
  return y
}

/** $Y_o$, the mean of $X_{o s + t - \pi}$ over the taps that meet the input. */
export const average: Pool = (axes, x) => {
  const [y, counts] = [outputOf(axes, x, 0), outputOf(axes, x, 0)]
  forEachPair(axes, x, y, (to, from) => {
    y.values[to]! += x.values[from]!
    counts.values[to]! += 1
  })
  return { ...y, values: y.values.map((sum, i) => sum / counts.values[i]!) }
}

/** $Y_{o,c} = \max_t (X_{o s + t d - \pi,\,c} + W_{t,c})$. */
export const dilation = (axes: readonly Axis[], x: Field, w: Field): Field => {
  const y = outputOf(axes, x, Number.NEGATIVE_INFINITY)
  const channels = x.shape.at(-1)!
  forEachPair(axes, x, y, (to, from, tap) => {
    const weight = w.values[placeOf(w.shape, [...tap, to % channels])]!
    y.values[to] = Math.max(y.values[to]!, x.values[from]! + weight)
  })
  return y
}

type Compute = (x: tf.Tensor, taps: number[], strides: number[], pad: Pad) => tf.Tensor

const pool =
  (rank: 2 | 3, reference: Pool, compute: Compute, pads: readonly Pad[], beside: readonly Pad[]) =>
  (draw: Draw, compared?: boolean): Geometry => {
    const most = rank === 2 ? { side: 7, taps: 3, stride: 4 } : { side: 4, taps: 3, stride: 4 }
    const window = drawWindow(draw, rank, { ...most, pads: compared ? beside : pads })
    // A window wholly in the padding has no value; TensorFlow.js does not refuse it.
    const narrow = typeof window.pad === 'number' && window.taps.some(n => n <= (window.pad as number))
    const pad = narrow ? 'same' : window.pad
    const { taps, strides, sides } = window
    const axes = sides.map((side, k) => axisOf(side, taps[k]!, strides[k]!, 1, pad))
    const channels = draw.pick([1, 1, 2, 3, 5, 9])
    return {
      inputs: [draw.distinct([draw.int(1, 2), ...sides, channels])],
      compute: x => compute(x!, taps, strides, pad),
      reference: x => reference(axes, x!),
      says: { ...window.says, pad, channels },
    }
  }

const two = (values: readonly number[]): [number, number] => [values[0]!, values[1]!]
const three = (values: readonly number[]): [number, number, number] => [values[0]!, values[1]!, values[2]!]

const all: readonly Pad[] = ['same', 'valid', 1, 2]
const named: readonly Pad[] = ['same', 'valid']
const valid: readonly Pad[] = ['valid']

const passedOver = 'NaN is passed over; a window of nothing else gives -infinity'
const wideStride = 'misplaced where the stride is wider than the window and the padding `same`'
const counted = 'wrong gradient with padding: the window counts whole'

export const pools: readonly Row[] = [
  {
    op: 'maxPoolWithArgmax',
    kernels: ['MaxPoolWithArgmax'],
    gradient: false,
    geometry: pool(
      2,
      largest,
      (x, taps, strides, pad) => tf.maxPoolWithArgmax(x as tf.Tensor4D, two(taps), two(strides), pad).result,
      all,
      all,
    ),
  },
  {
    op: 'maxPool',
    kernels: ['MaxPool', 'MaxPoolGrad'],
    layers: ['maxPooling1d', 'maxPooling2d', 'globalMaxPooling1d', 'globalMaxPooling2d'],
    special: passedOver,
    cpu: 'wrong shape where a number pads and window or strides are not square',
    geometry: pool(
      2,
      largest,
      (x, taps, strides, pad) => tf.maxPool(x as tf.Tensor4D, two(taps), two(strides), pad),
      all,
      named,
    ),
  },
  {
    op: 'avgPool',
    kernels: ['AvgPool', 'AvgPoolGrad'],
    layers: ['averagePooling1d', 'averagePooling2d'],
    cpu: counted,
    geometry: pool(
      2,
      average,
      (x, taps, strides, pad) => tf.avgPool(x as tf.Tensor4D, two(taps), two(strides), pad),
      all,
      valid,
    ),
  },
  {
    op: 'maxPool3d',
    kernels: ['MaxPool3D', 'MaxPool3DGrad'],
    layers: ['maxPooling3d'],
    special: passedOver,
    cpu: `wrong gradient where the window is not square; ${wideStride}`,
    specialGradient: false,
    geometry: pool(
      3,
      largest,
      (x, taps, strides, pad) => tf.maxPool3d(x as tf.Tensor5D, three(taps), three(strides), pad),
      [...named, 1],
      valid,
    ),
  },
  {
    op: 'avgPool3d',
    kernels: ['AvgPool3D', 'AvgPool3DGrad'],
    layers: ['averagePooling3d'],
    cpu: `${counted}; ${wideStride}`,
    geometry: pool(
      3,
      average,
      (x, taps, strides, pad) => tf.avgPool3d(x as tf.Tensor5D, three(taps), three(strides), pad),
      [...named, 1],
      valid,
    ),
  },
  {
    op: 'dilation2d',
    kernels: ['Dilation2D', 'Dilation2DBackpropInput', 'Dilation2DBackpropFilter'],
    special: passedOver,
    cpu: 'no maximum below -2^53',
    specials: [Number.POSITIVE_INFINITY, -7],
    geometry: draw => {
      const window = drawWindow(draw, 2, { side: 6, taps: 3, stride: 3, pads: named })
      const { pad, taps, sides, strides } = window
      const dilations = strides.map(stride => (strides.every(s => s === 1) ? draw.int(1, 2) : Math.min(1, stride)))
      const wide = sides.map((side, k) => (pad === 'same' ? side : Math.max(side, (taps[k]! - 1) * dilations[k]! + 1)))
      const axes = wide.map((side, k) => axisOf(side, taps[k]!, strides[k]!, dilations[k]!, pad))
      const channels = draw.int(1, 3)
      return {
        // Multiples of 1 and of 1/64 below 1/2: no two sums are equal.
        inputs: [draw.distinct([draw.int(1, 2), ...wide, channels], 1), draw.distinct([...taps, channels], 1 / 64)],
        compute: (x, w) =>
          tf.dilation2d(x as tf.Tensor4D, w as tf.Tensor3D, two(strides), pad as 'same', two(dilations)),
        reference: (x, w) => dilation(axes, x!, w!),
        says: { ...window.says, sides: wide, dilations, channels },
      }
    },
  },
]
