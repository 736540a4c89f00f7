import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as tf from '@tensorflow/tfjs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { importAdvice } from '../../src/wasm/error.js'
import { quiet, trainingKernels, useWasm, WasmBackendError } from '../../src/wasm/index.js'

const SIMD = 'tfjs-backend-wasm-simd.wasm'
const FOLDER = dirname(createRequire(import.meta.url).resolve(`@tensorflow/tfjs-backend-wasm/dist/${SIMD}`))

const refusal = async (promise: Promise<unknown>): Promise<WasmBackendError> => {
  const error = await promise.then(
    () => undefined,
    e => e,
  )
  expect(error).toBeInstanceOf(WasmBackendError)
  expect(error.name).toBe('WasmBackendError')
  return error
}

let scratch = ''
beforeAll(async () => {
  quiet()
  scratch = await mkdtemp(join(tmpdir(), 'plastax-wasm-'))
})
afterAll(() => rm(scratch, { recursive: true }))

// Each test starts from the cpu backend, with a WASM backend that has not been made yet.
beforeEach(async () => {
  await tf.setBackend('cpu')
  await import('@tensorflow/tfjs-backend-wasm')
  const factory = tf.findBackendFactory('wasm')
  tf.removeBackend('wasm')
  tf.registerBackend('wasm', factory, 2)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const sumOfSquares = (): number => tf.tidy(() => tf.tensor1d([1, 2, 3]).square().sum().dataSync()[0]!)

describe('useWasm', () => {
  it('finds its files in Node, and selects a backend that works', async () => {
    await useWasm()
    expect(tf.getBackend()).toBe('wasm')
    expect(sumOfSquares()).toBe(14)
  })

  it.each([
    ['a folder', FOLDER],
    ['a folder with a slash', `${FOLDER}/`],
    ['a file URL', pathToFileURL(FOLDER)],
    ['a file URL as text', pathToFileURL(FOLDER).href],
    ['a map by file name', { [SIMD]: join(FOLDER, SIMD) }],
  ])('takes %s', async (_, wasmPaths) => {
    await useWasm({ wasmPaths })
    expect(tf.getBackend()).toBe('wasm')
  })

  it('is served by one backend however often and whenever it is called', async () => {
    await Promise.all([useWasm(), useWasm(), useWasm()])
    const backend = tf.backend()
    const kept = tf.tensor1d([1, 2])
    await tf.setBackend('cpu')
    await useWasm({ wasmPaths: '/not/read/any/more' })
    expect(tf.getBackend()).toBe('wasm')
    expect(tf.backend()).toBe(backend)
    expect([...kept.dataSync()]).toEqual([1, 2])
  })

  it('starts anew after the backend was removed', async () => {
    await useWasm()
    const factory = tf.findBackendFactory('wasm')
    tf.removeBackend('wasm')
    tf.registerBackend('wasm', factory, 2)
    await useWasm()
    expect(sumOfSquares()).toBe(14)
  })

  it.each([
    [
      'a folder without the file',
      () => scratch,
      new RegExp(`cannot read ${SIMD} at '.*plastax-wasm-.*ENOENT.*copy the`),
    ],
    ['a map without the file', () => ({ 'other.wasm': 'x' }), new RegExp(`no entry for ${SIMD}; it names other.wasm`)],
    ['a map to a missing file', () => ({ [SIMD]: '/nowhere/x.wasm' }), /'\/nowhere\/x.wasm'.*ENOENT/],
  ])(
    'says what is wrong with %s; the selected backend stays, and the right path still works',
    async (_, paths, says) => {
      const error = await refusal(useWasm({ wasmPaths: paths() }))
      expect(error.message).toMatch(says)
      expect(tf.getBackend()).toBe('cpu')
      expect(sumOfSquares()).toBe(14)
      await useWasm()
      expect(tf.getBackend()).toBe('wasm')
    },
  )

  it('recognizes a file that is no WebAssembly module', async () => {
    await writeFile(join(scratch, 'page.wasm'), '<!doctype html>')
    const error = await refusal(useWasm({ wasmPaths: { [SIMD]: join(scratch, 'page.wasm') } }))
    expect(error.message).toMatch(/page.wasm' is not the WebAssembly module .* \(15 bytes\)/)
    expect(tf.getBackend()).toBe('cpu')
  })

  it('says that SIMD is missing', async () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false)
    const error = await refusal(useWasm())
    expect(error.message).toMatch(/no WebAssembly SIMD; use Node >= /)
    expect(tf.getBackend()).toBe('cpu')
  })

  it('says so where the backend does not start, and keeps the one before', async () => {
    const factory = tf.findBackendFactory('wasm')
    const failing = () => Promise.reject(new Error('out of memory'))
    tf.removeBackend('wasm')
    tf.registerBackend('wasm', failing, 2)
    const error = await refusal(useWasm())
    expect(error.message).toMatch(/did not start from '.*simd.wasm' \(out of memory\)/)
    expect(tf.getBackend()).toBe('cpu')
    tf.removeBackend('wasm')
    tf.registerBackend('wasm', factory, 2)
  })

  it('says that the engine may not compile WebAssembly, and what lets it', async () => {
    const why =
      "WebAssembly.Module(): violates the Content Security Policy directive because 'wasm-eval' is not allowed"
    vi.spyOn(WebAssembly, 'Module').mockImplementation(function refuse() {
      throw new WebAssembly.CompileError(why)
    })
    const error = await refusal(useWasm())
    expect(error.message).toBe(
      `the page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src (${why})`,
    )
    expect(tf.getBackend()).toBe('cpu')
  })

  it('refuses threads where there can be none, and starts without', async () => {
    expect((await refusal(useWasm({ threads: true }))).message).toMatch(
      /need a browser.*useWasm\(\{ threads: false \}\)/,
    )
    await useWasm({ threads: false })
    expect(tf.getBackend()).toBe('wasm')
  })

  it.each([
    [
      "Cannot find package '@tensorflow/tfjs-backend-wasm' imported from /app/index.js",
      'run: npm install @tensorflow/tfjs-backend-wasm',
    ],
    ["Cannot find package 'long' imported from /app/node_modules/x.js", 'run: npm install long'],
    [
      'Failed to resolve module specifier "@tensorflow/tfjs-backend-wasm". Relative references must start with "/"',
      'run: npm install @tensorflow/tfjs-backend-wasm',
    ],
    [
      "Refused to evaluate a string as JavaScript because 'unsafe-eval' is not an allowed source of script",
      /Content-Security-Policy .* 'wasm-unsafe-eval'/,
    ],
    ['Failed to fetch dynamically imported module: https://x.org/assets/index.js', /serve it.*script-src/],
    ['tf is not defined', 'that was thrown by the package itself'],
  ])('advises what fits an import that fails: %s', (why, advice) => {
    expect(importAdvice(new Error(why))).toEqual(typeof advice === 'string' ? advice : expect.stringMatching(advice))
  })

  it('asks a browser for the folder, and reports what its server answered', async () => {
    vi.stubGlobal('process', undefined)
    expect((await refusal(useWasm())).message).toMatch(/useWasm\(\{ wasmPaths: '\/assets\/wasm\/' \}\)/)
    const fetched = vi.fn(async () => new Response('', { status: 404, statusText: 'Not Found' }))
    vi.stubGlobal('fetch', fetched)
    const error = await refusal(useWasm({ wasmPaths: 'https://example.org/wasm' }))
    expect(fetched.mock.calls[0]).toEqual([`https://example.org/wasm/${SIMD}`, { credentials: 'same-origin' }])
    expect(error.message).toMatch(/from 'https:\/\/example.org\/wasm\/.*' \(the server answered 404 Not Found\)/)
  })
})

describe('trainingKernels', () => {
  const registered = () => trainingKernels.map(({ kernelName }) => tf.getKernel(kernelName, 'wasm')?.kernelFunc)

  it('supplies kernels that stock lacks, and no others', async () => {
    await useWasm({ trainingKernels: false })
    const lacking = trainingKernels.filter(({ kernelName }) => tf.getKernel(kernelName, 'wasm') === undefined)
    expect(lacking.map(({ kernelName }) => kernelName).sort()).toEqual([
      'Complex',
      'ComplexAbs',
      'Conv2DBackpropFilter',
      'DepthwiseConv2dNativeBackpropFilter',
      'DepthwiseConv2dNativeBackpropInput',
      'Draw',
      'Einsum',
      ...['FFT', 'IFFT', 'Imag', 'RaggedGather', 'RaggedRange', 'RaggedTensorToTensor', 'Real', 'StaticRegexReplace'],
      'UnsortedSegmentSum',
    ])
    expect(trainingKernels.filter(kernel => 'supply' in kernel)).toEqual(lacking)
  })

  it('leaves no kernel out that the cpu backend has: each computes, or says what to do instead', async () => {
    await useWasm()
    const onWasm = new Set(tf.getKernelsForBackend('wasm').map(({ kernelName }) => kernelName))
    const missing = tf.getKernelsForBackend('cpu').filter(({ kernelName }) => !onWasm.has(kernelName))
    expect(missing).toEqual([])
  })

  it('replaces the stock kernels once, and puts back exactly those', async () => {
    await useWasm({ trainingKernels: false })
    const stock = registered()
    await useWasm()
    const ours = registered()
    ours.forEach((kernel, i) => {
      expect(kernel).not.toBe(stock[i])
    })
    await useWasm()
    expect(registered()).toEqual(ours)
    await useWasm({ trainingKernels: false })
    expect(registered()).toEqual(stock)
  })

  it('replaces the gradients that TensorFlow.js has wrong, and puts back exactly those', async () => {
    const names = ['Unpack', 'SplitV', 'Cumsum', 'MirrorPad']
    const present = () => names.map(name => tf.getGradient(name))
    await useWasm({ trainingKernels: false })
    const stock = present()
    await useWasm()
    present().forEach((gradient, i) => {
      expect(gradient).not.toBe(stock[i])
    })
    await useWasm({ trainingKernels: false })
    expect(present()).toEqual(stock)
  })

  it('still compute after a change of backends', async () => {
    await useWasm()
    await tf.setBackend('cpu')
    await useWasm()
    const ones = tf.ones([40, 40]) as tf.Tensor2D
    expect(tf.matMul(ones, ones, true, true).dataSync()[0]).toBe(40)
  })
})
