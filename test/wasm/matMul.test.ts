import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { useWasm } from '../../src/wasm/index.js'
import { cheapestWay, type Way } from '../../src/wasm/kernels/product.js'

beforeAll(() => useWasm())
afterEach(() => useWasm())

type Value = { readonly shape: number[]; readonly values: Float32Array }

const onCpu = async (compute: () => tf.Tensor): Promise<Value> => {
  await tf.setBackend('cpu')
  const result = compute()
  const value = { shape: result.shape, values: Float32Array.from(result.dataSync()) }
  result.dispose()
  await useWasm()
  return value
}

const dataIds = (): number => (tf.backend() as BackendWasm).numDataIds()

/** Runs on wasm, where nothing but the result may remain, neither in the engine nor in the backend below it. */
const onWasm = (inputs: readonly tf.Tensor[], compute: () => tf.Tensor): Value => {
  // The engine moves an input from the other backend when a kernel first meets it.
  for (const input of inputs) input.reshape(input.shape).square().dispose()
  const [tensors, buffers, ids] = [tf.memory().numTensors, tf.memory().numDataBuffers, dataIds()]
  const result = compute()
  const value = { shape: result.shape, values: Float32Array.from(result.dataSync()) }
  result.dispose()
  expect([tf.memory().numTensors, tf.memory().numDataBuffers, dataIds()]).toEqual([tensors, buffers, ids])
  return value
}

const expectSame = (actual: Value, expected: Value): void => {
  expect(actual.shape).toEqual(expected.shape)
  expect(actual.values.length).toBe(expected.values.length)
  // Values are in [-1, 1] and sums are of up to a hundred products.
  actual.values.forEach((value, i) => {
    if (!(Math.abs(value - expected.values[i]!) < 1e-4)) expect([i, value]).toEqual([i, expected.values[i]])
  })
}

// Thin and thick: each way to a product has shapes for which it is the cheapest.
const side = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 40, max: 100 }))
const batches = fc.constantFrom<readonly [number[], number[]]>(
  [[], []],
  [[], []],
  [[3], [3]],
  [[3], []],
  [[], [3]],
  [[1], [3]],
  [[4], [1]],
  [[2, 3], [3]],
  [
    [2, 2],
    [2, 2],
  ],
  [
    [2, 3],
    [1, 1],
  ],
)

const scenario = fc.record({
  rows: side,
  inner: side,
  columns: side,
  batches,
  transposeA: fc.boolean(),
  transposeB: fc.boolean(),
  seed: fc.nat(),
})
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never

const operands = ({ rows, inner, columns, batches: [a, b], transposeA, transposeB, seed }: Scenario) =>
  [
    tf.randomUniform([...a, ...(transposeA ? [inner, rows] : [rows, inner])], -1, 1, 'float32', seed),
    tf.randomUniform([...b, ...(transposeB ? [columns, inner] : [inner, columns])], -1, 1, 'float32', seed + 1),
  ] as const

const EMPTY = [
  [0, 3, 2],
  [2, 0, 3],
  [2, 3, 0],
] as const

/** Leaves something other than zeros in memory that a result may get. */
const soilMemory = (): void => {
  for (const size of [1, 2, 4, 6, 6, 6, 9, 12]) tf.fill([size], 7).dispose()
}

describe('BatchMatMul', () => {
  it('agrees with the cpu backend for all shapes, batches and transpositions, and leaves nothing behind', async () => {
    const ways = new Set<Way>()
    await fc.assert(
      fc.asyncProperty(scenario, async s => {
        ways.add(cheapestWay(s, s.transposeA, s.transposeB))
        const [a, b] = operands(s)
        const compute = () => tf.matMul(a, b, s.transposeA, s.transposeB)
        const expected = await onCpu(compute)
        expectSame(onWasm([a, b], compute), expected)
        tf.dispose([a, b])
      }),
      { numRuns: 150 },
    )
    expect([...ways].sort()).toEqual(['direct', 'stock', 'swapped'])
  })

  it('agrees with the cpu backend where an axis is empty', async () => {
    for (const [rows, inner, columns] of EMPTY)
      for (const transposeA of [false, true])
        for (const transposeB of [false, true]) {
          const [a, b] = operands({ rows, inner, columns, batches: [[], []], transposeA, transposeB, seed: 1 })
          const compute = () => tf.matMul(a, b, transposeA, transposeB)
          const expected = await onCpu(compute)
          soilMemory()
          expectSame(onWasm([], compute), expected)
          tf.dispose([a, b])
        }
  })

  it('multiplies by what a right operand is now: neither its shape nor its values before matter', () => {
    const left = tf.ones([30, 40])
    const right = tf.randomUniform([30, 60])
    const tall = right.reshape([60, 30])
    const sums = (x: tf.Tensor2D, ones: tf.Tensor2D) =>
      tf.matMul(ones, x, true, false).slice([0, 0], [1, -1]).dataSync()
    sums(right as tf.Tensor2D, left as tf.Tensor2D)
    expect(sums(tall as tf.Tensor2D, tf.ones([60, 40]))[0]).toBeCloseTo(tall.sum(0).dataSync()[0]!, 3)
    const backend = tf.backend() as BackendWasm
    backend.typedArrayFromHeap(right).fill(2)
    expect(sums(right as tf.Tensor2D, left as tf.Tensor2D)[0]).toBe(60)
  })

  it('gives the gradients of a dense layer that the cpu backend gives', async () => {
    const x = tf.randomUniform([32, 50], -1, 1, 'float32', 1)
    const w = tf.randomUniform([50, 40], -1, 1, 'float32', 2)
    for (const wrt of [0, 1] as const) {
      const compute = () => tf.tidy(() => tf.grads((a, b) => tf.matMul(a, b).square().mean())([x, w])[wrt] as tf.Tensor)
      const expected = await onCpu(compute)
      expectSame(onWasm([x, w], compute), expected)
    }
  })

  it('leaves to the stock kernel what that refuses', () => {
    const a = tf.ones([2, 3], 'int32')
    expect(() => tf.matMul(a, tf.ones([3, 2], 'int32'), true, true)).toThrow()
    expect(() => tf.matMul(tf.ones([2, 3]), tf.ones([2, 3]))).toThrow(/inner shapes/i)
  })
})

// The fused operation flattens batches before any kernel sees them: these must be equal, or 1.
const fusable = scenario.filter(({ batches: [a, b] }) => {
  const [m, n] = [a, b].map(batch => batch.reduce((size, axis) => size * axis, 1))
  return m === n || m === 1 || n === 1
})

const ACTIVATIONS = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const

describe('_FusedMatMul', () => {
  it('agrees with the cpu backend, with bias and activation, and leaves nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(
        fusable,
        fc.constantFrom('none', 'one', 'each'),
        fc.constantFrom(...ACTIVATIONS),
        async (s, biases, activation) => {
          const [a, b] = operands(s)
          const bias = biases === 'none' ? undefined : tf.randomUniform([biases === 'one' ? 1 : s.columns], -2, 2)
          const slopes = activation === 'prelu' ? tf.randomUniform([s.columns], 0.1, 0.9) : undefined
          const { transposeA, transposeB } = s
          const compute = () =>
            tf.fused.matMul({
              a,
              b,
              transposeA,
              transposeB,
              activation,
              ...(bias && { bias }),
              ...(slopes && { preluActivationWeights: slopes }),
            })
          const expected = await onCpu(compute)
          const inputs = [a, b, bias, slopes].filter(x => x !== undefined)
          expectSame(onWasm(inputs, compute), expected)
          tf.dispose(inputs)
        },
      ),
      { numRuns: 120 },
    )
  })

  it('agrees with the cpu backend where an axis is empty', async () => {
    for (const [rows, inner, columns] of EMPTY) {
      const a = tf.ones<tf.Rank.R2>([rows, inner])
      const b = tf.ones<tf.Rank.R2>([inner, columns])
      const compute = () => tf.fused.matMul({ a, b, bias: tf.fill([columns], 3), activation: 'relu' })
      expectSame(
        onWasm([], () => tf.tidy(compute)),
        await onCpu(() => tf.tidy(compute)),
      )
    }
  })

  it('refuses a bias of rank 2, as the stock kernel does', () => {
    const a = tf.ones<tf.Rank.R2>([2, 2])
    expect(() => tf.fused.matMul({ a, b: a, transposeA: true, bias: tf.ones([1, 2]) })).toThrow(/rank-1 bias/)
  })
})

describe('cheapestWay', () => {
  it('packs the smaller operand, and leaves small products to the stock kernel', () => {
    expect(cheapestWay({ rows: 784, inner: 128, columns: 256 }, true, false)).toBe('direct')
    expect(cheapestWay({ rows: 128, inner: 256, columns: 784 }, false, true)).toBe('swapped')
    expect(cheapestWay({ rows: 4, inner: 4, columns: 4 }, true, true)).toBe('stock')
  })
})
