/** The training kernels. To add one: write its file and add its row. */

import { fusedMatMul } from './fusedMatMul.js'
import type { TrainingKernel } from './kernel.js'
import { matMul } from './matMul.js'

/** All kernels that stand in for stock ones of the WASM backend, unless `useWasm({ trainingKernels: false })`. */
export const trainingKernels: readonly TrainingKernel[] = [
  {
    kernelName: 'BatchMatMul',
    summary: 'products with a transposed operand or in batches: about 10 times as fast',
    improve: matMul,
  },
  {
    kernelName: '_FusedMatMul',
    summary: 'the same with bias and activation, which the stock kernel gets wrong for these operands',
    improve: fusedMatMul,
  },
]
