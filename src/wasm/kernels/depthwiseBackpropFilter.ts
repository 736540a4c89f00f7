/** `DepthwiseConv2dNativeBackpropFilter`, which the stock backend lacks. */
import { convolutionOf } from './convolution.js'
import { type Channels, filterGradient } from './filterGradient.js'
import { required, type WasmKernel } from './kernel.js'

/**
 * Supplies `DepthwiseConv2dNativeBackpropFilter`: the gradient of a depthwise convolution for its filter,
 *
 * $$\partial W_{r,c,i,m} = \sum_{b,p,q} X_{b,\, p s + r - \pi,\, q s + c - \pi',\, i}\; \partial Y_{b,p,q,(i,m)}.$$
 *
 * @example
 * tf.grad(w => tf.depthwiseConv2d(x, w, 1, 'same').sum())(filter) // on wasm
 */
export const depthwiseBackpropFilter: WasmKernel = ({ inputs, backend, attrs = {} }) => {
  const [x, dy] = [required(inputs, 'x'), required(inputs, 'dy')]
  const shape = attrs.filterShape as number[]
  const convolution = convolutionOf(x.shape, shape, dy.shape, attrs)
  const { columns, inChannels } = convolution
  const multiples = shape[3]!
  const own = (i: number): Channels => ({ input: i, output: i * multiples, count: multiples, paired: false })
  return filterGradient(backend, x, dy, shape, convolution, {
    taps: columns.taps,
    tapStep: inChannels,
    channels:
      multiples === 1
        ? [{ input: 0, output: 0, count: inChannels, paired: true }]
        : Array.from({ length: inChannels }, (_, i) => own(i)),
  })
}
