import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { useWasm } from '../../src/wasm/index.js'
import { expectAgreement, onWasm, random, valueAndGradients } from './support/backends.js'

beforeAll(() => useWasm())

const few = fc.integer({ min: 1, max: 6 })
const side = fc.integer({ min: 1, max: 9 })
const seed = fc.nat()

const property = <T>(scenario: fc.Arbitrary<T>, check: (scenario: T) => Promise<void>, numRuns = 60) =>
  fc.assert(fc.asyncProperty(scenario, check), { numRuns })

const pooling = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  input: fc.tuple(side, side),
  channels: few,
  window: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  pad: fc.constantFrom('same' as const, 'valid' as const),
  seed,
})

const pools = { maxPool: tf.maxPool, avgPool: tf.avgPool } as const

const activations: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  relu: tf.relu,
  relu6: tf.relu6,
  elu: tf.elu,
  selu: tf.selu,
  leakyRelu: x => tf.leakyRelu(x, 0.1),
  sigmoid: tf.sigmoid,
  tanh: tf.tanh,
  softplus: tf.softplus,
  softsign: x => x.div(x.abs().add(1)),
  hardSigmoid: x => tf.clipByValue(x.mul(0.2).add(0.5), 0, 1),
  swish: x => x.mul(tf.sigmoid(x)),
  gelu: x => x.mul(tf.erf(x.div(Math.SQRT2)).add(1)).mul(0.5),
  mish: x => x.mul(tf.tanh(tf.softplus(x))),
  softmax: x => tf.softmax(x),
  logSoftmax: x => tf.logSoftmax(x),
}

describe('gradients agree with the cpu backend and leave nothing behind', () => {
  it('dense layers', () =>
    property(fc.record({ rows: few, inner: side, columns: side, seed }), async ({ rows, inner, columns, seed }) => {
      const inputs = [random([rows, inner], seed), random([inner, columns], seed + 1), random([columns], seed + 2)]
      const f = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) => tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D).add(b)
      await expectAgreement(inputs, valueAndGradients(f as never, inputs, seed))
    }))

  it.each(['maxPool', 'avgPool'] as const)('%s', name =>
    property(pooling, async ({ batch, input, channels, window, strides, pad, seed }) => {
      // With padding, the gradient of avgPool on cpu is wrong.
      fc.pre(name === 'maxPool' || pad === 'valid')
      fc.pre(pad === 'same' || (input[0] >= window[0] && input[1] >= window[1]))
      const x = random([batch, ...input, channels], seed)
      const f = (x: tf.Tensor) => pools[name](x as tf.Tensor4D, window, strides, pad)
      await expectAgreement([x], valueAndGradients(f, [x], seed))
    }),
  )

  it('batch normalization', () =>
    property(fc.record({ shape: fc.array(few, { minLength: 2, maxLength: 4 }), seed }), async ({ shape, seed }) => {
      const channels = shape.at(-1)!
      const inputs = [random(shape, seed), random([channels], seed + 1), random([channels], seed + 2)]
      const f = (x: tf.Tensor, offset: tf.Tensor, scale: tf.Tensor) => {
        const { mean, variance } = tf.moments(x, [...shape.keys()].slice(0, -1))
        // Away from 0: where a variance is rounding error, so is its gradient.
        return tf.batchNorm(
          x,
          mean as tf.Tensor1D,
          variance as tf.Tensor1D,
          offset as tf.Tensor1D,
          scale as tf.Tensor1D,
          0.1,
        )
      }
      await expectAgreement(inputs, valueAndGradients(f as never, inputs, seed), 1e-4)
    }))

  it('layer normalization', () =>
    property(fc.record({ shape: fc.array(few, { minLength: 2, maxLength: 4 }), seed }), async ({ shape, seed }) => {
      const inputs = [random(shape, seed), random([shape.at(-1)!], seed + 1), random([shape.at(-1)!], seed + 2)]
      const f = (x: tf.Tensor, offset: tf.Tensor, scale: tf.Tensor) => {
        const { mean, variance } = tf.moments(x, -1, true)
        return x.sub(mean).mul(variance.add(0.1).rsqrt()).mul(scale).add(offset)
      }
      await expectAgreement(inputs, valueAndGradients(f as never, inputs, seed), 1e-4)
    }))

  it.each(Object.entries(activations))('%s', (_, f) =>
    property(
      fc.record({ rows: few, columns: side, seed }),
      async ({ rows, columns, seed }) => {
        const x = tf.tidy(() => random([rows, columns], seed).mul(5))
        await expectAgreement([x], valueAndGradients(f, [x], seed), 1e-4)
      },
      20,
    ),
  )

  it('softmax cross-entropy', () =>
    property(
      fc.record({ rows: few, classes: fc.integer({ min: 2, max: 9 }), seed }),
      async ({ rows, classes, seed }) => {
        const x = tf.tidy(() => random([rows, classes], seed).mul(5))
        const labels = tf.tidy(() => tf.oneHot(tf.randomUniform([rows], 0, classes, 'int32', seed), classes).toFloat())
        const f = (x: tf.Tensor) => tf.losses.softmaxCrossEntropy(labels, x)
        await expectAgreement([x, labels], valueAndGradients(f, [x], seed))
      },
    ))

  it('gather on any axis, and in batches', () =>
    property(
      fc.record({ shape: fc.array(few, { minLength: 2, maxLength: 3 }), axis: fc.nat({ max: 1 }), count: side, seed }),
      async ({ shape, axis, count, seed }) => {
        const x = random(shape, seed)
        const indices = tf.randomUniform([count], 0, shape[axis]!, 'int32', seed)
        const f = (x: tf.Tensor) => tf.gather(x, indices, axis)
        await expectAgreement([x, indices], valueAndGradients(f, [x], seed))
      },
    ))

  it('what recurrent layers do to their steps and gates', () =>
    property(
      fc.record({ batch: few, steps: fc.integer({ min: 2, max: 5 }), units: few, seed }),
      async ({ batch, steps, units, seed }) => {
        const x = random([batch, steps, 4 * units], seed)
        const f = (x: tf.Tensor) =>
          tf.unstack(x, 1).reduce(
            (state, step) => {
              const [i, f, c, o] = tf.split(step, 4, 1) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
              return state.mul(f.sigmoid()).add(i.sigmoid().mul(c.tanh())).mul(o.sigmoid())
            },
            tf.zeros([batch, units]) as tf.Tensor,
          )
        await expectAgreement([x], valueAndGradients(f, [x], seed))
      },
    ))

  it('upsampling', () =>
    property(
      fc.record({ input: few, factors: fc.tuple(few, few), channels: few, seed }),
      async ({ input, factors, channels, seed }) => {
        // One square image: the gradients of the `cpu` backend take all others from the wrong place, and swap the axes.
        const x = random([1, input, input, channels], seed)
        const size: [number, number] = [input * factors[0], input * factors[1]]
        const f = (x: tf.Tensor) =>
          tf.image.resizeNearestNeighbor(x as tf.Tensor4D, size).add(tf.image.resizeBilinear(x as tf.Tensor4D, size))
        await expectAgreement([x], valueAndGradients(f, [x], seed))
      },
    ))

  it('slice, concat, pad, tile and select', () =>
    property(
      fc.record({ rows: few, columns: fc.integer({ min: 2, max: 9 }), seed }),
      async ({ rows, columns, seed }) => {
        const inputs = [random([rows, columns], seed), random([rows, columns], seed + 1)]
        const f = (x: tf.Tensor, y: tf.Tensor) => {
          const part = tf.slice(x, [0, 1], [rows, columns - 1])
          const joined = tf.concat([part, y], 1).pad([
            [1, 0],
            [0, 2],
          ])
          return tf.where(
            random(joined.shape, seed).greater(0),
            joined.tile([2, 1]).slice([0, 0], joined.shape),
            joined.square(),
          )
        }
        await expectAgreement(inputs, valueAndGradients(f as never, inputs, seed))
      },
    ))
})

describe('UnsortedSegmentSum', () => {
  it('agrees with the cpu backend, ids out of range included, and leaves nothing behind', () =>
    property(
      fc.record({
        rows: fc.nat({ max: 12 }),
        inner: fc.array(few, { maxLength: 2 }),
        segments: few,
        dtype: fc.constantFrom('float32' as const, 'int32' as const),
        seed,
      }),
      async ({ rows, inner, segments, dtype, seed }) => {
        const x = tf.tidy(() =>
          random([rows, ...inner], seed)
            .mul(9)
            .cast(dtype),
        )
        const ids = tf.randomUniform([rows], -2, segments + 2, 'int32', seed) as tf.Tensor1D
        await expectAgreement([x, ids], () => [tf.unsortedSegmentSum(x, ids, segments)])
      },
      150,
    ))

  it('is accurate however often a segment occurs', () => {
    const x = tf.randomUniform([300000, 1], 0, 1, 'float32', 3)
    const ids = tf.zeros([300000], 'int32') as tf.Tensor1D
    const [sums] = onWasm([x, ids], () => [tf.unsortedSegmentSum(x, ids, 2)])
    expect(sums!.values).toEqual([Math.fround(x.dataSync<'float32'>().reduce((a, b) => a + b, 0)), 0])
    tf.dispose([x, ids])
  })

  it('keeps what is not finite to its segment', () => {
    const x = tf.tensor1d([NaN, 1, Infinity, 2])
    const [sums] = onWasm([x], () => tf.tidy(() => [tf.unsortedSegmentSum(x, tf.tensor1d([0, 1, 2, 1], 'int32'), 3)]))
    expect(sums!.values).toEqual([NaN, 3, Infinity])
    x.dispose()
  })
})
