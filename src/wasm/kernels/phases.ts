/**
 * The gradient of a convolution for its input, as convolutions of stride 1 that the backend is fast at.
 *
 * With stride $s$, the positions of the input fall into $s$ phases on each axis. Those of one phase meet only every $s$-th tap
 * of the filter, and are a convolution of the output's gradient with those taps in reverse:
 *
 * $$\partial X_{f + m s} = \sum_k W_{\rho + k s}\; \partial Y_{m_0 + m - k}.$$
 *
 * So nothing is multiplied by the zeros that a dilated gradient would have between its elements.
 */
import type * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import type { Convolution } from './convolution.js'
import type { Axis } from './geometry.js'
import { wasmKernel } from './kernel.js'
import { floats, usingTemporary, zeros } from './tensors.js'

/** The positions `first`, `first + stride`, ... of the input, and how the output's gradient and the filter yield them. */
export interface Phase {
  readonly first: number
  readonly count: number
  /** The taps that these positions meet are `tap`, `tap + stride`, ...; there are `taps` of them. */
  readonly tap: number
  readonly taps: number
  /** Zeros to put before and after the gradient; where negative, what to cut off it. */
  readonly before: number
  readonly after: number
}

/** The phases of an axis whose gradients are not zero throughout. */
export const phasesOf = ({ input, output, taps, stride, before }: Axis): readonly Phase[] =>
  Array.from({ length: Math.min(stride, taps) }, (_, tap) => {
    const first = (((tap - before) % stride) + stride) % stride
    const count = Math.ceil((input - first) / stride)
    const start = (first + before - tap) / stride
    const met = Math.ceil((taps - tap) / stride)
    return { first, count, tap, taps: met, before: met - 1 - start, after: start + count - output }
  }).filter(({ count, before, after }) => count > 0 && before + output > 0 && after + output > 0)

// A gradient is cut where no output position that it holds meets the phase: where the padding is wider than the filter, or
// the stride leaves the end of the input out.
const usingCut = <R>(
  backend: BackendWasm,
  dy: tf.TensorInfo,
  rows: Phase,
  columns: Phase,
  use: (dy: tf.TensorInfo) => R,
): R => {
  const cuts = [rows.before, rows.after, columns.before, columns.after].map(pad => Math.max(0, -pad))
  if (cuts.every(cut => cut === 0)) return use(dy)
  const [top, bottom, left, right] = cuts as [number, number, number, number]
  const [batch, height, width, channels] = dy.shape as [number, number, number, number]
  const size = [batch, height - top - bottom, width - left - right, channels]
  return usingTemporary(
    backend,
    wasmKernel('Slice')({ inputs: { x: dy }, backend, attrs: { begin: [0, top, left, 0], size } }),
    use,
  )
}

const convolved = (
  kernelName: string,
  backend: BackendWasm,
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  rows: Phase,
  columns: Phase,
): tf.TensorInfo =>
  usingCut(backend, dy, rows, columns, x => {
    const pad = [rows, columns].map(({ before, after }) => [Math.max(0, before), Math.max(0, after)])
    return wasmKernel(kernelName)({
      inputs: { x, filter },
      backend,
      attrs: { strides: 1, dilations: 1, pad: [[0, 0], ...pad, [0, 0]], dataFormat: 'NHWC' },
    })
  })

/** Writes the gradients of one phase to their places; those of neighbouring channels are summed in groups. */
const place = (
  target: Float32Array,
  source: Float32Array,
  { batch, inChannels, rows, columns }: Convolution,
  group: number,
  r: Phase,
  c: Phase,
): void => {
  let from = 0
  for (let image = 0; image < batch; image++)
    for (let row = 0; row < r.count; row++) {
      const start = (image * rows.input + r.first + row * rows.stride) * columns.input + c.first
      for (let column = 0; column < c.count; column++) {
        const to = (start + column * columns.stride) * inChannels
        for (let channel = 0; channel < inChannels; channel++) {
          let sum = source[from++]!
          for (let i = 1; i < group; i++) sum += source[from++]!
          target[to + channel] = sum
        }
      }
    }
}

/** What distinguishes the gradient of one sort of convolution from that of another. */
export interface Reversal {
  /** The kernel that convolves: `Conv2D` or `DepthwiseConv2dNative`. */
  readonly kernelName: string
  /** How many neighbouring channels of its result are summed to one. */
  readonly group: number
  /** The taps of two phases, in reverse, as a filter of that kernel. */
  readonly filter: (rows: Phase, columns: Phase) => tf.TensorInfo
}

/**
 * The gradient of a convolution for its input, a new tensor [batch, rows, columns, channels].
 *
 * @param dy gradient of the output
 * @param convolution geometry of the convolution
 * @param reversal by what kernel and filters
 */
export const inputGradient = (
  backend: BackendWasm,
  dy: tf.TensorInfo,
  convolution: Convolution,
  { kernelName, group, filter }: Reversal,
): tf.TensorInfo => {
  const { batch, inChannels, rows, columns } = convolution
  const shape = [batch, rows.input, columns.input, inChannels]
  if (shape.includes(0) || dy.shape.includes(0)) return zeros(backend, shape)
  const gradient = (r: Phase, c: Phase) =>
    usingTemporary(backend, filter(r, c), w => convolved(kernelName, backend, dy, w, r, c))
  const [rowPhases, columnPhases] = [phasesOf(rows), phasesOf(columns)]
  if (rows.stride === 1 && columns.stride === 1 && group === 1) return gradient(rowPhases[0]!, columnPhases[0]!)
  const out = zeros(backend, shape)
  for (const r of rowPhases)
    for (const c of columnPhases)
      usingTemporary(backend, gradient(r, c), part =>
        place(floats(backend, out), floats(backend, part), convolution, group, r, c),
      )
  return out
}
