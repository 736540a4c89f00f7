/** Convolutions in one, two and three dimensions, their transposes, and those with bias and activation. */
import * as tf from '@tensorflow/tfjs'
import { type Draw, type Field, generate, placeOf, sizeOf } from '../field.js'
import type { Geometry, Row } from '../row.js'
import { type Axis, axisOf, drawWindow, forEachMeeting, type Pad } from '../windows.js'

/** $Y_{b,o,k} = \sum_{t,c} X_{b,\, o s + t d - \pi,\, c} W_{t,c,k}$, for any number of spatial axes. */
export const convolution = (axes: readonly Axis[], x: Field, w: Field): Field => {
  const [batch, inChannels] = [x.shape[0]!, x.shape.at(-1)!]
  const outChannels = w.shape.at(-1)!
  const y = generate([batch, ...axes.map(({ output }) => output), outChannels], () => 0)
  for (let b = 0; b < batch; b++)
    forEachMeeting(axes, (output, input, tap) => {
      const to = placeOf(y.shape, [b, ...output, 0])
      const from = placeOf(x.shape, [b, ...input, 0])
      for (let c = 0; c < inChannels; c++) {
        const weights = placeOf(w.shape, [...tap, c, 0])
        for (let k = 0; k < outChannels; k++) y.values[to + k]! += x.values[from + c]! * w.values[weights + k]!
      }
    })
  return y
}

/** $Y_{b,o,(c,m)} = \sum_t X_{b,\, o s + t d - \pi,\, c} W_{t,c,m}$. */
export const depthwise = (axes: readonly Axis[], x: Field, w: Field): Field => {
  const [channels, multiples] = w.shape.slice(-2) as [number, number]
  const y = generate([x.shape[0]!, ...axes.map(({ output }) => output), channels * multiples], () => 0)
  for (let b = 0; b < x.shape[0]!; b++)
    forEachMeeting(axes, (output, input, tap) => {
      for (let c = 0; c < channels; c++)
        for (let m = 0; m < multiples; m++)
          y.values[placeOf(y.shape, [b, ...output, c * multiples + m])]! +=
            x.values[placeOf(x.shape, [b, ...input, c])]! * w.values[placeOf(w.shape, [...tap, c, m])]!
    })
  return y
}

/** The transpose: $X_{b,\, o s + t - \pi,\, c} \mathrel{+}= Y_{b,o,k} W_{t,c,k}$. */
export const transposedConvolution = (axes: readonly Axis[], y: Field, w: Field): Field => {
  const [inChannels, outChannels] = w.shape.slice(-2) as [number, number]
  const x = generate([y.shape[0]!, ...axes.map(({ input }) => input), inChannels], () => 0)
  for (let b = 0; b < y.shape[0]!; b++)
    forEachMeeting(axes, (output, input, tap) => {
      for (let c = 0; c < inChannels; c++)
        for (let k = 0; k < outChannels; k++)
          x.values[placeOf(x.shape, [b, ...input, c])]! +=
            y.values[placeOf(y.shape, [b, ...output, k])]! * w.values[placeOf(w.shape, [...tap, c, k])]!
    })
  return x
}

const addBias = (y: Field, bias: Field): Field => ({
  shape: y.shape,
  values: y.values.map((value, i) => value + bias.values[i % sizeOf(bias.shape)]!),
})

type Convolve = (axes: readonly Axis[], x: Field, w: Field) => Field

const pads: readonly Pad[] = ['same', 'valid', 0, 1, 2]
const most = { side: 5, taps: 4, stride: 3, pads }

/** A convolution over one or two axes, either strided or dilated, as TensorFlow.js has it. */
const drawConvolution = (draw: Draw, rank: number, dilated: boolean, allowed: readonly Pad[] = pads) => {
  const window = drawWindow(draw, rank, { ...most, pads: allowed })
  const { pad, taps, sides } = window
  const dilations = taps.map(() => (dilated ? draw.int(1, 3) : 1))
  if (!dilated || dilations.every(d => d === 1)) return { ...window, dilations }
  const wide = sides.map((side, k) => (pad === 'same' ? side : Math.max(side, (taps[k]! - 1) * dilations[k]! + 1)))
  const axes = wide.map((side, k) => axisOf(side, taps[k]!, 1, dilations[k]!, pad))
  const strides = taps.map(() => 1)
  return {
    ...window,
    sides: wide,
    axes,
    strides,
    dilations,
    says: { ...window.says, sides: wide, strides: 1, dilations },
  }
}

// The backend computes eight channels at a time, and has loops of their own for one.
const drawChannels = (draw: Draw): number => draw.pick([1, 1, 2, 3, 5, 9])

const two = (values: readonly number[]): [number, number] => [values[0]!, values[1]!]
const three = (values: readonly number[]): [number, number, number] => [values[0]!, values[1]!, values[2]!]

const conv2d =
  (dilated: boolean) =>
  (draw: Draw, compared?: boolean): Geometry => {
    const { sides, taps, strides, dilations, pad, axes, says } = drawConvolution(
      draw,
      2,
      dilated,
      compared ? both : pads,
    )
    const [batch, from, to] = [draw.int(1, 2), drawChannels(draw), drawChannels(draw)]
    return {
      inputs: [draw.field([batch, ...sides, from]), draw.field([...taps, from, to])],
      compute: (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, two(strides), pad, 'NHWC', two(dilations)),
      reference: (x, w) => convolution(axes, x!, w!),
      says: { ...says, from, to },
    }
  }

const depthwise2d =
  (dilated: boolean) =>
  (draw: Draw, compared?: boolean): Geometry => {
    const { sides, taps, strides, dilations, pad, axes, says } = drawConvolution(
      draw,
      2,
      dilated,
      compared ? both : pads,
    )
    const [batch, channels, multiples] = [draw.int(1, 2), drawChannels(draw), draw.int(1, 3)]
    return {
      inputs: [draw.field([batch, ...sides, channels]), draw.field([...taps, channels, multiples])],
      compute: (x, w) =>
        tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, two(strides), pad, 'NHWC', two(dilations)),
      reference: (x, w) => depthwise(axes, x!, w!),
      says: { ...says, channels, multiples },
    }
  }

/** The functions that a convolution and a product may end in, and where they have kinks. */
export const activations = {
  linear: x => x,
  relu: x => (x < 0 ? 0 : x),
  relu6: x => (x < 0 ? 0 : x > 6 ? 6 : x),
  elu: x => (x < 0 ? Math.expm1(x) : x),
  sigmoid: x => 1 / (1 + Math.exp(-x)),
  leakyrelu: x => (x < 0 ? 0.2 * x : x),
} as const satisfies Record<string, (x: number) => number>
export type Activation = keyof typeof activations

/** Raises the bias until no value before the activation is near a kink: its derivative is not defined there. */
export const clearOfKinks = (linear: (bias: Field) => Field, bias: Field): Field => {
  const kinks = [0, 6]
  for (let by = 0; ; by += 0.013) {
    const moved = { ...bias, values: bias.values.map(value => Math.fround(value + by)) }
    if (linear(moved).values.every(value => kinks.every(kink => Math.abs(value - kink) > 5e-4))) return moved
  }
}

const fused =
  (
    convolve: Convolve,
    compute: typeof tf.fused.conv2d | typeof tf.fused.depthwiseConv2d,
    filterShape: (draw: Draw, from: number) => readonly [number, number],
  ) =>
  (draw: Draw, compared?: boolean): Geometry => {
    const { sides, taps, strides, pad, axes, says } = drawConvolution(draw, 2, false, compared ? ['valid'] : pads)
    const [batch, from] = [draw.int(1, 2), drawChannels(draw)]
    const channels = filterShape(draw, from)
    const activation = draw.pick(Object.keys(activations) as Activation[])
    const [x, w] = [draw.field([batch, ...sides, from], -3, 3), draw.field([...taps, ...channels])]
    const to = convolve(axes, x, w).shape.at(-1)!
    const bias = clearOfKinks(b => addBias(convolve(axes, x, w), b), draw.field([to]))
    return {
      inputs: [x, w, bias],
      compute: (x, filter, bias) =>
        compute({
          x: x as tf.Tensor4D,
          filter: filter as tf.Tensor4D,
          strides: two(strides),
          pad,
          bias,
          activation,
          leakyreluAlpha: 0.2,
        }),
      reference: (x, w, b) => {
        const y = addBias(convolve(axes, x!, w!), b!)
        return { ...y, values: y.values.map(activations[activation]) }
      },
      says: { ...says, from, channels, activation },
    }
  }

const special = 'what is not finite and meets a zero of the padding gives NaN; `cpu` leaves those out'
const numeric = 'wrong shape where a number pads and filter or strides are not square'
const withNumbers = { special, spreads: true, cpu: numeric } as const
const without = { special, spreads: true } as const
const wideStride = 'misplaced where the stride is wider than the filter and the padding `same`'
// Beside cpu, padding by a number is left out.
const both: readonly Pad[] = ['same', 'valid']

export const convolutions: readonly Row[] = [
  {
    op: 'conv1d',
    ...without,
    kernels: ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'],
    layers: ['conv1d'],
    geometry: draw => {
      const { sides, taps, strides, dilations, pad, axes, says } = drawConvolution(draw, 1, false, both)
      const [batch, from, to] = [draw.int(1, 3), drawChannels(draw), drawChannels(draw)]
      return {
        inputs: [draw.field([batch, ...sides, from]), draw.field([...taps, from, to])],
        compute: (x, w) =>
          tf.conv1d(x as tf.Tensor3D, w as tf.Tensor3D, strides[0]!, pad as 'same', 'NWC', dilations[0]!),
        reference: (x, w) => convolution(axes, x!, w!),
        says: { ...says, from, to },
      }
    },
  },
  {
    op: 'conv2d',
    ...withNumbers,
    kernels: ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'],
    layers: ['conv2d'],
    geometry: conv2d(false),
  },
  { ...withNumbers, op: 'conv2d, dilated', kernels: ['Conv2D'], geometry: conv2d(true), gradient: false },
  {
    op: 'conv2dTranspose',
    ...withNumbers,
    kernels: ['Conv2DBackpropInput', 'Conv2D', 'Conv2DBackpropFilter'],
    layers: ['conv2dTranspose'],
    geometry: (draw, compared) => {
      const { sides, taps, strides, pad, axes, says } = drawConvolution(
        draw,
        2,
        false,
        compared ? both : ['same', 'valid', 0, 1],
      )
      const [batch, from, to] = [draw.int(1, 2), drawChannels(draw), drawChannels(draw)]
      const shape = [batch, ...sides, to] as [number, number, number, number]
      return {
        inputs: [draw.field([batch, ...axes.map(({ output }) => output), from]), draw.field([...taps, to, from])],
        compute: (y, w) => tf.conv2dTranspose(y as tf.Tensor4D, w as tf.Tensor4D, shape, two(strides), pad),
        reference: (y, w) => transposedConvolution(axes, y!, w!),
        says: { ...says, from, to },
      }
    },
  },
  {
    op: 'depthwiseConv2d',
    ...withNumbers,
    kernels: ['DepthwiseConv2dNative', 'DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter'],
    layers: ['depthwiseConv2d'],
    geometry: depthwise2d(false),
  },
  {
    ...withNumbers,
    op: 'depthwiseConv2d, dilated',
    kernels: ['DepthwiseConv2dNative'],
    geometry: depthwise2d(true),
    gradient: false,
  },
  {
    op: 'separableConv2d',
    ...without,
    kernels: ['DepthwiseConv2dNative', 'Conv2D'],
    layers: ['separableConv2d'],
    geometry: draw => {
      const { sides, taps, strides, pad, axes, says } = drawConvolution(draw, 2, false, both)
      const [batch, channels, multiples, to] = [draw.int(1, 2), drawChannels(draw), draw.int(1, 2), drawChannels(draw)]
      const pointwise = axes.map(({ output }) => axisOf(output, 1, 1, 1, 'valid'))
      return {
        inputs: [
          draw.field([batch, ...sides, channels]),
          draw.field([...taps, channels, multiples]),
          draw.field([1, 1, channels * multiples, to]),
        ],
        compute: (x, w, p) =>
          tf.separableConv2d(x as tf.Tensor4D, w as tf.Tensor4D, p as tf.Tensor4D, two(strides), pad as 'same'),
        reference: (x, w, p) => convolution(pointwise, depthwise(axes, x!, w!), p!),
        says: { ...says, channels, multiples, to },
      }
    },
  },
  {
    op: 'conv3d',
    ...without,
    cpu: wideStride,
    kernels: ['Conv3D', 'Conv3DBackpropInputV2', 'Conv3DBackpropFilterV2'],
    layers: ['conv3d'],
    geometry: (draw, compared) => {
      const pads = compared ? (['valid'] as const) : both
      const { sides, taps, strides, pad, axes, says } = drawWindow(draw, 3, { side: 4, taps: 3, stride: 3, pads })
      const [batch, from, to] = [draw.int(1, 2), draw.int(1, 3), draw.int(1, 3)]
      return {
        inputs: [draw.field([batch, ...sides, from]), draw.field([...taps, from, to])],
        compute: (x, w) => tf.conv3d(x as tf.Tensor5D, w as tf.Tensor5D, three(strides), pad as 'same'),
        reference: (x, w) => convolution(axes, x!, w!),
        says: { ...says, from, to },
      }
    },
  },
  {
    op: 'conv3dTranspose',
    ...without,
    cpu: wideStride,
    kernels: ['Conv3DBackpropInputV2'],
    layers: ['conv3dTranspose'],
    gradient: false,
    geometry: (draw, compared) => {
      const pads = compared ? (['valid'] as const) : both
      const { sides, taps, strides, pad, axes, says } = drawWindow(draw, 3, { side: 4, taps: 3, stride: 3, pads })
      const [batch, from, to] = [draw.int(1, 2), draw.int(1, 3), draw.int(1, 3)]
      return {
        inputs: [draw.field([batch, ...axes.map(({ output }) => output), from]), draw.field([...taps, to, from])],
        compute: (y, w) =>
          tf.conv3dTranspose(
            y as tf.Tensor5D,
            w as tf.Tensor5D,
            [batch, ...three(sides), to],
            three(strides),
            pad as 'same',
          ),
        reference: (y, w) => transposedConvolution(axes, y!, w!),
        says: { ...says, from, to },
      }
    },
  },
  {
    op: 'fused.conv2d',
    ...withNumbers,
    kernels: ['FusedConv2D'],
    geometry: fused(convolution, tf.fused.conv2d, (draw, from) => [from, drawChannels(draw)]),
  },
  {
    op: 'fused.depthwiseConv2d',
    ...withNumbers,
    kernels: ['FusedDepthwiseConv2D'],
    geometry: fused(depthwise, tf.fused.depthwiseConv2d, (draw, from) => [from, draw.int(1, 3)]),
  },
]
