/** The modules that the fused interpreter emits, as binaryen sees them: an encoder and an optimizer of other hands. */
import { readFileSync } from 'node:fs'
import * as tf from '@tensorflow/tfjs'
import binaryen from 'binaryen'
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { arbitraryTransform } from '../../laws/arbitraries/index.js'
import {
  adam,
  compile,
  controlledNeuroPlastic,
  fromConfig,
  type GradientTransform,
  leafwise,
  neuroPlastic,
} from '../../src/index.js'
import { encodeModule } from '../../src/wasm/emit/encode.js'
import { f32 } from '../../src/wasm/emit/instructions.js'
import { math } from '../../src/wasm/emit/math.js'
import { table } from '../laws/table/index.js'
import { useBackend } from '../support/backend.js'
import { seed } from '../support/seed.js'

// Whatever makes a module is seen, and makes it as before.
const made = vi.spyOn(WebAssembly, 'Module')
const emitted = (): readonly Uint8Array[] => made.mock.calls.map(([bytes]) => bytes as Uint8Array)

beforeAll(() => useBackend('wasm'))
afterAll(() => made.mockRestore())

/** The modules that a transform is the first to need. */
const modulesOf = (transform: GradientTransform<unknown>): readonly Uint8Array[] => {
  const before = emitted().length
  const params = {
    'conv/kernel': tf.ones([3, 3, 2, 5]),
    'dense/kernel': tf.ones([37, 29]),
    'dense/bias': tf.ones([29]),
  }
  const optimizer = compile(transform, { interpreter: 'fused' })
  for (const epoch of [1, 8]) optimizer.plan(params, { epoch, totalEpochs: 10, loss: 1 })
  tf.dispose(params)
  return emitted().slice(before)
}

const read = (bytes: Uint8Array) => {
  const module = binaryen.readBinary(bytes)
  module.setFeatures(binaryen.Features.SIMD128 | binaryen.Features.Atomics)
  return module
}

const isValid = (bytes: Uint8Array): boolean => {
  const module = read(bytes)
  const valid = module.validate() === 1
  module.dispose()
  return valid
}

const optimizedSize = (bytes: Uint8Array): number => {
  binaryen.setOptimizeLevel(3)
  binaryen.setShrinkLevel(0)
  const module = read(bytes)
  module.optimize()
  const { length } = module.emitBinary()
  module.dispose()
  return length
}

// First, so that none of their modules is known already. Binaryen's loops are as fast; it saves locals, which cost bytes only.
test.each<readonly [string, () => GradientTransform<unknown>]>([
  ['Adam', () => adam()],
  ['NeuroPlastic', () => neuroPlastic()],
  ['a controller', () => controlledNeuroPlastic('layerwise')],
])('%s is at most 1.35 times what binaryen makes of it', (_, make) => {
  const modules = modulesOf(make())
  expect(modules).not.toHaveLength(0)
  for (const bytes of modules) expect(bytes.length / optimizedSize(bytes)).toBeLessThan(1.35)
})

test('every module is valid', () => {
  const golden = ['neuroplastic', 'torch'].flatMap((file): readonly { readonly config: unknown }[] =>
    JSON.parse(readFileSync(new URL(`../golden/${file}.json`, import.meta.url), 'utf8')),
  )
  const configured = golden.flatMap(({ config }) => {
    const transform = fromConfig(config)
    return E.isRight(transform) ? [transform.right] : []
  })
  expect(configured.length).toBeGreaterThanOrEqual(24)
  const random = fc.sample(arbitraryTransform({ depth: 3 }), { numRuns: 60, seed }).map(({ transform }) => transform)
  for (const transform of [...configured, ...table.map(({ make }) => make()), ...random]) modulesOf(transform)
  modulesOf(leafwise(g => g.exp().add(g.abs().log()).add(g.abs().pow(0.3))))
  expect(emitted().length).toBeGreaterThan(100)
  expect(emitted().filter(bytes => !isValid(bytes))).toEqual([])
})

test('a module over shared memory is valid, and one that lacks an operand is not', () => {
  const functions = Object.values(math)
  const limits = { maximum: 65536, shared: true }
  expect(isValid(encodeModule(functions, limits))).toBe(true)
  const broken = { ...math.exp, code: f32.add }
  expect(() => isValid(encodeModule([broken], limits))).toThrow()
})
