/** Configurations that nobody means well with: a Left, and soon. */
import * as tf from '@tensorflow/tfjs'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { compile, fromConfig } from '../../src/index.js'

const nested = (depth: number, leaf: unknown, wrap: (inner: unknown) => unknown): unknown =>
  depth === 0 ? leaf : wrap(nested(depth - 1, leaf, wrap))
const knot: Record<string, unknown> = { schedule: 'warmUp', steps: 1 }
knot.next = knot
const many = (n: number): Readonly<Record<string, number>> =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`${i + 1}`, 1]))

const shared = nested(9, { schedule: 'constant', value: 1 }, inner => ({
  schedule: 'joined',
  schedules: Array.from({ length: 8 }, () => inner),
  boundaries: [1, 2, 3, 4, 5, 6, 7],
}))

test.each<readonly [string, unknown, RegExp]>([
  [
    'more Newton-Schulz steps than numbers',
    { optimizer: 'muon', nsSteps: 1e308 },
    /^nsSteps must be an integer in \[0, 100\]; got 1e\+308$/,
  ],
  ['ten million Newton-Schulz steps', { optimizer: 'muon', nsSteps: 1e7 }, /^nsSteps must be an integer in \[0, 100\]/],
  ['shared children nine levels deep', { optimizer: 'sgd', learningRate: shared }, /at most 1000 values/],
  ['a knot', { optimizer: 'sgd', learningRate: knot }, /at most 1000 values|nested too deeply/],
  [
    '100,000 unknown keys',
    { optimizer: 'sgd', ...Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => [`k${i}`, 1])) },
    /at most 1000 values/,
  ],
  [
    '100,000 factors',
    { optimizer: 'sgd', learningRate: { schedule: 'piecewiseConstant', initial: 1, factors: many(1e5) } },
    /at most 1000 values/,
  ],
  ['a word of two million letters', { optimizer: 'x'.repeat(2e6) }, /^optimizer must be one of .{1,4000}$/s],
  [
    'a key of two million letters',
    { optimizer: 'sgd', ['x'.repeat(2e6)]: 1 },
    /^x{60}\.\.\. \(2000000 characters\) is not a key$/,
  ],
])('%s', (_, config, message) => {
  const start = performance.now()
  const found = fromConfig(config)
  expect(performance.now() - start).toBeLessThan(2_000)
  expect(E.isLeft(found) && found.left[0]).toMatch(message)
})

test('900 factors are a schedule, and its rule runs', () => {
  const found = fromConfig({
    optimizer: 'sgd',
    learningRate: { schedule: 'piecewiseConstant', initial: 1, factors: many(900) },
  })
  if (E.isLeft(found)) throw new Error(found.left.join('\n'))
  const optimizer = compile(found.right)
  const params = { w: tf.scalar(1) }
  const [updates] = optimizer.update(params, optimizer.init(params), params)
  expect(updates.w?.dataSync()[0]).toBe(-1)
})
