/** `Cumsum` and `Cumprod`: running sums and products along an axis. */
import * as tf from '@tensorflow/tfjs'
import { required, type WasmKernel } from './kernel.js'
import { sizeOf } from './tensors.js'

/**
 * Improves `Cumsum` and `Cumprod`: $y_i = x_1 \circ \dots \circ x_i$ along an axis, without the last if `exclusive`, from the
 * end if `reverse`. The stock kernels leave their memory where the axis is counted from the end.
 *
 * @param f what is done with what there is and the next
 * @param first what there is at the beginning
 * @example
 * tf.cumsum(x, -1) // on wasm
 */
const cumulative = (f: (a: number, b: number) => number, first: number) => (): WasmKernel => call => {
  const { inputs, backend, attrs } = call
  const x = required(inputs, 'x')
  const { axis, exclusive, reverse } = attrs as unknown as tf.CumsumAttrs
  const at = tf.util.parseAxisParam(axis, x.shape)[0]!
  const [count, step] = [x.shape[at] ?? 1, sizeOf(x.shape.slice(at + 1))]
  const out = backend.makeOutput(x.shape, x.dtype)
  const [target, source] = [backend.typedArrayFromHeap(out), backend.typedArrayFromHeap(x)]
  for (let line = 0; line < source.length / Math.max(1, count); line++) {
    const start = Math.floor(line / step) * count * step + (line % step)
    let running = first
    for (let i = 0; i < count; i++) {
      const place = start + (reverse ? count - 1 - i : i) * step
      const next = f(running, source[place]!)
      target[place] = exclusive ? running : next
      running = next
    }
  }
  return out
}

export const cumsum = cumulative((a, b) => a + b, 0)
export const cumprod = cumulative((a, b) => a * b, 1)
