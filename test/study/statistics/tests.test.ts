import fc from 'fast-check'
import { expect, test } from 'vitest'
import { normals, stream } from '../../../src/data/random.js'
import { bootstrapInterval } from '../../../src/study/statistics/bootstrap.js'
import { holm, seedsNeeded } from '../../../src/study/statistics/holm.js'
import { pairedStatistics } from '../../../src/study/statistics/paired.js'
import { signFlipTest, smallestP } from '../../../src/study/statistics/signFlip.js'

const gaps = (minLength: number, maxLength: number) =>
  // Hundredths: sums that are equal on paper differ by rounding.
  fc.array(
    fc.integer({ min: -50, max: 50 }).map(n => n / 100),
    { minLength, maxLength },
  )

test.each([
  // By hand, of 2, 4, 8, 8 and 32 patterns.
  [[0.3], 1],
  [[1, 2], 0.5],
  [[1, 1, 1], 0.25],
  [[1, 1, -1], 1],
  [[3, 1, -1], 0.75],
  [[0.1, 0.1, 0.1, 0.1, 0.1], 0.0625],
  [[0, 0, 0], 1],
])('the sign-flip test of %j gives %d', (sample, p) => {
  expect(signFlipTest(sample)).toEqual({ p, smallest: smallestP(sample.length), exact: true })
})

test("Darwin's maize, as Fisher tested it", () => {
  // Heights of 15 pairs in eighths of an inch: 863 of the 32,768 patterns give a sum of 314 or more, as many one of -314 or less.
  const darwin = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
  expect(signFlipTest(darwin).p).toBe(1726 / 32768)
})

test('agrees with counting every pattern in exact arithmetic', () => {
  fc.assert(
    fc.property(gaps(1, 9), sample => {
      const whole = sample.map(gap => Math.round(100 * gap))
      const observed = Math.abs(whole.reduce((a, b) => a + b, 0))
      let extreme = 0
      for (let pattern = 0; pattern < 2 ** whole.length; pattern++) {
        const total = whole.reduce((sum, gap, i) => sum + ((pattern >> i) & 1 ? -gap : gap), 0)
        if (Math.abs(total) >= observed) extreme++
      }
      expect(signFlipTest(sample).p).toBe(extreme / 2 ** whole.length)
    }),
  )
})

test('p is the same for all gaps turned round, and never below the smallest', () => {
  fc.assert(
    fc.property(gaps(1, 10), sample => {
      const { p, smallest } = signFlipTest(sample)
      expect(signFlipTest(sample.map(gap => -gap)).p).toBe(p)
      expect(p).toBeGreaterThanOrEqual(smallest)
      expect(p).toBeLessThanOrEqual(1)
    }),
  )
})

test('the smallest p is reached where all gaps have one sign, and only there', () => {
  expect([1, 2, 3, 8].map(smallestP)).toEqual([1, 0.5, 0.25, 0.0078125])
  for (const n of [1, 2, 3, 8, 16]) expect(signFlipTest(Array(n).fill(0.004)).p).toBe(smallestP(n))
  expect(signFlipTest([0.1, 0.1, 0.1, -0.1]).p).toBeGreaterThan(smallestP(4))
})

test('above 16 pairs a sample of patterns comes near the exact p, the same each time', () => {
  // Of 17 equal gaps, 13 positive: a binomial tail on both sides, 2 (C(17,0) + ... + C(17,4)) / 2^17.
  const sample = Array.from({ length: 17 }, (_, i) => (i < 13 ? 1 : -1))
  const { p, exact, smallest } = signFlipTest(sample)
  expect(exact).toBe(false)
  expect(p).toBeCloseTo((2 * (1 + 17 + 136 + 680 + 2380)) / 2 ** 17, 2)
  expect(signFlipTest(sample).p).toBe(p)
  expect(smallest).toBeCloseTo(2 / 2 ** 17, 5)
})

test("Holm's example: the smallest times m, the next times m - 1, never less than the one before", () => {
  expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02])
  expect(holm([])).toEqual([])
  expect(holm([0.4, 0.9])).toEqual([0.8, 0.9])
})

test("Holm's correction is at least the p, at most Bonferroni's, and keeps the order", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 }), values => {
      const corrected = holm(values)
      values.forEach((p, i) => {
        expect(corrected[i]).toBeGreaterThanOrEqual(p)
        expect(corrected[i]).toBeLessThanOrEqual(Math.min(1, values.length * p))
        values.forEach((other, j) => {
          if (p <= other) expect(corrected[i]).toBeLessThanOrEqual(corrected[j] as number)
        })
      })
      // The definition as rejections, step by step, at some level.
      const level = 0.05
      const sorted = [...values].sort((a, b) => a - b)
      const stop = sorted.findIndex((p, i) => (values.length - i) * p > level)
      expect(corrected.filter(p => p <= level)).toHaveLength(stop === -1 ? values.length : stop)
    }),
  )
})

test('so many seeds suffice, and one less does not', () => {
  for (const m of [1, 7, 14, 49]) {
    expect(m * smallestP(seedsNeeded(m, 0.05))).toBeLessThanOrEqual(0.05)
    expect(m * smallestP(seedsNeeded(m, 0.05) - 1)).toBeGreaterThan(0.05)
  }
})

test('the bootstrap interval is the same each time, moves and scales with its values, and needs five', () => {
  const sample = [0.012, 0.004, 0.009, 0.011, 0.007, -0.002]
  const [low, high] = bootstrapInterval(sample)!
  expect(bootstrapInterval(sample)).toEqual([low, high])
  const moved = bootstrapInterval(sample.map(value => 3 * value + 1))!
  expect(moved[0]).toBeCloseTo(3 * low + 1, 12)
  expect(moved[1]).toBeCloseTo(3 * high + 1, 12)
  expect(low).toBeGreaterThanOrEqual(-0.002)
  expect(high).toBeLessThanOrEqual(0.012)
  expect(bootstrapInterval([1, 1, 1, 1, 1])).toEqual([1, 1])
  expect(bootstrapInterval([1, 2, 3, 4])).toBeUndefined()
})

test.each([
  [5, 0.89],
  [8, 0.91],
  [16, 0.925],
])('of %d normal values the bootstrap interval holds the mean in well over %d of samples', (n, least) => {
  const samples = 300
  const draws = normals(stream(9, n), n * samples)
  let held = 0
  for (let i = 0; i < samples; i++) {
    const [low, high] = bootstrapInterval(Array.from(draws.subarray(i * n, (i + 1) * n), z => 5 + z))!
    if (low <= 5 && 5 <= high) held++
  }
  expect(held / samples).toBeGreaterThan(least)
  expect(held / samples).toBeLessThan(0.985)
})

test('paired statistics: mean, wins, ties and d_z by hand', () => {
  // Mean 2, deviations -1, 0, 1, 2, -2: variance 10 / 4.
  const { mean, effect, pairs, wins, ties } = pairedStatistics([1, 2, 3, 4, 0])
  expect({ mean, pairs, wins, ties }).toEqual({ mean: 2, pairs: 5, wins: 4, ties: 1 })
  expect(effect).toBeCloseTo(2 / Math.sqrt(2.5), 12)
  expect(pairedStatistics([0.1, 0.1, 0.1, 0.1, 0.1])).not.toHaveProperty('effect')
  expect(pairedStatistics([1, 2, 3, 4])).not.toHaveProperty('effect')
  expect(pairedStatistics([0.1])).toEqual({ pairs: 1, mean: 0.1, wins: 1, ties: 0, p: 1, smallest: 1, exact: true })
})
