import type { Tensor2D } from '@tensorflow/tfjs'
import { afterEach, describe, expect, it, vi } from 'vitest'

// TensorFlow.js keeps its flags and its "first use" in global state: what has been said once is not said again. So the order
// of these tests matters, and no other test may share their file.
const listen = (): (() => string[]) => {
  const heard: string[] = []
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, method).mockImplementation((...words) => {
      heard.push(words.join(' '))
    })
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation(text => {
      heard.push(String(text))
      return true
    })
  return () => heard
}

afterEach(() => vi.restoreAllMocks())

describe('quiet', () => {
  it('is needed: TensorFlow.js warns by itself', async () => {
    const heard = listen()
    const tf = await import('@tensorflow/tfjs')
    tf.registerBackend('cpu', () => null as never)
    expect(heard().join()).toMatch(/already registered/)
  })

  it('lets no word of TensorFlow.js through, from import to training on cpu and wasm', async () => {
    const heard = listen()
    const { quiet, useWasm } = await import('../../src/wasm/index.js')
    const tf = await import('@tensorflow/tfjs')
    quiet()
    await tf.setBackend('cpu')
    tf.tensor1d([1, 2]).square().dataSync()
    await useWasm()
    await useWasm({ trainingKernels: false })
    await useWasm()
    tf.registerBackend('wasm', () => null as never)
    const x = tf.ones([8, 8]) as Tensor2D
    tf.grad(w => tf.matMul(x, w as Tensor2D).mean())(x).dataSync()
    await useWasm({ wasmPaths: '/nowhere' })
    expect(heard()).toEqual([])
  })

  it('leaves the console to everybody else', async () => {
    const heard = listen()
    const { quiet } = await import('../../src/wasm/index.js')
    quiet()
    console.warn('mine')
    expect(heard()).toEqual(['mine'])
  })
})
