/** `Mean`, accurate. */
import type { WasmKernel } from './kernel.js'
import { reductionOf, summed } from './reduction.js'
import { usingFloats } from './tensors.js'

/**
 * Improves `Mean`: $y = \frac{1}{n} \sum_{i=1}^n x_i$, summed in double precision and rounded once.
 * As on the `cpu` backend, the mean of nothing is 0, where the stock kernel returns what was in memory.
 *
 * @example
 * registerKernel({ ...getKernel('Mean', 'wasm'), kernelFunc: mean() })
 */
export const mean = (): WasmKernel => call => {
  const reduction = reductionOf(call)
  return usingFloats(call.backend, reduction.x, x =>
    summed(call.backend, { ...reduction, x }, Math.max(1, reduction.terms)),
  )
}
