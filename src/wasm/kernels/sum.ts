/** `Sum`, accurate. */
import type { WasmKernel } from './kernel.js'
import { reductionOf, summed } from './reduction.js'
import { zeros } from './tensors.js'

/**
 * Improves `Sum`: $y = \sum_i x_i$, correctly rounded for all purposes, where the stock kernel loses digits with each term.
 * Sums of columns need no transposed copy. An empty sum is 0, where the stock kernel returns what was in memory.
 *
 * @param stock the stock kernel, which still sums integers
 * @example
 * registerKernel({ ...getKernel('Sum', 'wasm'), kernelFunc: sum(stock) })
 */
export const sum =
  (stock: WasmKernel): WasmKernel =>
  call => {
    const reduction = reductionOf(call)
    const { x, outShape } = reduction
    if (x.dtype === 'float32') return summed(call.backend, reduction, 1)
    return x.shape.includes(0) ? zeros(call.backend, outShape, x.dtype) : stock(call)
  }
