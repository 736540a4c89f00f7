import { expect, test } from 'vitest'
import { summarize } from '../../src/cli/summary.js'
import { verdict } from '../../src/cli/verdict.js'
import { divergedRun, rows, run } from './fixtures.js'

const wobble = [0.003, -0.002, 0.001, -0.001, 0, 0.002, -0.003, 0.001]
const plastic = rows.filter(({ name }) => name !== 'grad-only')

/** Runs in which neuroplastic leads alpha-one by a gap, give or take a wobble. */
const leading = (gap: number, seeds: number) =>
  Array.from({ length: seeds }, (_, seed) => [
    run('neuroplastic', seed, [0.8 + gap + wobble[seed]!]),
    run('alpha-one', seed, [0.8]),
    run('adam', seed, [0.9]),
  ]).flat()

const sentence = (gap: number, seeds: number) => verdict(summarize(plastic, leading(gap, seeds)))

test('a clear gap over many seeds is called one, in its direction', () => {
  expect(sentence(0.02, 8)).toMatch(/neuroplastic does better than alpha-one \(\+2\.01 points.*ahead on 8 of 8 seeds\)/)
  expect(sentence(-0.02, 8)).toMatch(/neuroplastic does worse than alpha-one \(-1\.99 points.*ahead on 0 of 8 seeds\)/)
})

test('a gap that its interval does not tell from zero is no evidence', () => {
  expect(sentence(0, 8)).toMatch(/for an effect in neuroplastic there is no evidence/)
  expect(sentence(0, 8)).not.toMatch(/better|worse/)
})

test('few seeds cannot tell, however large the gap', () => {
  expect(sentence(0.2, 4)).toMatch(/^4 seeds cannot tell \(5 or more can\)/)
  expect(sentence(0.2, 1)).toMatch(/^1 seed cannot tell/)
  expect(sentence(0.2, 4)).not.toMatch(/better|worse|evidence/)
  expect(sentence(0.2, 5)).not.toMatch(/cannot tell/)
})

test('seeds lost to divergence do not count', () => {
  const runs = leading(0.02, 5).map(r => (r.variant === 'alpha-one' && r.seed === 0 ? divergedRun('alpha-one', 0) : r))
  expect(verdict(summarize(plastic, runs))).toMatch(
    /^4 seeds cannot tell.*; diverged, and left out: alpha-one on 1 of 5 seeds\.$/,
  )
})

test('each sentence about plasticity says what it takes to be an effect of it', () => {
  for (const gap of [-0.02, 0, 0.02])
    expect(sentence(gap, 8)).toMatch(/only what beats every control of its own rule, .* can be an effect of plasticity/)
})

test('whoever is ahead is told how to have the controls still to beat', () => {
  const controls = /; --controls all has the others\.$/
  expect(sentence(0.02, 8)).toMatch(controls)
  for (const gap of [-0.02, 0]) expect(sentence(gap, 8)).not.toMatch(controls)
})

test('without controls of its own, without a seed of theirs, or without plasticity, it says nothing', () => {
  const noControl = plastic.map(({ controls: _, ...rest }) => rest)
  expect(verdict(summarize(noControl, leading(0.1, 8)))).toMatch(
    /^It was not asked whether the modulation beats its own/,
  )
  const notRun = leading(0.1, 8).filter(({ variant }) => variant !== 'alpha-one')
  expect(verdict(summarize(plastic, notRun))).toMatch(/^This says nothing about plasticity: there is no seed/)
  const noPlasticity = plastic.filter(({ name }) => name !== 'neuroplastic')
  expect(verdict(summarize(noPlasticity, leading(0.1, 8)))).toMatch(/^This says nothing about plasticity: no variant/)
})

test('it is one sentence on one line', () => {
  for (const seeds of [1, 8]) expect(sentence(0.01, seeds)).toMatch(/^[^\n]*[^.\n]\.$/)
})
