import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { beforeAll, describe, it } from 'vitest'
import { useWasm } from '../../src/wasm/index.js'
import { expectAgreement, random, valueAndGradients } from './support/backends.js'

beforeAll(() => useWasm())

type Pad = 'same' | 'valid' | number | tf.backend_util.ExplicitPadding

const side = fc.integer({ min: 1, max: 9 })
const few = fc.integer({ min: 1, max: 4 })
// The backend computes eight channels at a time.
const channels = fc.oneof({ weight: 3, arbitrary: few }, { weight: 1, arbitrary: fc.integer({ min: 7, max: 17 }) })
const edge = fc.integer({ min: 0, max: 4 })
const pad: fc.Arbitrary<Pad> = fc.oneof(
  fc.constantFrom<Pad>('same', 'valid'),
  edge,
  fc.tuple(edge, edge, edge, edge).map(
    ([top, bottom, left, right]): Pad => [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
  ),
)

const scenario = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    input: fc.tuple(side, side),
    filter: fc.tuple(few, few),
    strides: fc.tuple(few, few),
    inChannels: channels,
    outChannels: channels,
    pad,
    seed: fc.nat(),
  })
  .filter(({ input, filter, strides, pad }) => {
    if (pad === 'same') return true
    // TensorFlow.js takes a number for the padding of a square filter with equal strides, and goes wrong with others.
    if (typeof pad === 'number' && (filter[0] !== filter[1] || strides[0] !== strides[1])) return false
    const padded = (axis: 0 | 1): number =>
      input[axis] + (pad === 'valid' ? 0 : typeof pad === 'number' ? 2 * pad : pad[axis + 1]![0] + pad[axis + 1]![1])
    return padded(0) >= filter[0] && padded(1) >= filter[1]
  })

const numRuns = 100

describe('gradients of convolutions agree with the cpu backend and leave nothing behind', () => {
  it('conv2d', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ batch, input, filter, strides, inChannels, outChannels, pad, seed }) => {
        const x = random([batch, ...input, inChannels], seed)
        const w = random([...filter, inChannels, outChannels], seed + 1)
        const f = (x: tf.Tensor, w: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad)
        await expectAgreement([x, w], valueAndGradients(f, [x, w], seed))
      }),
      { numRuns },
    )
  })

  it.each([
    ['bands of one image', [2, 50, 47, 2], [3, 4, 2, 3], 1, 'same'],
    ['bands of one image, with a stride', [2, 95, 70, 1], [5, 4, 1, 2], 2, 'valid'],
    ['several images at a time, and a rest', [42, 12, 9, 2], [3, 2, 2, 9], 1, 'same'],
    ['long rows', [1, 2, 2000, 1], [2, 3, 1, 2], 1, 'valid'],
    ['wide layers', [2, 5, 5, 35], [3, 3, 35, 45], 1, 'same'],
    ['a stride wider than the filter', [2, 9, 9, 3], [1, 2, 3, 2], 3, 'same'],
    ['more padding than filter', [2, 4, 4, 2], [2, 2, 2, 3], 2, 5],
  ] as const)('conv2d in %s', async (_, xShape, wShape, strides, pad) => {
    const [x, w] = [random(xShape, 1), random(wShape, 2)]
    const f = (x: tf.Tensor, w: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad)
    await expectAgreement([x, w], valueAndGradients(f, [x, w], 3))
  })

  it('conv1d', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ batch, input, filter, strides, inChannels, outChannels, pad, seed }) => {
        fc.pre(typeof pad === 'string' && (pad === 'same' || input[0] >= filter[0]))
        const x = random([batch, input[0], inChannels], seed)
        const w = random([filter[0], inChannels, outChannels], seed + 1)
        const f = (x: tf.Tensor, w: tf.Tensor) =>
          tf.conv1d(x as tf.Tensor3D, w as tf.Tensor3D, strides[0], pad as 'same' | 'valid')
        await expectAgreement([x, w], valueAndGradients(f, [x, w], seed))
      }),
      { numRuns },
    )
  })

  it('conv2dTranspose', async () => {
    await fc.assert(
      fc.asyncProperty(
        scenario,
        fc.tuple(few, few),
        async ({ batch, input, filter, strides, inChannels, outChannels, pad, seed }, extra) => {
          fc.pre(typeof pad === 'string')
          // Among the sizes that the forward convolution takes to that of the input, any may be asked for.
          const outputOf = (axis: 0 | 1): number => {
            const [size, taps, stride] = [input[axis], filter[axis], strides[axis]]
            const spare = (extra[axis] - 1) % stride
            return pad === 'same' ? size * stride - spare : (size - 1) * stride + taps + spare
          }
          const outShape: [number, number, number, number] = [batch, outputOf(0), outputOf(1), outChannels]
          const x = random([batch, ...input, inChannels], seed)
          const w = random([...filter, outChannels, inChannels], seed + 1)
          const f = (x: tf.Tensor, w: tf.Tensor) =>
            tf.conv2dTranspose(x as tf.Tensor4D, w as tf.Tensor4D, outShape, strides, pad as 'same' | 'valid')
          await expectAgreement([x, w], valueAndGradients(f, [x, w], seed))
        },
      ),
      { numRuns },
    )
  })

  it('depthwiseConv2d', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, few, async ({ batch, input, filter, strides, inChannels, pad, seed }, multiples) => {
        const x = random([batch, ...input, inChannels], seed)
        const w = random([...filter, inChannels, multiples], seed + 1)
        const f = (x: tf.Tensor, w: tf.Tensor) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad)
        await expectAgreement([x, w], valueAndGradients(f, [x, w], seed))
      }),
      { numRuns },
    )
  })

  it('fused with bias and activation', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ batch, input, filter, strides, inChannels, outChannels, pad, seed }) => {
        const x = random([batch, ...input, inChannels], seed)
        const w = random([...filter, inChannels, outChannels], seed + 1)
        const d = random([...filter, outChannels, 1], seed + 2)
        const b = random([outChannels], seed + 3)
        const f = (x: tf.Tensor, w: tf.Tensor, d: tf.Tensor, b: tf.Tensor) => {
          const y = tf.fused.conv2d({
            x: x as tf.Tensor4D,
            filter: w as tf.Tensor4D,
            strides,
            pad,
            bias: b,
            activation: 'relu',
          })
          return tf.fused.depthwiseConv2d({
            x: y,
            filter: d as tf.Tensor4D,
            strides,
            pad: 'same',
            bias: b,
            activation: 'relu',
          })
        }
        await expectAgreement([x, w, d, b], valueAndGradients(f as never, [x, w, d, b], seed))
        const inputs = [
          random(x.shape, seed),
          random(w.shape, seed + 1),
          random(d.shape, seed + 2),
          random(b.shape, seed + 3),
        ] as const
        await expectAgreement(inputs, () => [tf.tidy(() => f(...inputs))])
      }),
      { numRuns: 50 },
    )
  })

  it('separableConv2d', async () => {
    await fc.assert(
      fc.asyncProperty(
        scenario,
        few,
        async ({ batch, input, filter, strides, inChannels, outChannels, pad, seed }, multiples) => {
          fc.pre(typeof pad === 'string')
          const x = random([batch, ...input, inChannels], seed)
          const w = random([...filter, inChannels, multiples], seed + 1)
          const p = random([1, 1, inChannels * multiples, outChannels], seed + 2)
          const f = (x: tf.Tensor, w: tf.Tensor, p: tf.Tensor) =>
            tf.separableConv2d(x as tf.Tensor4D, w as tf.Tensor4D, p as tf.Tensor4D, strides, pad as 'same' | 'valid')
          await expectAgreement([x, w, p], valueAndGradients(f, [x, w, p], seed))
        },
      ),
      { numRuns: 50 },
    )
  })
})
