import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { useWasm } from '../../src/wasm/index.js'
import { expectAgreement, onWasm, random } from './support/backends.js'

beforeAll(() => useWasm())

const reductions = { sum: tf.sum, mean: tf.mean } as const
const names = ['sum', 'mean'] as const

/** Leaves something other than zeros in memory that a result may get. */
const soilMemory = (): void => {
  for (const size of [1, 2, 3, 4, 6, 12]) tf.fill([size], 7).dispose()
}

const shape = fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant(0)), { maxLength: 5 })
const scenario = shape.chain(shape =>
  fc.record({
    shape: fc.constant(shape),
    axis: fc.option(
      fc.subarray(shape.map((_, axis) => axis)).chain(axes => fc.shuffledSubarray(axes, { minLength: axes.length })),
    ),
    negative: fc.boolean(),
    keepDims: fc.boolean(),
    dtype: fc.constantFrom('float32' as const, 'float32' as const, 'int32' as const, 'bool' as const),
    seed: fc.nat(),
  }),
)

describe.each(names)('%s', name => {
  const reduce = reductions[name]

  it('agrees with the cpu backend for all axes, shapes and types, and leaves nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ shape, axis, negative, keepDims, dtype, seed }) => {
        const x = tf.tidy(() => random(shape, seed).mul(9).cast(dtype))
        const axes = axis?.map(a => (negative ? a - shape.length : a))
        soilMemory()
        await expectAgreement([x], () => [reduce(x, axes, keepDims)])
      }),
      { numRuns: 300 },
    )
  })

  it.each([1e3, 1e5, 1e6, 3e6])('is accurate to the last digit of a float32 over %d elements', n => {
    const x = tf.randomUniform([n], 0, 1, 'float32', 5)
    const exact = x.dataSync<'float32'>().reduce((a, b) => a + b, 0) / (name === 'mean' ? n : 1)
    const [result] = onWasm([x], () => [reduce(x)])
    expect(result!.values[0]).toBe(Math.fround(exact))
    x.dispose()
  })

  it('is as accurate over columns, rows and both ends', () => {
    const x = tf.randomUniform([300, 5, 1700], 0, 1, 'float32', 6)
    const values = x.arraySync() as number[][][]
    const scale = (n: number) => (name === 'mean' ? n : 1)
    const total = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0)
    const [rows, columns, ends] = onWasm([x], () => [reduce(x, 2), reduce(x, 0), reduce(x, [0, 2])])
    expect(rows!.values[7]).toBe(Math.fround(total(values[1]![2]!) / scale(1700)))
    expect(columns!.values[1700 + 1500]).toBe(Math.fround(total(values.map(v => v[1]![1500]!)) / scale(300)))
    expect(ends!.values[3]).toBeCloseTo(total(values.map(v => total(v[3]!))) / scale(510000), name === 'mean' ? 6 : 0)
    x.dispose()
  })

  it('lets through what is not finite, and only there', () => {
    const x = tf.tensor2d([1, 2, NaN, 3, Infinity, 4, Infinity, -Infinity], [4, 2])
    const [rows, all] = onWasm([x], () => [reduce(x, 1), reduce(x)])
    expect(rows!.values.map(value => (Number.isFinite(value) ? 'finite' : value))).toEqual([
      'finite',
      NaN,
      Infinity,
      NaN,
    ])
    expect(all!.values).toEqual([NaN])
    x.dispose()
  })

  it('is 0 where there is nothing to reduce', () => {
    for (const dtype of ['float32', 'int32', 'bool'] as const) {
      const x = tf.zeros([0, 3], dtype)
      soilMemory()
      const [all, columns, rows] = onWasm([x], () => [reduce(x), reduce(x, 0), reduce(x, 1)])
      expect([all!.values, columns!.values, rows!.values]).toEqual([[0], [0, 0, 0], []])
      x.dispose()
    }
  })

  it('refuses an axis that is not there', () => {
    expect(() => reduce(tf.zeros([2, 3]), 2)).toThrow(/axis/)
  })
})
