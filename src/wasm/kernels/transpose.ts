/** `Transpose`, where it comes down to exchanging two axes. */
import type * as tf from '@tensorflow/tfjs'
import { required, type WasmKernel } from './kernel.js'
import type { Values } from './runs.js'
import { sizeOf } from './tensors.js'

/** Stacks of matrices: [batch, rows, columns] becomes [batch, columns, rows]. */
interface Exchange {
  readonly batch: number
  readonly rows: number
  readonly columns: number
}

/**
 * The last two groups of axes that a permutation exchanges, if that is what it does: axes of one element do not count, and
 * neighbours that stay neighbours are one axis.
 */
const exchangeOf = (shape: readonly number[], perm: readonly number[]): Exchange | undefined => {
  const moved = perm.filter(axis => shape[axis] !== 1)
  const axes = [...moved].sort((a, b) => a - b)
  const ranks = moved.map(axis => axes.indexOf(axis))
  const first = ranks.findIndex((rank, i) => rank !== i)
  if (first < 0) return undefined
  const middle = ranks[first]!
  const order = [...axes.keys()]
  const exchanged = [...order.slice(0, first), ...order.slice(middle), ...order.slice(first, middle)]
  if (exchanged.some((rank, i) => rank !== ranks[i])) return undefined
  const size = (from: number, to?: number): number => sizeOf(axes.slice(from, to).map(axis => shape[axis]!))
  return { batch: size(0, first), rows: size(first, middle), columns: size(middle) }
}

// So many columns at a time: their places in the result stay in the first-level cache.
const COLUMNS = 32

const transposeMatrix = (target: Values, source: Values, start: number, rows: number, columns: number): void => {
  for (let first = 0; first < columns; first += COLUMNS) {
    const end = Math.min(columns, first + COLUMNS)
    let row = 0
    for (; row + 3 < rows; row += 4)
      for (let column = first; column < end; column++) {
        const from = start + row * columns + column
        const to = start + column * rows + row
        target[to] = source[from]!
        target[to + 1] = source[from + columns]!
        target[to + 2] = source[from + 2 * columns]!
        target[to + 3] = source[from + 3 * columns]!
      }
    for (; row < rows; row++)
      for (let column = first; column < end; column++)
        target[start + column * rows + row] = source[start + row * columns + column]!
  }
}

/**
 * Improves `Transpose` where it exchanges the last two groups of axes: matrices and stacks of them. The stock kernel writes
 * far apart what it reads together; here four rows are read at a time.
 *
 * @param stock the stock kernel, which is left with all other permutations
 * @example
 * registerKernel({ ...getKernel('Transpose', 'wasm'), kernelFunc: transpose(stock) })
 */
export const transpose =
  (stock: WasmKernel): WasmKernel =>
  call => {
    const { inputs, backend, attrs } = call
    const x = required(inputs, 'x')
    const { perm } = attrs as unknown as tf.TransposeAttrs
    if (x.dtype === 'string') return stock(call)
    if (perm.some(axis => x.shape[axis] === undefined))
      throw new Error(`Transpose: there is no permutation [${perm}] of the axes of [${x.shape}]`)
    const shape = perm.map(axis => x.shape[axis]!)
    // The stock kernel divides by the size of some axes.
    if (shape.includes(0)) return backend.makeOutput(shape, x.dtype)
    const exchange = exchangeOf(x.shape, perm)
    if (exchange === undefined) return stock(call)
    const out = backend.makeOutput(shape, x.dtype)
    const target = backend.typedArrayFromHeap(out)
    const source = backend.typedArrayFromHeap(x)
    const { batch, rows, columns } = exchange
    for (let i = 0; i < batch; i++) transposeMatrix(target, source, i * rows * columns, rows, columns)
    return out
  }
