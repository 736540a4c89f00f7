import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FEWEST_PAIRS, pairedGap, spread, studentBound } from '../../../src/study/statistics/gap.js'

test.each([
  [0.05, 1, 12.7062],
  [0.05, 2, 4.3027],
  [0.05, 3, 3.1824],
  [0.05, 4, 2.7764],
  [0.05, 9, 2.2622],
  [0.025, 4, 3.4954],
  [0.01, 9, 3.2498],
  [0.001, 4, 8.6103],
  [0.05, 1000, 1.9623],
])('the bound for error %d with %d degrees of freedom is that of the tables', (error, freedom, expected) => {
  expect(studentBound(error, freedom)).toBeCloseTo(expected, 3)
})

test('a single value has no deviation, more have the sample deviation', () => {
  expect(spread([3])).toEqual({ mean: 3 })
  expect(spread([1, 2, 3, 4])).toEqual({ mean: 2.5, sd: Math.sqrt(5 / 3) })
})

test('counts wins and ties, and pairs by place', () => {
  const gap = pairedGap([
    [3, 1],
    [5, 5],
    [1, 4],
    [2, 1],
  ])
  expect(gap).toEqual({ pairs: 4, mean: 0, wins: 2, ties: 1 })
})

test('the interval is that of the paired t-test, from five pairs on', () => {
  // Differences 1, 2, 3, 4, 5: mean 3, sd sqrt(2.5), t(0.975, 4) = 2.7764.
  const gap = pairedGap([1, 2, 3, 4, 5].map(d => [d + 7, 7] as const))
  const half = (2.7764 * Math.sqrt(2.5)) / Math.sqrt(5)
  expect(gap.interval?.[0]).toBeCloseTo(3 - half, 4)
  expect(gap.interval?.[1]).toBeCloseTo(3 + half, 4)
  expect(pairedGap([1, 2, 3, 4].map(d => [d, 0] as const))).not.toHaveProperty('interval')
})

test('swapping the two sides mirrors mean and interval, and a smaller error widens it', () => {
  const accuracy = fc.double({ min: 0, max: 1, noNaN: true })
  const pairs = fc.array(fc.tuple(accuracy, accuracy), { minLength: FEWEST_PAIRS, maxLength: 20 })
  fc.assert(
    fc.property(pairs, sample => {
      const gap = pairedGap(sample)
      const mirrored = pairedGap(sample.map(([a, b]) => [b, a] as const))
      expect(mirrored.mean).toBeCloseTo(-gap.mean, 12)
      expect(mirrored.interval![0]).toBeCloseTo(-gap.interval![1], 12)
      expect(mirrored.wins + gap.wins + gap.ties).toBe(sample.length)
      const strict = pairedGap(sample, 0.01)
      expect(strict.interval![1]).toBeGreaterThanOrEqual(gap.interval![1])
      expect(strict.interval![0]).toBeLessThanOrEqual(gap.interval![0])
    }),
  )
})

test('holds the true gap in about 95 % of samples', () => {
  // Sums of uniforms as errors about a true gap of 0.3, from a fixed generator.
  let state = 1
  const uniform = () => {
    state = Math.imul(state, 1664525) + 1013904223
    return (state >>> 0) / 2 ** 32
  }
  const samples = 4000
  let held = 0
  for (let i = 0; i < samples; i++) {
    const pairs = Array.from({ length: 8 }, () => [0.3 + uniform() + uniform() + uniform() - 1.5, 0] as const)
    const [low, high] = pairedGap(pairs).interval!
    if (low <= 0.3 && 0.3 <= high) held++
  }
  expect(held / samples).toBeGreaterThan(0.935)
  expect(held / samples).toBeLessThan(0.965)
})
