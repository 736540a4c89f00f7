/**
 * The product of two matrices, either of which may be transposed, the cheapest of three ways.
 *
 * The stock kernel has two inner loops: XNNPACK's for operands as they are, and a scalar one about twelve times slower for
 * transposed operands. Transposing a copy costs little, so the fast loop is reached through
 *
 * - direct: $C = A' B'$, with copies of the operands that are to be transposed;
 * - swapped: $C = (B'^T A'^T)^T$, with copies of those that are not, and of the result.
 *
 * XNNPACK packs the right operand, which costs far more per element than the transposition of one; which way is better is
 * a matter of which operand is smaller.
 */
import type * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import type { WasmKernel } from './kernel.js'
import { reshaped, transposed, usingTemporary, usingView } from './tensors.js'

/** A matrix, or a stack of them: shape [batch, rows, columns] as stored, and whether its transpose is meant. */
export interface Operand {
  readonly x: tf.TensorInfo
  readonly transpose: boolean
}

/** Sizes of a product: [rows, inner] by [inner, columns]. */
export interface Sizes {
  readonly rows: number
  readonly inner: number
  readonly columns: number
}

/** Ways to compute a product. */
export type Way = 'stock' | 'direct' | 'swapped'

// Nanoseconds, measured with tfjs-backend-wasm 4.22 in Node 20 on an x86-64 server core. The ratios are what counts.
const CALL = { stock: 2500, direct: 5500, swapped: 7500 } as const
const SCALAR_MULTIPLY = 0.6
const SCALAR_ELEMENT = 3
const SIMD_MULTIPLY = 0.05
const TRANSPOSE = 0.33
const PACK = 2
// XNNPACK computes this many columns at once, used or not.
const TILE = 8

const tiled = (columns: number): number => Math.ceil(columns / TILE) * TILE

/**
 * The cheapest way to a product, by a model of its costs. Small products and some thin ones are left to the stock kernel.
 *
 * @param sizes of the product
 * @param transposeA whether the left operand is stored transposed
 * @param transposeB whether the right one is
 * @example
 * cheapestWay({ rows: 128, inner: 256, columns: 784 }, false, true) // 'swapped': the small operand is packed
 */
export const cheapestWay = (sizes: Sizes, transposeA: boolean, transposeB: boolean): Way => {
  const { rows, inner, columns } = sizes
  const left = rows * inner
  const right = inner * columns
  const costs = {
    stock: CALL.stock + rows * columns * (SCALAR_ELEMENT + SCALAR_MULTIPLY * inner),
    direct:
      CALL.direct +
      PACK * right +
      TRANSPOSE * ((transposeA ? left : 0) + (transposeB ? right : 0)) +
      SIMD_MULTIPLY * left * tiled(columns),
    swapped:
      CALL.swapped +
      PACK * left +
      TRANSPOSE * ((transposeA ? 0 : left) + (transposeB ? 0 : right) + rows * columns) +
      SIMD_MULTIPLY * right * tiled(rows),
  }
  const fast = costs.direct <= costs.swapped ? 'direct' : 'swapped'
  return costs.stock <= costs[fast] ? 'stock' : fast
}

/** Uses a transposed copy where `copy` is true, else a view: in neither case does the backend keep a packing of `x`. */
export const usingOperand = <R>(
  backend: BackendWasm,
  x: tf.TensorInfo,
  copy: boolean,
  use: (x: tf.TensorInfo) => R,
): R => (copy ? usingTemporary(backend, transposed(backend, x), use) : usingView(backend, x, x.shape, 0, use))

const multiply = (stock: WasmKernel, backend: BackendWasm, left: Operand, right: Operand): tf.TensorInfo =>
  stock({
    inputs: { a: left.x, b: right.x },
    backend,
    attrs: { transposeA: left.transpose, transposeB: right.transpose },
  })

/**
 * The product of two matrices of shape [1, rows, columns], as a new tensor of that form.
 *
 * @param stock the stock `BatchMatMul`
 * @param way how; see `cheapestWay`
 */
export const product = (
  stock: WasmKernel,
  backend: BackendWasm,
  left: Operand,
  right: Operand,
  way: Way,
): tf.TensorInfo => {
  if (way === 'stock') return multiply(stock, backend, left, right)
  const plain = (a: tf.TensorInfo, b: tf.TensorInfo): tf.TensorInfo =>
    multiply(stock, backend, { x: a, transpose: false }, { x: b, transpose: false })
  if (way === 'direct')
    return usingOperand(backend, left.x, left.transpose, a =>
      usingOperand(backend, right.x, right.transpose, b => plain(a, b)),
    )
  const result = usingOperand(backend, right.x, !right.transpose, b =>
    usingOperand(backend, left.x, !left.transpose, a => plain(b, a)),
  )
  return usingTemporary(backend, result, c => transposed(backend, c))
}

/**
 * Uses a stack of matrices as one tall matrix, which is right where all are multiplied by the same right operand:
 * [batch, rows, inner] becomes [1, batch * rows, inner].
 */
export const usingTall = <R>(backend: BackendWasm, left: Operand, use: (tall: Operand) => R): R => {
  const [batch, first, second] = left.x.shape as [number, number, number]
  if (batch === 1) return use(left)
  if (!left.transpose) return use({ x: reshaped(left.x, [1, batch * first, second]), transpose: false })
  return usingTemporary(backend, transposed(backend, left.x), x =>
    use({ x: reshaped(x, [1, batch * second, first]), transpose: false }),
  )
}
