import { mean } from 'simple-statistics'
import { expect, test } from 'vitest'
import { dropoutMask } from '../../src/models/dropout.js'

const at = { seed: 3, epoch: 2, step: 5 }

test.each([0.1, 0.5, 0.9])('at rate %d drops that fraction and keeps the mean', rate => {
  const size = 400_000
  const mask = dropoutMask(rate, size, 0, at)
  const dropped = mask.filter(value => value === 0).length / size
  const deviation = Math.sqrt((rate * (1 - rate)) / size)
  expect(Math.abs(dropped - rate)).toBeLessThan(5 * deviation)
  expect(Math.abs(mean([...mask]) - 1)).toBeLessThan((5 * deviation) / (1 - rate))
  expect([...new Set(mask)].sort()).toEqual([0, Math.fround(1 / (1 - rate))])
})

test('neighbouring units are dropped independently', () => {
  const mask = dropoutMask(0.5, 400_000, 0, at)
  const both = (lag: number) => mask.filter((value, i) => value === 0 && mask[i + lag] === 0).length / mask.length
  for (const lag of [1, 2, 256]) expect(Math.abs(both(lag) - 0.25)).toBeLessThan(5 * Math.sqrt(0.1875 / mask.length))
})

test('depends on seed, epoch, step and layer, and on nothing else', () => {
  const mask = (change: Partial<typeof at>, layer = 0) => dropoutMask(0.5, 64, layer, { ...at, ...change }).join()
  expect(mask({})).toBe(mask({}))
  const others = [mask({}), mask({ seed: 4 }), mask({ epoch: 3 }), mask({ step: 6 }), mask({}, 1)]
  expect(new Set(others).size).toBe(others.length)
})

test('rate 0 keeps everything, at odd sizes too', () => {
  expect([...dropoutMask(0, 3, 0, at)]).toEqual([1, 1, 1])
  expect(dropoutMask(0.1, 0, 0, at)).toHaveLength(0)
})
