/** `Einsum`, which the stock backend lacks. */
import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { required, type WasmKernel, wasmKernel } from './kernel.js'
import { reshaped, usingTemporary } from './tensors.js'

/** Uses a term with its axes in the order of those of the sum that are left, of one element where it has none. */
const usingAligned = <R>(
  backend: BackendWasm,
  x: tf.TensorInfo,
  axes: number,
  dims: number[],
  use: (x: tf.TensorInfo) => R,
): R => {
  const { permutationIndices: perm, expandDims } = tf.backend_util.getEinsumPermutation(axes, dims)
  const shape = perm.map(axis => x.shape[axis]!)
  for (const axis of expandDims) shape.splice(axis, 0, 1)
  const moved = wasmKernel('Transpose')({ inputs: { x }, backend, attrs: { perm } })
  return usingTemporary(backend, moved, x => use(reshaped(x, shape)))
}

/**
 * Supplies `Einsum`, as the `cpu` backend computes it: term by term, each product summed over an axis as soon as no term
 * that follows has it.
 *
 * @example
 * tf.einsum('ij,jk->ik', a, b) // on wasm
 */
export const einsum: WasmKernel = ({ inputs, backend, attrs }) => {
  const terms = Object.keys(inputs).map(name => required(inputs, name))
  const { decodeEinsumEquation, checkEinsumDimSizes, getEinsumComputePath } = tf.backend_util
  const { allDims, summedDims, idDims } = decodeEinsumEquation(attrs?.equation as string, terms.length)
  // Of the tensors only the shapes are read.
  checkEinsumDimSizes(allDims.length, idDims, terms as tf.Tensor[])
  const { path, steps } = getEinsumComputePath(summedDims, idDims)
  const kernel = (name: string, of: Record<string, tf.TensorInfo>, more: Record<string, unknown> = {}) =>
    wasmKernel(name)({ inputs: of, backend, attrs: more })
  const multiplied = (axes: number, product: tf.TensorInfo | undefined, term: number): tf.TensorInfo =>
    usingAligned(backend, terms[term]!, axes, idDims[term]!, a =>
      product === undefined
        ? kernel('Identity', { x: a })
        : usingTemporary(backend, product, b => kernel('Multiply', { a, b })),
    )
  return steps.reduce<tf.TensorInfo | undefined>((product, step, i) => {
    const axes = allDims.length - i
    const next = step.reduce<tf.TensorInfo | undefined>((p, term) => multiplied(axes, p, term), product)
    const axis = path[i] ?? -1
    if (i === steps.length - 1 || axis < 0 || next === undefined) return next
    return usingTemporary(backend, next, x => kernel('Sum', { x }, { axis: axis - i, keepDims: false }))
    // Each equation has a term.
  }, undefined)!
}
