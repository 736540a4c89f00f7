/** `Dilation2D`, a maximum of sums, and its gradients. */
import { axesOf, type WindowAttrs } from './geometry.js'
import { required, type WasmKernel } from './kernel.js'
import { floats, zeros } from './tensors.js'
import { forEachWindow, type Windows } from './windows.js'

type Call = Parameters<WasmKernel>[0]

/** Visits each element of the result: the largest sum, and where in the input and in the filter it comes from. */
const forEachLargest = (
  { inputs, backend }: Call,
  windows: Windows,
  visit: (to: number, largest: number, place: number, weight: number) => void,
): void => {
  const { channels } = windows
  const [x, filter] = [floats(backend, required(inputs, 'x')), floats(backend, required(inputs, 'filter'))]
  forEachWindow(windows, (to, count, places, taps) => {
    for (let channel = 0; channel < channels; channel++) {
      let [largest, place, weight] = [Number.NEGATIVE_INFINITY, -1, -1]
      for (let i = 0; i < count; i++) {
        const [at, tap] = [places[i]! + channel, taps[i]! * channels + channel]
        const sum = x[at]! + filter[tap]!
        if (sum > largest) [largest, place, weight] = [sum, at, tap]
      }
      visit(to + channel, largest, place, weight)
    }
  })
}

const windowsOf = ({ inputs, attrs }: Call, y?: readonly number[]): Windows => {
  const { shape } = required(inputs, 'x')
  // The attributes of the three kernels are these.
  const windows = attrs as unknown as WindowAttrs
  const axes = axesOf(shape.slice(1, -1), required(inputs, 'filter').shape, windows, y?.slice(1))
  return { batch: shape[0]!, channels: shape[3]!, axes }
}

/**
 * Improves `Dilation2D`: $Y_{b,o,c} = \max_t (X_{b,\, o s + t d - \pi,\, c} + W_{t,c})$. The stock kernel knows no maximum
 * below the smallest positive number.
 *
 * @example
 * tf.dilation2d(x, filter, 1, 'same') // on wasm
 */
export const dilation2d = (): WasmKernel => call => {
  const { backend } = call
  const windows = windowsOf(call)
  const { batch, axes, channels } = windows
  const out = zeros(backend, [batch, ...axes.map(({ output }) => output), channels])
  const target = floats(backend, out)
  forEachLargest(call, windows, (to, largest) => {
    target[to] = largest
  })
  return out
}

const gradient = (of: 'x' | 'filter') => (): WasmKernel => call => {
  const { inputs, backend } = call
  const dy = required(inputs, 'dy')
  const out = zeros(backend, required(inputs, of).shape)
  const [target, source] = [floats(backend, out), floats(backend, dy)]
  forEachLargest(call, windowsOf(call, dy.shape), (to, _, place, weight) => {
    const at = of === 'x' ? place : weight
    if (at >= 0) target[at]! += source[to]!
  })
  return out
}

/**
 * Improves the gradients of `Dilation2D`, which goes to where the largest sum came from.
 *
 * @example
 * tf.grad(x => tf.dilation2d(x, filter, 1, 'same').sum())(x) // on wasm
 */
export const dilation2dBackpropInput = gradient('x')
export const dilation2dBackpropFilter = gradient('filter')
