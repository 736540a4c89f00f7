/** `BatchMatMul` for training: transposed operands and batches at the speed of plain ones. */
import type * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import type { WasmKernel } from './kernel.js'
import { type Product, productOf } from './operands.js'
import { cheapestWay, type Operand, product, usingTall } from './product.js'
import { copyInto, reshaped, usingTemporary, usingView, zeros } from './tensors.js'

const sharedRight = (stock: WasmKernel, backend: BackendWasm, { left, right, sizes, leftBatch }: Product) =>
  usingTall(backend, left, tall =>
    product(
      stock,
      backend,
      tall,
      right,
      cheapestWay({ ...sizes, rows: sizes.rows * leftBatch }, tall.transpose, right.transpose),
    ),
  )

// As the stock kernel does, a smaller batch is gone through again and again.
const usingMatrix = <R>(
  backend: BackendWasm,
  { x, transpose }: Operand,
  index: number,
  use: (one: Operand) => R,
): R => {
  const [batch, rows, columns] = x.shape as [number, number, number]
  const start = (index % batch) * rows * columns
  return usingView(backend, x, [1, rows, columns], start, view => use({ x: view, transpose }))
}

const oneByOne = (stock: WasmKernel, backend: BackendWasm, of: Product): tf.TensorInfo => {
  const { left, right, sizes, leftBatch, rightBatch } = of
  const way = cheapestWay(sizes, left.transpose, right.transpose)
  const batch = Math.max(leftBatch, rightBatch)
  const out = backend.makeOutput([batch, sizes.rows, sizes.columns], 'float32')
  for (let i = 0; i < batch; i++) {
    const one = usingMatrix(backend, left, i, a =>
      usingMatrix(backend, right, i, b => product(stock, backend, a, b, way)),
    )
    usingTemporary(backend, one, c => copyInto(backend, out, i * sizes.rows * sizes.columns, c))
  }
  return out
}

/**
 * Improves `BatchMatMul`: $C_i = A'_i B'_i$ with $A'$, $B'$ the operands or their transposes.
 *
 * The stock kernel reaches its fast loop only for two single matrices as they are stored. The gradients of a dense layer,
 * $\partial W = x^T \partial y$ and $\partial x = \partial y\, W^T$, never do. Here they do, as do stacks of matrices.
 * A sum over an empty inner axis is 0, where the stock kernel prints a warning and returns what was in memory.
 *
 * @param stock the stock kernel, which is given single products to compute
 * @example
 * registerKernel({ ...getKernel('BatchMatMul', 'wasm'), kernelFunc: matMul(stock) })
 */
export const matMul =
  (stock: WasmKernel): WasmKernel =>
  call => {
    const { backend } = call
    const of = productOf(call)
    if (of === undefined) return stock(call)
    const { left, right, sizes, leftBatch, rightBatch, outShape } = of
    if (sizes.inner === 0 || outShape.includes(0)) return zeros(backend, outShape)
    const single = leftBatch === 1 && rightBatch === 1
    if (single && !left.transpose && !right.transpose) return stock(call)
    if (rightBatch === 1) return reshaped(sharedRight(stock, backend, of), outShape)
    if (cheapestWay(sizes, left.transpose, right.transpose) === 'stock') return stock(call)
    return reshaped(oneByOne(stock, backend, of), outShape)
  }
