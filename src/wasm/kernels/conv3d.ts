/**
 * Convolutions in three dimensions and their gradients, tap by tap of the filter's depth: at each, all images of all depths
 * are one batch for the two-dimensional kernels,
 *
 * $$Y_{b,o} = \sum_k X_{b,\, o s + k d - \pi} * W_k.$$
 */
import type * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { type Axis, axesOf, explicit, type WindowAttrs } from './geometry.js'
import { required, type WasmKernel, wasmKernel } from './kernel.js'
import { copyRun } from './runs.js'
import { copyInto, floats, sizeOf, usingTemporary, usingView, zeros } from './tensors.js'

type Call = Parameters<WasmKernel>[0]

/** A three-dimensional convolution: its axis of depth, and what the two-dimensional kernels are told of the other two. */
interface Volume {
  readonly depth: Axis
  readonly attrs: Readonly<Record<string, unknown>>
  readonly outShape: number[]
}

const volumeOf = (
  x: readonly number[],
  filter: readonly number[],
  attrs: Call['attrs'],
  y?: readonly number[],
): Volume => {
  // The attributes of the three kernels have these in common.
  const windows = attrs as unknown as WindowAttrs
  const axes = axesOf(x.slice(1, -1), filter, windows, y?.slice(1))
  const [depth, ...plane] = axes as [Axis, Axis, Axis]
  return {
    depth,
    attrs: {
      strides: plane.map(({ stride }) => stride),
      dilations: plane.map(({ dilation }) => dilation),
      pad: explicit(plane),
      dataFormat: 'NHWC',
    },
    outShape: [x[0]!, ...axes.map(({ output }) => output), filter[4]!],
  }
}

/** Visits each tap of the depth with the positions of the output and of the input that meet there, if any do. */
const forEachTap = (
  { taps, output, input, stride, dilation, before }: Axis,
  visit: (tap: number, outputs: readonly number[], inputs: readonly number[]) => void,
): void => {
  for (let tap = 0; tap < taps; tap++) {
    const inputAt = (o: number): number => o * stride + tap * dilation - before
    const outputs = [...Array(output).keys()].filter(o => inputAt(o) >= 0 && inputAt(o) < input)
    if (outputs.length > 0) visit(tap, outputs, outputs.map(inputAt))
  }
}

/** Uses the slices of [batch, depth, rows, columns, channels] at some depths as one batch of images. */
const usingSlices = <R>(
  backend: BackendWasm,
  x: tf.TensorInfo,
  depths: readonly number[],
  use: (images: tf.TensorInfo) => R,
): R => {
  const [batch, depth, ...image] = x.shape as [number, number, ...number[]]
  const out = backend.makeOutput([batch * depths.length, ...image], 'float32')
  const [target, source, size] = [floats(backend, out), floats(backend, x), sizeOf(image)]
  for (let b = 0, to = 0; b < batch; b++)
    for (const d of depths) {
      copyRun(target, to, source, (b * depth + d) * size, size)
      to += size
    }
  return usingTemporary(backend, out, use)
}

/** Adds a batch of images to slices at some depths. */
const addSlices = (backend: BackendWasm, x: tf.TensorInfo, depths: readonly number[], images: tf.TensorInfo): void => {
  const [batch, depth, ...image] = x.shape as [number, number, ...number[]]
  const [target, source, size] = [floats(backend, x), floats(backend, images), sizeOf(image)]
  for (let b = 0, from = 0; b < batch; b++)
    for (const d of depths) {
      const to = (b * depth + d) * size
      for (let i = 0; i < size; i++) target[to + i]! += source[from + i]!
      from += size
    }
}

/** Uses one tap of the filter as a filter of images. */
const usingTap = <R>(
  backend: BackendWasm,
  filter: tf.TensorInfo,
  tap: number,
  use: (filter: tf.TensorInfo) => R,
): R => {
  const shape = filter.shape.slice(1)
  return usingView(backend, filter, shape, tap * sizeOf(shape), use)
}

/** A new tensor to which what a two-dimensional kernel makes of each tap is added; zeros where something is empty. */
const volume = (call: Call, shape: number[], of: readonly tf.TensorInfo[], add: (out: tf.TensorInfo) => void) => {
  const out = zeros(call.backend, shape)
  if (![shape, ...of.map(x => x.shape)].some(sizes => sizes.includes(0))) add(out)
  return out
}

/**
 * Improves `Conv3D`: several channels at the speed of `Conv2D`, and right where the stride is wider than the filter.
 *
 * @example
 * registerKernel({ ...getKernel('Conv3D', 'wasm'), kernelFunc: conv3d() })
 */
export const conv3d = (): WasmKernel => call => {
  const { inputs, backend } = call
  const [x, filter] = [required(inputs, 'x'), required(inputs, 'filter')]
  const { depth, attrs, outShape } = volumeOf(x.shape, filter.shape, call.attrs)
  return volume(call, outShape, [x, filter], out =>
    forEachTap(depth, (tap, outputs, met) =>
      usingSlices(backend, x, met, x =>
        usingTap(backend, filter, tap, filter =>
          usingTemporary(backend, wasmKernel('Conv2D')({ inputs: { x, filter }, backend, attrs }), images =>
            addSlices(backend, out, outputs, images),
          ),
        ),
      ),
    ),
  )
}

/**
 * Improves `Conv3DBackpropInputV2`, also `conv3dTranspose`: the stock kernel is right for one channel and stride 1 alone.
 *
 * @example
 * tf.grad(x => tf.conv3d(x, filter, 2, 'same').sum())(x) // on wasm
 */
export const conv3dBackpropInput = (): WasmKernel => call => {
  const { inputs, backend } = call
  const [dy, filter] = [required(inputs, 'dy'), required(inputs, 'filter')]
  const shape = call.attrs?.inputShape as number[]
  const { depth, attrs } = volumeOf(shape, filter.shape, call.attrs, dy.shape)
  return volume(call, shape, [dy, filter], out =>
    forEachTap(depth, (tap, outputs, met) =>
      usingSlices(backend, dy, outputs, dy =>
        usingTap(backend, filter, tap, filter => {
          const inputShape = [dy.shape[0]!, ...shape.slice(2)]
          const gradient = wasmKernel('Conv2DBackpropInput')
          usingTemporary(
            backend,
            gradient({ inputs: { dy, filter }, backend, attrs: { ...attrs, inputShape } }),
            images => addSlices(backend, out, met, images),
          )
        }),
      ),
    ),
  )
}

/**
 * Improves `Conv3DBackpropFilterV2`: the stock kernel is right for stride 1 and one channel alone.
 *
 * @example
 * tf.grad(w => tf.conv3d(x, w, 2, 'same').sum())(filter) // on wasm
 */
export const conv3dBackpropFilter = (): WasmKernel => call => {
  const { inputs, backend } = call
  const [x, dy] = [required(inputs, 'x'), required(inputs, 'dy')]
  const shape = call.attrs?.filterShape as number[]
  const { depth, attrs } = volumeOf(x.shape, shape, call.attrs, dy.shape)
  const filterShape = shape.slice(1)
  return volume(call, shape, [x, dy], out =>
    forEachTap(depth, (tap, outputs, met) =>
      usingSlices(backend, x, met, x =>
        usingSlices(backend, dy, outputs, dy => {
          const gradient = wasmKernel('Conv2DBackpropFilter')
          usingTemporary(backend, gradient({ inputs: { x, dy }, backend, attrs: { ...attrs, filterShape } }), filter =>
            copyInto(backend, out, tap * sizeOf(filterShape), filter),
          )
        }),
      ),
    ),
  )
}
