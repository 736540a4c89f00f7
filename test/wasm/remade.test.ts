/** The wasm backend removed, to give its memory back, and made again: what was compiled for the old one serves the new one. */
import * as tf from '@tensorflow/tfjs'
import { beforeEach, describe, expect, it } from 'vitest'
import { adam, compile, type Tensors } from '../../src/index.js'
import { trainingKernels, useWasm } from '../../src/wasm/index.js'

beforeEach(() => useWasm())

/** As someone does who wants the memory back: the heap never shrinks. */
const again = async () => {
  tf.removeBackend('wasm')
  await useWasm()
}

const numbersOf = (tensors: Iterable<tf.Tensor>): readonly (readonly number[])[] =>
  Array.from(tensors, x => [...x.dataSync()])

/** Parameters after some steps, each on the backend that is named for it. */
const trained = async (backends: readonly string[], optimizer = compile(adam({ learningRate: 0.1 }))) => {
  const params: Tensors = { kernel: tf.tensor2d([1, -2, 3, -4], [2, 2]), bias: tf.tensor1d([0.5, 0]) }
  let training = { params, state: optimizer.init(params) }
  for (const [i, backend] of backends.entries()) {
    await tf.setBackend(backend)
    const grads = { kernel: tf.tensor2d([1, -1, 2, i], [2, 2]), bias: tf.tensor1d([-i, 1]) }
    training = optimizer.step(training, grads)
  }
  return numbersOf(Object.values(training.params))
}

describe('a wasm backend that is made again', () => {
  it('is selected by useWasm, each time, and computes', async () => {
    for (let i = 0; i < 3; i++) {
      const old = tf.backend()
      await again()
      expect(tf.getBackend()).toBe('wasm')
      expect(tf.backend()).not.toBe(old)
      expect(tf.tensor1d([1, 2, 3]).square().sum().dataSync()[0]).toBe(14)
    }
  })

  it('is made by useWasm also after it was removed while another was selected', async () => {
    await tf.setBackend('cpu')
    await again()
    expect(tf.ones([3]).sum().dataSync()[0]).toBe(3)
  })

  it('has the training kernels, which reach the new heap', async () => {
    const registered = () => trainingKernels.map(({ kernelName }) => tf.getKernel(kernelName, 'wasm')?.kernelFunc)
    const before = registered()
    await again()
    expect(registered()).toEqual(before)
    const gradients = () =>
      tf.grads((x, f) =>
        tf
          .conv2d(x as tf.Tensor4D, f as tf.Tensor4D, 1, 'same')
          .square()
          .sum(),
      )([tf.range(0, 50).reshape([1, 5, 5, 2]), tf.range(0, 36).reshape([3, 3, 2, 2])])
    const ours = numbersOf(gradients())
    await tf.setBackend('cpu')
    expect(ours).toEqual(numbersOf(gradients()))
  })

  it.each([undefined, 'fused', 'tfjs'] as const)(
    'is served by an optimizer that was compiled and used before (interpreter %s)',
    async interpreter => {
      const optimizer = compile(adam({ learningRate: 0.1 }), interpreter && { interpreter })
      const before = await trained(['wasm', 'wasm', 'wasm'], optimizer)
      expect(before[0]?.[0]).not.toBe(1)
      await again()
      expect(await trained(['wasm', 'wasm', 'wasm'], optimizer)).toEqual(before)
    },
  )

  it('says so where it is given tensors that went with the old one, and takes fresh ones', async () => {
    const optimizer = compile(adam({ learningRate: 0.1 }))
    const params = { w: tf.tensor1d([1]) }
    const training = { params, state: optimizer.init(params) }
    await again()
    expect(() => optimizer.step(training, { w: tf.tensor1d([1]) })).toThrow(
      /a tensor of shape \[1\] went with the backend that held it, which was removed; make .* anew/,
    )
    expect(() => optimizer.update({ w: tf.tensor1d([1]) }, training.state, training.params)).toThrow(/was removed/)
  })
})

describe('a change of backends between two steps', () => {
  it('changes no number', async () => {
    const optimizer = compile(adam({ learningRate: 0.1 }))
    const mixed = await trained(['cpu', 'wasm', 'wasm', 'cpu', 'wasm', 'cpu'], optimizer)
    const expected = await trained(Array(6).fill('cpu'))
    for (const [i, leaf] of mixed.entries())
      for (const [j, x] of leaf.entries()) expect(x).toBeCloseTo(expected[i]?.[j] ?? Number.NaN, 6)
  })
})
