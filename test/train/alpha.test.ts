import { expect, test } from 'vitest'
import { alphaOf } from '../../src/train/alpha.js'
import { alphaTally } from '../../src/train/diagnostics/alpha.js'
import type { Bounds } from '../../src/train/diagnostics/types.js'

const statisticsOf = (leaves: readonly (readonly [values: ArrayLike<number>, weight: number])[], bounds: Bounds) => {
  const tally = alphaTally(bounds)
  for (const [values, weight] of leaves) tally.add(values, weight)
  return tally.statistics()
}

test('statistics over leaves count each parameter once', () => {
  const leaves = [
    [[0.2, 2], 1],
    [[1], 6],
  ] as const
  const statistics = statisticsOf(leaves, [0.2, 2])
  expect(statistics.alphaMean).toBeCloseTo(8.2 / 8)
  expect(statistics.alphaStd).toBeCloseTo(Math.sqrt((0.04 + 4 + 6) / 8 - (8.2 / 8) ** 2))
  expect(statistics).toMatchObject({
    alphaMin: 0.2,
    alphaMax: 2,
    alphaFractionNearMin: 1 / 8,
    alphaFractionNearMax: 1 / 8,
  })
  expect(alphaOf({ steps: 1, rawGradientNorm: 0, parameterNorm: 0, stepNorm: 0, ...statistics }, [0.2, 2])).toEqual({
    mean: statistics.alphaMean,
    sd: statistics.alphaStd,
    min: 0.2,
    max: 2,
    nearLow: 1 / 8,
    nearHigh: 1 / 8,
  })
})

test('near a bound is within 5 % of the range, or beyond the bound', () => {
  const near = (alpha: number) => {
    const { alphaFractionNearMin, alphaFractionNearMax } = statisticsOf([[[alpha], 1]], [1, 2])
    return [alphaFractionNearMin, alphaFractionNearMax]
  }
  expect(near(0.5)).toEqual([1, 0])
  expect(near(1.04)).toEqual([1, 0])
  expect(near(1.06)).toEqual([0, 0])
  expect(near(1.94)).toEqual([0, 0])
  expect(near(1.96)).toEqual([0, 1])
  expect(near(3)).toEqual([0, 1])
})

test('a bound that float32 rounded still counts as the bound, even where nothing lies between the two', () => {
  for (const bound of [0.2, 0.7, 1.3]) {
    const leaves = [[Float32Array.of(bound), 1]] as const
    expect(statisticsOf(leaves, [bound, bound])).toMatchObject({
      alphaFractionNearMin: 1,
      alphaFractionNearMax: 1,
      alphaMedian: bound,
    })
  }
})

test('the histogram has 64 bins, the outer ones with what is beyond, and the median is the middle of its bin', () => {
  const { alphaHistogram, alphaMedian } = statisticsOf([[[-1, 0, 0.5, 31.5, 63.5, 64, 99], 2]], [0, 64])
  const expected = Array.from({ length: 64 }, (_, bin) => ({ 0: 6, 31: 2, 63: 6 })[bin] ?? 0)
  expect(alphaHistogram).toEqual(expected)
  expect(alphaMedian).toBe(31.5)
})

test('a transform that observes no alpha has no statistics of it', () => {
  const none = { steps: 1, rawGradientNorm: 0, parameterNorm: 0, stepNorm: 0 }
  expect(() => alphaOf(none, [0.2, 2])).toThrow(/alphaBounds must be absent: the transform has no observed 'alpha'/)
})
