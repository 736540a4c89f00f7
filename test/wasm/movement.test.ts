import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { useWasm } from '../../src/wasm/index.js'
import { expectAgreement, random } from './support/backends.js'

beforeAll(() => useWasm())

const dtype = fc.constantFrom('float32' as const, 'int32' as const, 'bool' as const)
// Runs of memory are copied one way where they are short, another way where they are long.
const side = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 4 }) },
  { weight: 1, arbitrary: fc.integer({ min: 20, max: 40 }) },
)
const shape = fc.array(side, { minLength: 1, maxLength: 4 }).filter(shape => shape.reduce((a, b) => a * b, 1) < 5000)
const axisOf = (shape: readonly number[]) => fc.integer({ min: -shape.length, max: shape.length - 1 })

const tensor = (shape: readonly number[], dtype: 'float32' | 'int32' | 'bool', seed: number): tf.Tensor =>
  tf.tidy(() => random(shape, seed).mul(3).cast(dtype))

const property = <T>(scenario: fc.Arbitrary<T>, check: (scenario: T) => Promise<void>) =>
  fc.assert(fc.asyncProperty(scenario, check), { numRuns: 150 })

describe('what moves memory agrees with the cpu backend and leaves nothing behind', () => {
  it('slice', () =>
    property(
      fc.record({ shape, dtype, seed: fc.nat() }).chain(s =>
        fc.record({
          ...{ shape: fc.constant(s.shape), dtype: fc.constant(s.dtype), seed: fc.constant(s.seed) },
          ends: fc.tuple(...s.shape.map(n => fc.tuple(fc.nat({ max: n }), fc.nat({ max: n })))),
        }),
      ),
      async ({ shape, dtype, seed, ends }) => {
        const x = tensor(shape, dtype, seed)
        const begin = ends.map(([a, b]) => Math.min(a, b))
        const size = ends.map(([a, b]) => Math.abs(a - b))
        await expectAgreement([x], () => [tf.slice(x, begin, size), tf.slice(x, begin)])
      },
    ))

  it('split and unstack', () =>
    property(
      fc.record({ shape, dtype, seed: fc.nat() }).chain(s => fc.tuple(fc.constant(s), axisOf(s.shape))),
      async ([{ shape, dtype, seed }, axis]) => {
        const x = tensor(shape, dtype, seed)
        const size = shape.at(axis)!
        const sizes = [Math.floor(size / 3), size - Math.floor(size / 3)]
        await expectAgreement([x], () => [
          ...tf.split(x, sizes, axis),
          ...tf.split(x, size, axis),
          ...tf.unstack(x, axis),
        ])
      },
    ))

  it('tile', () =>
    property(
      fc
        .record({ shape, dtype, seed: fc.nat() })
        .chain(s => fc.tuple(fc.constant(s), fc.tuple(...s.shape.map(() => fc.nat({ max: 3 }))))),
      async ([{ shape, dtype, seed }, reps]) => {
        const x = tensor(shape, dtype, seed)
        await expectAgreement([x], () => [tf.tile(x, reps)])
      },
    ))

  it('transpose', () =>
    property(
      fc
        .record({
          shape: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }),
          dtype,
          seed: fc.nat(),
        })
        .chain(s => fc.tuple(fc.constant(s), fc.shuffledSubarray([...s.shape.keys()], { minLength: s.shape.length }))),
      async ([{ shape, dtype, seed }, perm]) => {
        const x = tensor(shape, dtype, seed)
        await expectAgreement([x], () => [tf.transpose(x, perm)])
      },
    ))

  it.each([
    [
      [70, 45],
      [1, 0],
    ],
    [
      [3, 33, 6],
      [0, 2, 1],
    ],
    [
      [5, 4, 30],
      [1, 0, 2],
    ],
    [
      [2, 3, 4, 5],
      [2, 3, 0, 1],
    ],
  ])('transpose of %s by %s', async (shape, perm) => {
    const x = random(shape, 1)
    await expectAgreement([x], () => [tf.transpose(x, perm)])
  })

  it('gather, also in batches', () =>
    property(
      fc
        .record({ shape, dtype, seed: fc.nat(), count: fc.tuple(fc.nat({ max: 5 }), fc.integer({ min: 1, max: 3 })) })
        .chain(s => fc.tuple(fc.constant(s), axisOf(s.shape), fc.boolean())),
      async ([{ shape, dtype, seed, count }, axis, batched]) => {
        const at = axis < 0 ? axis + shape.length : axis
        const batchDims = batched && at > 0 ? 1 : 0
        const x = tensor(shape, dtype, seed)
        const indexShape = batchDims === 1 ? [shape[0]!, ...count] : count
        const indices = tf.randomUniform(indexShape, 0, shape[at]!, 'int32', seed)
        await expectAgreement([x, indices], () => [tf.gather(x, indices as tf.Tensor1D, axis, batchDims)])
      },
    ))

  it('transpose of nothing', () =>
    expectAgreement([], () =>
      tf.tidy(() => [tf.transpose(tf.zeros([2, 0, 3])), tf.transpose(tf.zeros([0, 2, 3, 4, 1]), [3, 1, 2, 4, 0])]),
    ))

  it('strings, which have no memory there', () => {
    const x = tf.tensor2d(['a', 'b', 'c', 'd'], [2, 2])
    expect(tf.slice(x, [1, 0], [1, 2]).arraySync()).toEqual([['c', 'd']])
    expect(tf.unstack(x).map(row => row.arraySync())).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
  })

  it('refuses what is out of range', () => {
    const x = tf.ones([2, 3])
    expect(() => tf.slice(x, [1, 1], [1, 3])).toThrow()
    const indices = tf.tensor1d([0, 2], 'int32')
    expect(() => tf.gather(x, indices)).toThrow(/the index value 2 is not in \[0, 1\]/)
    expect(() => tf.gather(x, indices.neg())).toThrow(/the index value -2 is not in/)
  })
})
