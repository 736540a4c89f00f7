/** Runs the same computation on `cpu` and on `wasm`, and compares. */
import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { expect } from 'vitest'
import { useWasm } from '../../../src/wasm/index.js'

/** A tensor read back. */
export interface Value {
  readonly shape: readonly number[]
  readonly dtype: tf.DataType
  readonly values: readonly number[]
}

const read = (x: tf.Tensor): Value => ({ shape: x.shape, dtype: x.dtype, values: [...x.dataSync()] })

const readAll = (results: readonly tf.Tensor[]): readonly Value[] => {
  const values = results.map(read)
  tf.dispose([...results])
  return values
}

/** The results of a computation on the `cpu` backend; `wasm` is selected again afterwards. */
export const onCpu = async (compute: () => readonly tf.Tensor[]): Promise<readonly Value[]> => {
  await tf.setBackend('cpu')
  try {
    return readAll(compute())
  } finally {
    await useWasm()
  }
}

const held = () => [tf.memory().numTensors, tf.memory().numDataBuffers, (tf.backend() as BackendWasm).numDataIds()]

/** The results on `wasm`, where nothing else may remain, neither in the engine nor in the backend below it. */
export const onWasm = (inputs: readonly tf.Tensor[], compute: () => readonly tf.Tensor[]): readonly Value[] => {
  // The engine moves an input from the other backend when a kernel first meets it.
  for (const input of inputs) input.reshape(input.shape).add(tf.scalar(0, input.dtype)).dispose()
  const before = held()
  const values = readAll(compute())
  expect(held()).toEqual(before)
  return values
}

/** Fails unless each value is within `tolerance` of the largest that is expected of its tensor (at least of 1). */
export const expectClose = (actual: readonly Value[], expected: readonly Value[], tolerance = 1e-5): void => {
  expect(actual.map(({ shape, dtype }) => [shape, dtype])).toEqual(expected.map(({ shape, dtype }) => [shape, dtype]))
  actual.forEach(({ values }, k) => {
    const wanted = expected[k]!.values
    // Not Math.max(...): there may be more values than a call takes arguments.
    const scale = wanted.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 1)
    const wrong = values.findIndex(
      (value, i) => !Object.is(value, wanted[i]) && !(Math.abs(value - wanted[i]!) <= tolerance * scale),
    )
    if (wrong >= 0)
      expect({ result: k, at: wrong, is: values[wrong] }).toEqual({ result: k, at: wrong, is: wanted[wrong] })
  })
}

/** Fails unless a computation gives the same on both backends and leaves nothing behind; disposes its inputs. */
export const expectAgreement = async (
  inputs: readonly tf.Tensor[],
  compute: () => readonly tf.Tensor[],
  tolerance?: number,
): Promise<void> => {
  const expected = await onCpu(compute)
  expectClose(onWasm(inputs, compute), expected, tolerance)
  tf.dispose([...inputs])
}

/**
 * A function's value and its gradients for all inputs, given a fixed random gradient of its value: a sum alone would hide a
 * kernel that mixes up positions.
 */
export const valueAndGradients =
  (f: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: readonly tf.Tensor[], seed: number) =>
  (): readonly tf.Tensor[] => {
    const { value, grads } = tf.valueAndGrads((...xs: tf.Tensor[]) =>
      tf.tidy(() => {
        const y = f(...xs)
        return y.mul(tf.randomUniform(y.shape, -1, 1, 'float32', seed)).sum() as tf.Scalar
      }),
    )([...inputs])
    return [value, ...grads]
  }

/** A tensor of uniform random numbers from -1 to 1. */
export const random = (shape: readonly number[], seed: number): tf.Tensor =>
  tf.randomUniform([...shape], -1, 1, 'float32', seed)
