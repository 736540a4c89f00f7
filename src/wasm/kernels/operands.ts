/** Reads the operands of a call to `BatchMatMul` or `_FusedMatMul`. */
import type * as tf from '@tensorflow/tfjs'
import type { WasmKernel } from './kernel.js'
import type { Operand, Sizes } from './product.js'
import { sizeOf } from './tensors.js'

/** A product of stacks of matrices: the operands with one batch axis, the sizes of one product, the shape of the result. */
export interface Product {
  readonly left: Operand
  readonly right: Operand
  readonly sizes: Sizes
  readonly leftBatch: number
  readonly rightBatch: number
  readonly outShape: number[]
}

const operand = (x: tf.TensorInfo, transpose: boolean): Operand & { batch: number; rows: number; columns: number } => {
  const [first, second] = x.shape.slice(-2) as [number, number]
  const batch = sizeOf(x.shape.slice(0, -2))
  const [rows, columns] = transpose ? [second, first] : [first, second]
  return { x: { ...x, shape: [batch, first, second] }, transpose, batch, rows, columns }
}

// As in TensorFlow.js, axes align at the end; those that are missing or 1 follow the other operand.
const broadcast = (a: readonly number[], b: readonly number[]): number[] | undefined => {
  const rank = Math.max(a.length, b.length)
  const at = (shape: readonly number[], axis: number): number => shape[shape.length - rank + axis] ?? 1
  const axes = Array.from({ length: rank }, (_, axis) => [at(a, axis), at(b, axis)] as const)
  if (axes.some(([m, n]) => m !== n && m !== 1 && n !== 1)) return undefined
  return axes.map(([m, n]) => (m === 1 ? n : m))
}

/**
 * The product that a call asks for, or undefined where it is one for the stock kernel to refuse: operands that are not
 * float32 or do not fit, and batches that broadcast against each other on both sides, which no backend computes.
 */
export const productOf = ({ inputs, attrs }: Parameters<WasmKernel>[0]): Product | undefined => {
  const { a, b } = inputs
  if (a?.dtype !== 'float32' || b?.dtype !== 'float32') return undefined
  const left = operand(a, attrs?.transposeA === true)
  const right = operand(b, attrs?.transposeB === true)
  const batches = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2))
  if (left.columns !== right.rows || batches === undefined) return undefined
  if (sizeOf(batches) !== Math.max(left.batch, right.batch)) return undefined
  const sizes = { rows: left.rows, inner: left.columns, columns: right.columns }
  const outShape = [...batches, sizes.rows, sizes.columns]
  return { left, right, sizes, leftBatch: left.batch, rightBatch: right.batch, outShape }
}
