import { expect, test } from 'vitest'
import { summarize } from '../../src/cli/summary.js'
import { divergedRun, rows, run } from './fixtures.js'

const runs = [
  run('neuroplastic', 0, [0.7, 0.9, 0.8]),
  run('neuroplastic', 1, [0.7, 0.8, 0.86]),
  run('grad-only', 0, [0.7, 0.7, 0.7]),
  run('grad-only', 1, [0.7, 0.7, 0.9]),
  divergedRun('alpha-one', 0),
  run('alpha-one', 1, [0.5, 0.6, 0.85]),
]
const [neuroplastic, gradOnly, alphaOne, adam] = summarize(rows, runs)

test('final accuracy is that of the last epoch, best that of the best, both over seeds', () => {
  expect(neuroplastic?.finalAccuracy?.mean).toBeCloseTo(0.83)
  expect(neuroplastic?.finalAccuracy?.sd).toBeCloseTo(Math.sqrt(2) * 0.03)
  expect(neuroplastic?.bestAccuracy?.mean).toBeCloseTo(0.88)
  expect(neuroplastic?.secondsPerEpoch).toBe(2)
})

test('gaps pair the seeds that both completed', () => {
  expect(neuroplastic?.gaps['grad-only']).toMatchObject({ pairs: 2, wins: 1, ties: 0 })
  expect(neuroplastic?.gaps['grad-only']?.mean).toBeCloseTo((0.1 - 0.04) / 2)
  expect(neuroplastic?.gaps['alpha-one']).toMatchObject({ pairs: 1, wins: 1 })
  expect(neuroplastic?.gaps['alpha-one']?.mean).toBeCloseTo(0.01)
})

test('a variant has no gap to itself, nor to a control of another, and a diverged run counts in no mean', () => {
  expect(Object.keys(gradOnly?.gaps ?? {})).toEqual(['alpha-one'])
  expect(
    summarize(
      rows.map(({ controls: _, ...rest }) => rest),
      runs,
    )[1]?.gaps,
  ).toEqual({})
  expect(alphaOne).toMatchObject({ completed: 1, diverged: 1, finalAccuracy: { mean: 0.85 } })
})

test('a variant without completed runs has no figures', () => {
  expect(adam).toEqual({ variant: 'adam', role: 'baseline', controls: [], completed: 0, diverged: 0, gaps: {} })
})

test('alpha is that of the last epoch, averaged over seeds, its range the widest', () => {
  const alpha = { mean: 1, sd: 0.4, min: 0.2, max: 1.5, nearLow: 0.1, nearHigh: 0 }
  const later = { mean: 0.5, sd: 0.2, min: 0.3, max: 2, nearLow: 0.3, nearHigh: 0.2 }
  const withAlpha = [alpha, later].map((statistics, seed) => {
    const plain = run('neuroplastic', seed, [0.1, 0.2])
    const [first, last] = plain.epochs
    return {
      ...plain,
      epochs: [
        { ...first!, alpha: { ...alpha, mean: 99 } },
        { ...last!, alpha: statistics },
      ],
    }
  })
  const summary = summarize(rows, withAlpha)[0]?.alpha
  expect(summary?.mean).toBeCloseTo(0.75)
  expect(summary?.nearLow).toBeCloseTo(0.2)
  expect(summary).toMatchObject({ min: 0.2, max: 2 })
})

test('intervals are wider where two variants with plasticity share the error', () => {
  const seeds = [0, 1, 2, 3, 4]
  const many = seeds.flatMap(seed => [
    run('neuroplastic', seed, [0.8 + 0.01 * seed]),
    run('grad-only', seed, [0.8]),
    run('alpha-one', seed, [0.8]),
  ])
  const width = (subset: typeof rows) => {
    const [low, high] = summarize(subset, many)[0]!.gaps['alpha-one']!.interval!
    return high - low
  }
  expect(width(rows)).toBeGreaterThan(1.1 * width(rows.filter(({ name }) => name !== 'grad-only')))
})
