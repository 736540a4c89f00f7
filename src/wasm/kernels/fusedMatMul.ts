/** `_FusedMatMul` for training and inference: any operands, with bias and activation. */
import type * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { activated, activationOf } from './activation.js'
import { type WasmKernel, wasmKernel } from './kernel.js'
import { type Product, productOf } from './operands.js'
import { usingOperand, usingTall } from './product.js'
import { reshaped, usingTemporary } from './tensors.js'

type Call = Parameters<WasmKernel>[0]

const isLinear = ({ attrs }: Call): boolean => (attrs?.activation ?? 'linear') === 'linear'

const fused = (stock: WasmKernel, backend: BackendWasm, { left, right, outShape }: Product, call: Call) =>
  usingTall(backend, left, tall =>
    usingOperand(backend, tall.x, tall.transpose, a =>
      usingOperand(backend, right.x, right.transpose, b =>
        reshaped(
          activated(stock, {
            ...call,
            inputs: { ...call.inputs, a, b },
            attrs: { ...call.attrs, transposeA: false, transposeB: false },
          }),
          outShape,
        ),
      ),
    ),
  )

const stepByStep = (call: Call): tf.TensorInfo => {
  const { backend, inputs } = call
  const { bias } = inputs
  const product = wasmKernel('BatchMatMul')(call)
  const sum =
    bias === undefined
      ? product
      : usingTemporary(backend, product, a => wasmKernel('Add')({ inputs: { a, b: bias }, backend }))
  return activationOf(call)!(call, sum)
}

/**
 * Improves `_FusedMatMul`: $C_i = f(A'_i B'_i + \mathit{bias})$.
 *
 * Where an operand is transposed or a stack, the stock kernel is not only slow: it adds the bias once for each 48 inner
 * elements, takes its last element from the second row on, and bounds partial sums by the activation; and relu makes 0 of NaN.
 * Here all cases mean what they mean on the `cpu` backend. What the stock kernel refuses (a bias of rank other than 1) stays refused.
 *
 * @param stock the stock kernel, which still computes the plain case, with its bias and activation in the fast loop
 * @example
 * registerKernel({ ...getKernel('_FusedMatMul', 'wasm'), kernelFunc: fusedMatMul(stock) })
 */
export const fusedMatMul =
  (stock: WasmKernel): WasmKernel =>
  call => {
    const { backend, inputs } = call
    const bias = inputs.bias ?? undefined
    const of = productOf(call)
    if (of === undefined || !activationOf(call) || (bias !== undefined && bias.shape.length !== 1)) return stock(call)
    const { left, right, sizes, leftBatch, rightBatch, outShape } = of
    // The fast loop reads a bias for each column, and nothing where there is nothing to read.
    const fits = bias === undefined || bias.shape[0] === sizes.columns
    const inFastLoop = rightBatch === 1 && fits && sizes.inner > 0 && !outShape.includes(0)
    if (inFastLoop && leftBatch === 1 && !left.transpose && !right.transpose) return activated(stock, call)
    if (inFastLoop && !(bias === undefined && isLinear(call))) return fused(stock, backend, of, call)
    return stepByStep({ ...call, inputs: { ...inputs, bias } })
  }
