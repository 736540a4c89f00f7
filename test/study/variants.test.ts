import { beforeAll, expect, test } from 'vitest'
import { mlp } from '../../src/models/index.js'
import { GRADIENT_ONLY, namedVariants as variants, WITHOUT_PLASTICITY } from '../../src/study/variants.js'
import { train } from '../../src/train/index.js'
import { useWasm } from '../../src/wasm/index.js'
import { stripes } from '../train/images.js'

beforeAll(() => useWasm())

const model = mlp({ sizes: [784, 16, 10] })

test('names are distinct, fit a list separated by commas, and include the controls', () => {
  const names = variants.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const name of names) expect(name).toMatch(/^[a-z][a-z-]*$/)
  expect(variants.find(({ name }) => name === WITHOUT_PLASTICITY)?.role).toBe('control')
  expect(names).toContain(GRADIENT_ONLY)
})

test.each(variants)('$name learns, and its alpha keeps to what its bounds allow', async variant => {
  const alphaBounds = variant.alphaBounds?.(variant.settings)
  const images = { train: stripes(400), test: stripes(100, 2) }
  const settings = { model, ...images, seed: 0, epochs: 4, batchSize: 20, alphaBounds }
  const run = await train({ ...settings, transform: variant.transform(variant.settings) })
  expect(run.outcome).toEqual({ status: 'completed' })
  const last = run.epochs.at(-1)!
  expect(last.trainLoss).toBeLessThan(0.8 * run.epochs[0]!.trainLoss)
  expect(last.testAccuracy).toBeGreaterThan(0.3)
  if (alphaBounds === undefined) {
    expect(last).not.toHaveProperty('alpha')
    return
  }
  // Scaled by 2, as the authors selected, alpha may leave its bounds by their distance, and by no more.
  const [low, high] = alphaBounds
  expect(last.alpha!.min).toBeGreaterThanOrEqual(Math.fround(low - (high - low)))
  expect(last.alpha!.max).toBeLessThanOrEqual(Math.fround(high + (high - low)))
  expect(last.alpha!.sd).toBeGreaterThan(0)
})
