/** `Conv2DBackpropFilter`, which the stock backend lacks (tensorflow/tfjs issue 8474). */
import { convolutionOf } from './convolution.js'
import { filterGradient } from './filterGradient.js'
import { required, type WasmKernel } from './kernel.js'

/**
 * Supplies `Conv2DBackpropFilter`: the gradient of a convolution for its filter,
 *
 * $$\partial W_{r,c,i,k} = \sum_{b,p,q} X_{b,\, p s + r - \pi,\, q s + c - \pi',\, i}\; \partial Y_{b,p,q,k}.$$
 *
 * @example
 * tf.grad(w => tf.conv2d(x, w, 1, 'same').sum())(filter) // on wasm
 */
export const conv2dBackpropFilter: WasmKernel = ({ inputs, backend, attrs = {} }) => {
  const [x, dy] = [required(inputs, 'x'), required(inputs, 'dy')]
  const shape = attrs.filterShape as number[]
  const convolution = convolutionOf(x.shape, shape, dy.shape, attrs)
  const { columns, inChannels, outChannels } = convolution
  return filterGradient(backend, x, dy, shape, convolution, {
    // The channels of the input are neighbours in it as taps are, and in the filter too: they count as taps.
    taps: columns.taps * inChannels,
    tapStep: 1,
    channels: [{ input: 0, output: 0, count: outChannels, paired: false }],
  })
}
