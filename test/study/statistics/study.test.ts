import { describe, expect, test } from 'vitest'
import { cellResults } from '../../../src/study/statistics/cells.js'
import { beyondReach, claims, reachOf } from '../../../src/study/statistics/claims.js'
import { comparisons } from '../../../src/study/statistics/comparisons.js'
import { ranking, ranks } from '../../../src/study/statistics/ranking.js'
import { epochsToThresholds } from '../../../src/study/statistics/thresholds.js'
import { completed, diverged, resultOf, runsOf, spec, sweep } from '../fixtures.js'

const finals = (variant: string, values: readonly (number | undefined)[]) =>
  values.map((value, seed) =>
    value === undefined ? diverged(spec(variant, seed)) : completed(spec(variant, seed), value),
  )

test('pairs runs by seed and cell, leaves diverged ones out, and counts them', () => {
  const runs = [
    ...finals('neuroplastic', [0.9, 0.8, undefined, 0.7]),
    ...finals('alpha-one', [0.85, 0.85, 0.9]),
    ...[completed(spec('alpha-one', 0, { fraction: 0.5 }), 0.1)],
  ].toReversed()
  const result = resultOf(runs)
  const [comparison, ...none] = comparisons(result, cellResults(result))
  expect(none).toEqual([])
  expect(comparison).toMatchObject({ variant: 'neuroplastic', against: 'alpha-one', diverged: 1, role: 'control' })
  expect(comparison?.gap?.pairs).toBe(2)
  expect(comparison?.gap?.mean).toBeCloseTo(0, 12)
  expect(comparison?.gap?.wins).toBe(1)
})

test('by loss, the lower one is ahead', () => {
  const runs = [...finals('neuroplastic', [0.9, 0.9]), ...finals('alpha-one', [0.8, 0.7])]
  const result = resultOf(runs, { metric: 'loss' })
  // The loss of the made-up runs is 2 (1 - accuracy).
  expect(comparisons(result, cellResults(result))[0]?.gap?.mean).toBeCloseTo(0.3, 12)
})

test("Holm's correction is over all cells, and over comparisons with others than own controls that have a p", () => {
  const result = resultOf([0.5, 1].flatMap(fraction => runsOf(3, { fraction }, ['neuroplastic', 'alpha-one', 'adam'])))
  const all = comparisons(result, cellResults(result))
  expect(all).toHaveLength(4)
  expect(all.map(({ own, corrected }) => own === (corrected === undefined))).toEqual([true, true, true, true])
  const others = all.filter(({ own }) => !own)
  const smallest = Math.min(...others.map(({ gap }) => gap?.p ?? 1))
  expect(Math.min(...others.map(({ corrected }) => corrected ?? 1))).toBe(Math.min(1, 2 * smallest))
})

test('reports the chosen settings, else those with the best mean that never diverged', () => {
  const runs = sweep([0.01, 0.1, 1])
  const settings = (choices: Parameters<typeof resultOf>[1]) =>
    cellResults(resultOf(runs, { selection: 'all', ...choices }))[0]?.variants.map(({ variant, settings }) => [
      variant,
      settings.learningRate,
    ])
  expect(settings({})).toEqual([
    ['neuroplastic', 0.1],
    ['alpha-one', 0.01],
    ['adam', 0.01],
  ])
  const [cell] = cellResults(resultOf(runs))
  const choice = { variant: 'neuroplastic', cell: cell?.name ?? '', settings: { learningRate: 0.01 }, scores: [] }
  expect(settings({ choices: [choice] })?.[0]).toEqual(['neuroplastic', 0.01])
  expect(cell?.groups).toHaveLength(9)
})

test('a setting that diverged on a seed is not reported for its other seeds, where another never did', () => {
  const [good, better] = [0.01, 0.1].map(learningRate => ({ settings: { learningRate } }))
  const runs = [
    completed(spec('adam', 0, good), 0.8),
    completed(spec('adam', 1, good), 0.8),
    completed(spec('adam', 0, better), 0.9),
    diverged(spec('adam', 1, better)),
  ]
  expect(cellResults(resultOf(runs))[0]?.variants[0]?.settings).toEqual(good?.settings)
})

test('ranks: the highest first, equal ones share their places', () => {
  expect(ranks([3, 1, 2])).toEqual([1, 3, 2])
  expect(ranks([2, 2, 1, 2])).toEqual([2, 2, 4, 2])
})

test('ranking: diverged runs last, seeds that a variant lacks left out', () => {
  const runs = [
    ...finals('neuroplastic', [0.9, undefined, 0.7]),
    ...finals('adam', [0.8, 0.6]),
    ...finals('sgd', [0.7, 0.5]),
  ]
  const cells = cellResults(resultOf(runs))
  expect(ranking('accuracy', cells).map(({ variant, rank, blocks }) => [variant, rank.mean, blocks])).toEqual([
    ['adam', 1.5, 2],
    ['neuroplastic', 2, 2],
    ['sgd', 2.5, 2],
  ])
  expect(ranking('accuracy', cellResults(resultOf(finals('adam', [0.8]))))).toEqual([])
})

test('epochs to what the worst and the median variant reach in the end', () => {
  const runs = [...finals('neuroplastic', [0.7, 0.7]), ...finals('adam', [0.8, 0.8]), ...finals('sgd', [0.9, 0.65])]
  const [cell] = cellResults(resultOf(runs))
  const found = epochsToThresholds('accuracy', cell!)
  expect(found.map(({ threshold }) => threshold.value)).toEqual(
    [0.7, 0.7, 0.7, 0.775, 0.775, 0.775].map(value => expect.closeTo(value, 9)),
  )
  // Adam starts at 0.8 - 0.2 (exp(-1/2) - exp(-3)) = 0.689, and has 0.736 after its second epoch.
  expect(found[1]).toMatchObject({ variant: 'adam', epochs: 2, reached: 2, runs: 2 })
  const sgd = found[2]
  expect(sgd).toMatchObject({ variant: 'sgd', reached: 1, runs: 2 })
  expect(sgd).not.toHaveProperty('epochs')
})

describe('claims', () => {
  const of = (
    gaps: Readonly<Record<string, readonly number[]>>,
    controls?: Readonly<Record<string, readonly string[]>>,
  ) => {
    const runs = Object.entries(gaps).flatMap(([variant, own]) =>
      finals(
        variant,
        own.map(gap => 0.8 + gap),
      ),
    )
    const result = resultOf(runs, controls && { controls })
    const cells = cellResults(result)
    return claims(result, cells, comparisons(result, cells))
  }
  const level = (gap: number) => Array<number>(8).fill(gap)
  const most = level(0.01).with(0, -0.002)

  test('the p is the largest over the own controls, 1 where it is not ahead of one', () => {
    const [claim] = of({ neuroplastic: most, 'alpha-one': level(0), 'alpha-shuffled': level(-1) })
    expect(claim).toMatchObject({ p: 4 / 256, corrected: 4 / 256, seeds: 8, smallest: 2 / 256 })
    expect(of({ neuroplastic: most, 'alpha-one': level(0), 'alpha-shuffled': level(1) })[0]?.p).toBe(1)
    expect(of({ neuroplastic: level(0), 'alpha-one': level(0) })[0]?.p).toBe(1)
  })

  test("Holm's correction is over claims, however many controls and others there are", () => {
    const gaps = {
      neuroplastic: level(0.01),
      'grad-only': level(0.01),
      'alpha-one': level(0),
      'alpha-shuffled': level(0),
      adam: level(0),
      sgd: level(0),
    }
    expect(of(gaps).map(({ variant, p, corrected }) => [variant, p, corrected])).toEqual([
      ['neuroplastic', 2 / 256, 4 / 256],
      ['grad-only', 2 / 256, 4 / 256],
    ])
  })

  test('a rule without an alpha makes none, and a missing control leaves it open', () => {
    expect(of({ neuroplastic: level(0.01), adam: level(0) })).toEqual([])
    const [claim] = of({ neuroplastic: level(0.01), 'alpha-one': level(0) }, { neuroplastic: ['alpha-one', 'gone'] })
    expect(claim).toMatchObject({ seeds: 0 })
    expect(claim).not.toHaveProperty('p')
  })

  test('what the seeds can show is known before', () => {
    expect(beyondReach(reachOf(5, 1))).toEqual({ seedsNeeded: 6 })
    expect(beyondReach(reachOf(6, 1))).toBeUndefined()
    expect(beyondReach(reachOf(8, 10))).toEqual({ seedsNeeded: 9 })
    expect(beyondReach(reachOf(1, 0))).toBeUndefined()
  })
})
