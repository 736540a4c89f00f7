/** A chain without a learning rate climbs: said so, and of nothing else. */
import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test, vi } from 'vitest'
import { play, subjectOf } from '../../laws/index.js'
import * as P from '../../src/index.js'
import { explain } from '../../src/interpret/analysis.js'
import { onlyClimbs } from '../../src/interpret/ascent.js'
import { train } from '../../src/train/index.js'
import { useWasm } from '../../src/wasm/index.js'
import { table } from '../laws/table/index.js'
import { config } from '../train/runs.js'

beforeAll(() => useWasm())

const leaf = (...values: readonly number[]) => ({ shape: [values.length], values })
const shapes = { 'dense/kernel': [3], 'dense/bias': [2] }
const climbs = (transform: P.GradientTransform<unknown>) =>
  onlyClimbs(transform, {
    params: shapes,
    present: Object.keys(shapes),
    scalars: ['epoch', 'totalEpochs', 'loss'],
    trees: {},
  })

const { chain, scale, scaleByAdam, sgd, trace } = P

test.each([
  ['scaleByAdam', scaleByAdam()],
  ['scaleByAdam, nesterov', scaleByAdam({ nesterov: true })],
  ['identity', P.identity],
  ['trace', trace(0.9)],
  ['a clip and moments', chain(P.clipByGlobalNorm(1), scaleByAdam(), P.addDecayedWeights(0.01))],
  ['lion', P.scaleByLion()],
  ['a modulation', chain(P.plasticityGate(P.plasticity()), P.homeostasis())],
  ['a sign turned twice', chain(scale(-1), sgd())],
  ['rms', P.scaleByRms()],
  [
    'warm-up of a factor',
    chain(
      scale(context => P.scalarFrom(context, 'epoch', 'x').clipByValue(0, 1)),
      trace(0.9),
    ),
  ],
] as const)('%s climbs', (_, transform) => {
  expect(climbs(transform as P.GradientTransform<unknown>)).toBe(true)
})

test('no optimizer that ends in a learning rate does', () => {
  for (const { source, make } of table.filter(({ name }) =>
    /^(sgd|adam|adamw|lion|neuroPlastic|hybrid.*|controlled.*|prodigy|dog|cocob|madgrad|scheduleFree.*|momo.*|muon|lars|lamb|rprop|adafactor)$/.test(
      name,
    ),
  ))
    expect(climbs(make()), source).toBe(false)
})

// At parameters and in states that nothing of the rule's own has made: gradients of steady signs, which only sums with weights of
// at least 0 answer by updates of these very signs, once the parameters are 0.
const still = { 'dense/kernel': leaf(0, 0, 0), 'dense/bias': leaf(0, 0) }
const gradient = { 'dense/kernel': leaf(1, -2, 3), 'dense/bias': leaf(-0.5, 0.25) }

test('no false alarm on any row of the table of laws', () => {
  const alarmed = table.filter(({ make }) => {
    try {
      return climbs(make())
    } catch {
      return false // reads a tree that nobody gives here
    }
  })
  expect(alarmed.length).toBeGreaterThan(20)
  for (const { source, make } of alarmed)
    for (const { updates } of play(
      subjectOf(make()),
      { params: still, gradients: [gradient, gradient, gradient] },
      { move: false },
    ))
      for (const [name, { values }] of Object.entries(updates))
        for (const [i, u] of values.entries())
          expect(
            u * (gradient[name as keyof typeof gradient].values[i] as number),
            `${source}, ${name}`,
          ).toBeGreaterThanOrEqual(0)
})

/** What is warned of while `f` runs. */
const warnings = async (f: () => unknown): Promise<readonly string[]> => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  try {
    await f()
    return warn.mock.calls.map(([message]) => String(message))
  } finally {
    warn.mockRestore()
  }
}

test('toTfOptimizer says so once, at its first step; train says so; explain has it', async () => {
  const steps = (transform: P.GradientTransform<unknown>) => () => {
    const x = tf.variable(tf.scalar(1))
    const optimizer = P.toTfOptimizer(transform)
    for (let i = 0; i < 3; i++) optimizer.minimize(() => x.square().asScalar(), false, [x])
    x.dispose()
  }
  const [message, ...others] = await warnings(steps(scaleByAdam()))
  expect(message).toMatch(
    /^toTfOptimizer: every update of this transform goes up the gradient.*end the chain in scaleByLearningRate/,
  )
  expect(others).toEqual([])
  expect(await warnings(steps(P.adam()))).toEqual([])
  expect(await warnings(() => train(config({ transform: trace(0.9), epochs: 1 })))).toEqual([
    expect.stringMatching(/^train: every update of this transform goes up the gradient/),
  ])
  expect(await warnings(() => train(config({ epochs: 1 })))).toEqual([])
  expect([explain(scaleByAdam()).climbs, explain(P.adam()).climbs]).toEqual([true, false])
})
