/** The training kernels. To add one: write its file, add its row, and a row in test/wasm/kernels, which docs/kernels.md is made of. */

import { conv2dBackpropFilter } from './conv2dBackpropFilter.js'
import { conv2dBackpropInput } from './conv2dBackpropInput.js'
import { conv3d, conv3dBackpropFilter, conv3dBackpropInput } from './conv3d.js'
import { convolve } from './convolve.js'
import { cumprod, cumsum } from './cumulative.js'
import { depthwiseBackpropFilter } from './depthwiseBackpropFilter.js'
import { depthwiseBackpropInput } from './depthwiseBackpropInput.js'
import { dilation2d, dilation2dBackpropFilter, dilation2dBackpropInput } from './dilation.js'
import { einsum } from './einsum.js'
import { cast, clip, extremum, log1p, prelu, relu6, sign, sin } from './elementwise.js'
import { fusedMatMul } from './fusedMatMul.js'
import { gather } from './gather.js'
import type { ImprovedKernel, TrainingKernel, WasmKernel } from './kernel.js'
import { matMul } from './matMul.js'
import { mean } from './mean.js'
import { ofNothing, topk } from './nothing.js'
import { pad } from './pad.js'
import { avgPool, avgPoolGrad, maxPool, maxPoolGrad, maxPoolWithArgmax } from './pool.js'
import { refusals } from './refused.js'
import { resizeBilinearGrad, resizeNearestGrad } from './resize.js'
import { slice, split, unpack } from './slice.js'
import { sum } from './sum.js'
import { tile } from './tile.js'
import { transpose } from './transpose.js'
import { unsortedSegmentSum } from './unsortedSegmentSum.js'

const improved: Readonly<Record<string, ImprovedKernel['improve']>> = {
  BatchMatMul: matMul,
  _FusedMatMul: fusedMatMul,
  Conv2D: convolve(false),
  FusedConv2D: convolve(false),
  DepthwiseConv2dNative: convolve(true),
  FusedDepthwiseConv2D: convolve(true),
  Conv2DBackpropInput: conv2dBackpropInput,
  Conv3D: conv3d,
  Conv3DBackpropInputV2: conv3dBackpropInput,
  Conv3DBackpropFilterV2: conv3dBackpropFilter,
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGrad,
  MaxPoolWithArgmax: maxPoolWithArgmax,
  MaxPool3D: maxPool,
  MaxPool3DGrad: maxPoolGrad,
  AvgPool: avgPool,
  AvgPoolGrad: avgPoolGrad,
  AvgPool3D: avgPool,
  AvgPool3DGrad: avgPoolGrad,
  Dilation2D: dilation2d,
  Dilation2DBackpropInput: dilation2dBackpropInput,
  Dilation2DBackpropFilter: dilation2dBackpropFilter,
  ResizeBilinearGrad: resizeBilinearGrad,
  ResizeNearestNeighborGrad: resizeNearestGrad,
  Relu6: relu6,
  ClipByValue: clip,
  Maximum: extremum,
  Minimum: extremum,
  Prelu: prelu,
  Sign: sign,
  Log1p: log1p,
  Sin: sin,
  Cast: cast,
  Sum: sum,
  Mean: mean,
  Max: ofNothing(Number.NaN),
  Min: ofNothing(Number.NaN),
  Prod: ofNothing(1),
  All: ofNothing(0),
  Any: ofNothing(0),
  Cumsum: cumsum,
  Cumprod: cumprod,
  TopK: topk,
  GatherV2: gather,
  Tile: tile,
  PadV2: pad,
  Slice: slice,
  SplitV: split,
  Unpack: unpack,
  Transpose: transpose,
}

const missing: Readonly<Record<string, WasmKernel>> = {
  Conv2DBackpropFilter: conv2dBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: depthwiseBackpropInput,
  DepthwiseConv2dNativeBackpropFilter: depthwiseBackpropFilter,
  UnsortedSegmentSum: unsortedSegmentSum,
  Einsum: einsum,
  ...refusals,
}

/**
 * All kernels that stand in for stock ones of the WASM backend, or that it lacks, unless `useWasm({ trainingKernels: false })`.
 * What each computes, and how, is in docs/kernels.md.
 */
export const trainingKernels: readonly TrainingKernel[] = [
  ...Object.entries(improved).map(([kernelName, improve]) => ({ kernelName, improve })),
  ...Object.entries(missing).map(([kernelName, supply]) => ({ kernelName, supply })),
]
