/** `DepthwiseConv2dNativeBackpropFilter`, which the stock backend lacks. */
import { type Convolution, convolutionOf } from './convolution.js'
import { required, type WasmKernel } from './kernel.js'
import { floats, zeros } from './tensors.js'

/** The output positions that meet the input at a tap: from, and to but not including. */
const metBy = ({ input, output, stride, before }: Convolution['rows'], tap: number): readonly [number, number] => [
  Math.max(0, Math.ceil((before - tap) / stride)),
  Math.min(output, Math.floor((input - 1 + before - tap) / stride) + 1),
]

/** A row of the output's gradient and the input that it meets: how far neighbours are apart, and how many there are. */
interface Run {
  readonly count: number
  readonly step: number
  readonly channels: number
  readonly multiples: number
}

/** Adds the products of two rows, channel by channel. Four sums at a time stay in registers, and do not wait for one another. */
const addSingles = (
  sums: Float64Array,
  x: Float32Array,
  from: number,
  dy: Float32Array,
  at: number,
  run: Run,
): void => {
  const { count, step, channels } = run
  let k = 0
  for (; k + 3 < channels; k += 4) {
    // Each by itself: V8 boxes what is destructured.
    let a = sums[k]!
    let b = sums[k + 1]!
    let c = sums[k + 2]!
    let d = sums[k + 3]!
    for (let n = 0, i = from + k, j = at + k; n < count; n++, i += step, j += channels) {
      a += x[i]! * dy[j]!
      b += x[i + 1]! * dy[j + 1]!
      c += x[i + 2]! * dy[j + 2]!
      d += x[i + 3]! * dy[j + 3]!
    }
    sums[k] = a
    sums[k + 1] = b
    sums[k + 2] = c
    sums[k + 3] = d
  }
  for (; k < channels; k++)
    for (let n = 0, i = from + k, j = at + k; n < count; n++, i += step, j += channels) sums[k]! += x[i]! * dy[j]!
}

const addMultiples = (
  sums: Float64Array,
  x: Float32Array,
  from: number,
  dy: Float32Array,
  at: number,
  run: Run,
): void => {
  const { count, step, channels, multiples } = run
  const size = channels * multiples
  for (let k = 0; k < size; k++) {
    let sum = sums[k]!
    for (let n = 0, i = from + Math.floor(k / multiples), j = at + k; n < count; n++, i += step, j += size)
      sum += x[i]! * dy[j]!
    sums[k] = sum
  }
}

/**
 * Supplies `DepthwiseConv2dNativeBackpropFilter`: the gradient of a depthwise convolution for its filter,
 *
 * $$\partial W_{r,c,i,m} = \sum_{b,p,q} X_{b,\, p s + r - \pi,\, q s + c - \pi',\, i}\; \partial Y_{b,p,q,(i,m)}.$$
 *
 * There is no matrix product in it to be fast at. It is summed in double precision.
 *
 * @example
 * tf.grad(w => tf.depthwiseConv2d(x, w, 1, 'same').sum())(filter) // on wasm
 */
export const depthwiseBackpropFilter: WasmKernel = ({ inputs, backend, attrs = {} }) => {
  const shape = attrs.filterShape as number[]
  const [input, gradient] = [required(inputs, 'x'), required(inputs, 'dy')]
  const convolution = convolutionOf(input.shape, shape, gradient.shape, attrs, true)
  const { batch, rows, columns, inChannels: channels } = convolution
  const multiples = shape[3]!
  const size = channels * multiples
  const out = zeros(backend, shape)
  const [x, dy, target] = [input, gradient, out].map(tensor => floats(backend, tensor)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  const sums = new Float64Array(size)
  const add = multiples === 1 ? addSingles : addMultiples
  for (let r = 0, tap = 0; r < rows.taps; r++) {
    const [firstRow, endRow] = metBy(rows, r)
    for (let c = 0; c < columns.taps; c++, tap++) {
      const [first, end] = metBy(columns, c)
      const run = { count: end - first, step: columns.stride * channels, channels, multiples }
      sums.fill(0)
      for (let image = 0; image < batch; image++)
        for (let row = firstRow; row < endRow; row++) {
          const inRow = image * rows.input + row * rows.stride + r - rows.before
          const from = (inRow * columns.input + first * columns.stride + c - columns.before) * channels
          const at = ((image * rows.output + row) * columns.output + first) * size
          add(sums, x, from, dy, at, run)
        }
      target.set(sums, tap * size)
    }
  }
  return out
}
