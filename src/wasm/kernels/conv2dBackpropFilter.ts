/** `Conv2DBackpropFilter`, which the stock backend lacks (tensorflow/tfjs issue 8474). */

import type * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { type Convolution, convolutionOf } from './convolution.js'
import { required, type WasmKernel, wasmKernel } from './kernel.js'
import { chunksOf, partsOf, shiftTaps, spreadGradient, spreadInput } from './pitched.js'
import { cheapestWay, type Operand, product } from './product.js'
import { addTo, floats, sizeOf, usingTemporary, usingZeros, zeros } from './tensors.js'

const asStored = (x: tf.TensorInfo): Operand => ({ x, transpose: false })

const accumulate = (
  backend: BackendWasm,
  out: tf.TensorInfo,
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  convolution: Convolution,
): void => {
  const { rows, columns, inChannels, outChannels } = convolution
  const chunks = chunksOf(convolution)
  const { length } = chunks
  const taps = rows.taps * columns.taps * inChannels
  const cheapest = cheapestWay({ rows: taps, inner: length, columns: outChannels }, false, false)
  // Not 'stock', which would keep the packing of an operand that is about to be overwritten.
  const way = cheapest === 'stock' ? 'direct' : cheapest
  usingZeros(backend, [rows.stride * columns.stride * inChannels, length], spread =>
    usingZeros(backend, [1, taps, length], left =>
      usingZeros(backend, [1, length, outChannels], right => {
        for (const part of partsOf(chunks, convolution)) {
          spreadGradient(floats(backend, right), floats(backend, dy), convolution, chunks, part)
          spreadInput(floats(backend, spread), floats(backend, x), convolution, chunks, part)
          shiftTaps(floats(backend, left), floats(backend, spread), convolution, chunks)
          const sum = product(wasmKernel('BatchMatMul'), backend, asStored(left), asStored(right), way)
          usingTemporary(backend, sum, one => addTo(backend, out, one))
        }
      }),
    ),
  )
}

/**
 * Supplies `Conv2DBackpropFilter`: the gradient of a convolution for its filter,
 *
 * $$\partial W_{r,c,i,k} = \sum_{b,p,q} X_{b,\, p s + r - \pi,\, q s + c - \pi',\, i}\; \partial Y_{b,p,q,k}.$$
 *
 * Each part of the batch is brought into a layout in which this is one matrix product; see `pitched.ts`.
 *
 * @example
 * tf.grad(w => tf.conv2d(x, w, 1, 'same').sum())(filter) // on wasm
 */
export const conv2dBackpropFilter: WasmKernel = ({ inputs, backend, attrs = {} }) => {
  const [x, dy] = [required(inputs, 'x'), required(inputs, 'dy')]
  const shape = attrs.filterShape as number[]
  const convolution = convolutionOf(x.shape, shape, dy.shape, attrs, false)
  const out = zeros(backend, shape)
  if (sizeOf(dy.shape) > 0 && sizeOf(shape) > 0) accumulate(backend, out, x, dy, convolution)
  return out
}
