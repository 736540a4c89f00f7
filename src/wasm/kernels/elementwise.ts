/** Elementwise kernels where the stock ones lose NaN, or what is small. */
import type * as tf from '@tensorflow/tfjs'
import { required, type WasmKernel, wasmKernel } from './kernel.js'
import { allFinite, clampInto } from './loops.js'
import { floats, usingFloats, usingTemporary } from './tensors.js'

/**
 * Improves `Relu6` and `ClipByValue`: $y = \min(\max(x, l), h)$. The stock kernels make the lower end of NaN, and return what
 * was in memory where $l = h$; whole numbers they take for floats.
 *
 * @param range the ends, by the attributes of the call
 * @example
 * tf.clipByValue([NaN, 2], 0, 1) // [NaN, 1] on wasm
 */
const clamp =
  (range: (attrs: Readonly<Record<string, unknown>>) => readonly [low: number, high: number]) =>
  (): WasmKernel =>
  ({ inputs, backend, attrs = {} }) => {
    const x = required(inputs, 'x')
    const clamped = usingFloats(backend, x, x =>
      clampInto(backend, backend.makeOutput(x.shape, 'float32'), x, ...range(attrs)),
    )
    if (x.dtype === 'float32') return clamped
    return usingTemporary(backend, clamped, y =>
      wasmKernel('Cast')({ inputs: { x: y }, backend, attrs: { dtype: x.dtype } }),
    )
  }

export const relu6 = clamp(() => [0, 6])
export const clip = clamp(attrs => [attrs.clipValueMin as number, attrs.clipValueMax as number])

/**
 * Improves `Maximum` and `Minimum`: the stock kernels lose a NaN of their second operand, and keep one of the first. Where
 * there is such, they are asked the other way round as well.
 *
 * @param stock the stock kernel
 * @example
 * tf.maximum([1], [NaN]) // [NaN] on wasm
 */
export const extremum =
  (stock: WasmKernel): WasmKernel =>
  call => {
    const { inputs, backend } = call
    const [a, b] = [required(inputs, 'a'), required(inputs, 'b')]
    const out = stock(call)
    if (b.dtype !== 'float32' || allFinite(backend, b)) return out
    return usingTemporary(backend, stock({ ...call, inputs: { a: b, b: a } }), other => {
      const target = floats(backend, out)
      floats(backend, other).forEach((x, i) => {
        if (Number.isNaN(x)) target[i] = x
      })
      return out
    })
  }

const each =
  (f: (x: number) => number) =>
  (stock: WasmKernel): WasmKernel =>
  call => {
    const { inputs, backend } = call
    const x = required(inputs, 'x')
    if (x.dtype !== 'float32') return stock(call)
    const out = backend.makeOutput(x.shape, 'float32')
    const [target, source] = [floats(backend, out), floats(backend, x)]
    for (let i = 0; i < source.length; i++) target[i] = f(source[i]!)
    return out
  }

/** Improves `Sign`: the stock kernel gives 0 for small numbers. Of NaN it is 0, as on the `cpu` backend. */
export const sign = each(x => (x > 0 ? 1 : x < 0 ? -1 : 0))
/** Improves `Log1p` and `Sin`, of which the stock kernels keep no digit near 0. */
export const log1p = each(Math.log1p)
export const sin = each(Math.sin)

/**
 * Improves `Prelu`: $y = x$ where $x \ge 0$, else $\alpha x$, with $\alpha$ broadcast over $x$. The stock kernel knows one
 * $\alpha$ for each of the last elements, and multiplies 0 by those that are not finite.
 *
 * @param stock the stock kernel, which computes all else
 * @example
 * tf.prelu([[-1, 2], [-3, 4]], [[1], [10]]) // [[-1, 2], [-30, 4]] on wasm
 */
export const prelu =
  (stock: WasmKernel): WasmKernel =>
  call => {
    const { inputs, backend } = call
    const [x, alpha] = [required(inputs, 'x'), required(inputs, 'alpha')]
    const first = alpha.shape.findIndex(n => n !== 1)
    const own = first < 0 ? [] : alpha.shape.slice(first)
    const last = own.every((n, k) => n === x.shape[x.shape.length - own.length + k])
    if (last && alpha.dtype === 'float32' && allFinite(backend, alpha)) return stock(call)
    const scaled = wasmKernel('Multiply')({ inputs: { a: x, b: alpha }, backend })
    const [target, source] = [floats(backend, scaled), floats(backend, x)]
    for (let i = 0; i < source.length; i++) if (!(source[i]! < 0)) target[i] = source[i]!
    return scaled
  }

/**
 * Improves `Cast`: a truth value is 1 where a number is not 0. The stock kernel writes the numbers themselves, cut to a byte.
 *
 * @param stock the stock kernel, which makes everything else
 * @example
 * tf.cast([0.3, 0, -1], 'bool') // [1, 0, 1] on wasm
 */
export const cast =
  (stock: WasmKernel): WasmKernel =>
  call => {
    const { inputs, backend, attrs } = call
    const x = required(inputs, 'x')
    if (attrs?.dtype !== 'bool' || x.dtype === 'bool' || x.dtype === 'string') return stock(call)
    const out: tf.TensorInfo = backend.makeOutput(x.shape, 'bool')
    const [target, source] = [backend.typedArrayFromHeap(out), backend.typedArrayFromHeap(x)]
    for (let i = 0; i < source.length; i++) target[i] = Number(source[i] !== 0)
    return out
  }
