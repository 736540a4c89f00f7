/** `GatherV2`, row by row: embeddings. */
import * as tf from '@tensorflow/tfjs'
import { required, type WasmKernel } from './kernel.js'
import { copyRun } from './runs.js'

/**
 * Improves `GatherV2`: $Y_i = X_{\mathit{index}_i}$ on an axis. The stock kernel works out the place of each element; here
 * all that lies behind the axis is copied in one go. An index out of range is an error, as in the stock kernel.
 *
 * @param stock the stock kernel, which is left with strings
 * @example
 * registerKernel({ ...getKernel('GatherV2', 'wasm'), kernelFunc: gather(stock) })
 */
export const gather =
  (stock: WasmKernel): WasmKernel =>
  call => {
    const { inputs, backend, attrs } = call
    const [x, indices] = [required(inputs, 'x'), required(inputs, 'indices')]
    if (x.dtype === 'string') return stock(call)
    const { axis, batchDims } = attrs as unknown as tf.GatherV2Attrs
    const at = tf.util.parseAxisParam(axis, x.shape)[0]!
    // Of the tensors, `collectGatherOpShapeInfo` reads only the shapes.
    const { batchSize, outerSize, dimSize, sliceSize, outputShape } =
      tf.backend_util.segment_util.collectGatherOpShapeInfo(x as tf.Tensor, indices as tf.Tensor, at, batchDims)
    const out = backend.makeOutput(outputShape, x.dtype)
    const [target, source] = [backend.typedArrayFromHeap(out), backend.typedArrayFromHeap(x)]
    const rows = backend.typedArrayFromHeap(indices)
    const count = rows.length / batchSize
    const wrong = rows.find((row: number) => row < 0 || row >= dimSize)
    if (wrong !== undefined) {
      backend.disposeData(out.dataId)
      throw new Error(`GatherV2: the index value ${wrong} is not in [0, ${dimSize - 1}]`)
    }
    for (let batch = 0, to = 0; batch < batchSize; batch++)
      for (let outer = 0; outer < outerSize; outer++) {
        const start = (batch * outerSize + outer) * dimSize
        for (let i = 0; i < count; i++, to += sliceSize)
          copyRun(target, to, source, (start + rows[batch * count + i]!) * sliceSize, sliceSize)
      }
    return out
  }
