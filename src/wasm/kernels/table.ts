/** The training kernels. To add one: write its file and add its row. */
import { conv2dBackpropFilter } from './conv2dBackpropFilter.js'
import { conv2dBackpropInput } from './conv2dBackpropInput.js'
import { depthwiseBackpropFilter } from './depthwiseBackpropFilter.js'
import { depthwiseBackpropInput } from './depthwiseBackpropInput.js'
import { fusedMatMul } from './fusedMatMul.js'
import { gather } from './gather.js'
import type { TrainingKernel } from './kernel.js'
import { matMul } from './matMul.js'
import { maxPoolGrad } from './maxPoolGrad.js'
import { mean } from './mean.js'
import { samePadding } from './samePadding.js'
import { slice, split, unpack } from './slice.js'
import { sum } from './sum.js'
import { tile } from './tile.js'
import { transpose } from './transpose.js'
import { unsortedSegmentSum } from './unsortedSegmentSum.js'

const convolutions: readonly TrainingKernel[] = [
  { kernelName: 'Conv2D', improve: samePadding(false) },
  { kernelName: 'FusedConv2D', improve: samePadding(false) },
  { kernelName: 'DepthwiseConv2dNative', improve: samePadding(true) },
  { kernelName: 'FusedDepthwiseConv2D', improve: samePadding(true) },
].map(kernel => ({
  ...kernel,
  summary: '`same` padding where the stride is wider than the filter, which stock gets wrong',
}))

/** All kernels that stand in for stock ones of the WASM backend, or that it lacks, unless `useWasm({ trainingKernels: false })`. */
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
  ...convolutions,
  {
    kernelName: 'Conv2DBackpropInput',
    summary: 'input gradients of convolutions, and transposed convolutions: about 12 times as fast',
    improve: conv2dBackpropInput,
  },
  {
    kernelName: 'Conv2DBackpropFilter',
    summary: 'filter gradients of convolutions, which stock lacks: about one forward convolution',
    supply: conv2dBackpropFilter,
  },
  {
    kernelName: 'DepthwiseConv2dNativeBackpropInput',
    summary: 'input gradients of depthwise convolutions, which stock lacks',
    supply: depthwiseBackpropInput,
  },
  {
    kernelName: 'DepthwiseConv2dNativeBackpropFilter',
    summary: 'filter gradients of depthwise convolutions, which stock lacks: about one forward convolution',
    supply: depthwiseBackpropFilter,
  },
  {
    kernelName: 'MaxPoolGrad',
    summary: 'right where the largest value of a window is not positive, too',
    improve: maxPoolGrad,
  },
  {
    kernelName: 'UnsortedSegmentSum',
    summary: 'gradients of gather and embeddings, which stock lacks',
    supply: unsortedSegmentSum,
  },
  {
    kernelName: 'GatherV2',
    summary: 'rows copied whole: about 20 times as fast',
    improve: gather,
  },
  {
    kernelName: 'Tile',
    summary: 'runs copied whole, as the gradient of batch normalization needs them: about 100 times as fast',
    improve: tile,
  },
  {
    kernelName: 'Slice',
    summary: 'without a copy of the whole input',
    improve: slice,
  },
  {
    kernelName: 'SplitV',
    summary: 'the same for the gates of recurrent layers',
    improve: split,
  },
  {
    kernelName: 'Unpack',
    summary: 'the same for the steps of recurrent layers: about 100 times as fast',
    improve: unpack,
  },
  {
    kernelName: 'Transpose',
    summary: 'matrices and stacks of them: 2 to 5 times as fast',
    improve: transpose,
  },
  {
    kernelName: 'Sum',
    summary: 'sums in double precision, 0 where there is nothing to sum; columns without a transposed copy',
    improve: sum,
  },
  {
    kernelName: 'Mean',
    summary: 'the same for means',
    improve: mean,
  },
]
