/** The activations that fused kernels end in, by kernels of their own: the stock ones lose NaN in some. */
import type * as tf from '@tensorflow/tfjs'
import { type WasmKernel, wasmKernel } from './kernel.js'
import { clampInto } from './loops.js'
import { usingTemporary } from './tensors.js'

type Call = Parameters<WasmKernel>[0]

/** An activation of a temporary float32 tensor, which it disposes or returns. */
type Activation = (call: Call, x: tf.TensorInfo) => tf.TensorInfo

const clamped =
  (high: number): Activation =>
  ({ backend }, x) =>
    clampInto(backend, x, x, 0, high)

const byKernel =
  (name: string, more: (call: Call) => Partial<Call> = () => ({})): Activation =>
  (call, x) =>
    usingTemporary(call.backend, x, x => {
      const { inputs, attrs } = more(call)
      return wasmKernel(name)({ inputs: { x, ...inputs }, backend: call.backend, ...(attrs && { attrs }) })
    })

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  linear: (_, x) => x,
  relu: clamped(Number.POSITIVE_INFINITY),
  relu6: clamped(6),
  elu: byKernel('Elu'),
  sigmoid: byKernel('Sigmoid'),
  leakyrelu: byKernel('LeakyRelu', ({ attrs }) => ({ attrs: { alpha: attrs?.leakyreluAlpha ?? 0 } })),
  prelu: byKernel('Prelu', ({ inputs }) => ({ inputs: { alpha: inputs.preluActivationWeights } })),
}

/** The activation that a fused kernel was called with; undefined where the stock kernels know none of that name. */
export const activationOf = ({ attrs }: Call): Activation | undefined => {
  const name = String(attrs?.activation ?? 'linear')
  return Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name] : undefined
}

/**
 * Runs a fused kernel, by which the plain result and its bias come at the speed of the stock kernel, and an activation that
 * keeps to a range after it: within it, the stock kernels make of NaN the lower end of the range.
 */
export const activated = (stock: WasmKernel, call: Call): tf.TensorInfo => {
  const inRange = /^relu6?$/.test(String(call.attrs?.activation))
  if (!inRange) return stock(call)
  return activationOf(call)!(call, stock({ ...call, attrs: { ...call.attrs, activation: 'linear' } }))
}
