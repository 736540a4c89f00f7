/** Shuffling keeps the values and loses their places, anew for each step, leaf and seed. */
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { compile, shuffleWithinLeaf } from '../../src/index.js'

const values = Array.from({ length: 50 }, (_, i) => i)
const leaves = () => ({
  a: tf.tensor1d(values),
  b: tf.tensor1d(values),
  pair: tf.tensor1d([0, 1]),
  one: tf.tensor1d([7]),
})

/** What comes out at each of some steps, by leaf. */
const shuffled = (seed: number, steps: number, count = 0) => {
  const optimizer = compile(shuffleWithinLeaf(seed))
  const params = leaves()
  let state = { ...optimizer.init(params), count }
  return Array.from({ length: steps }, () => {
    const [updates, next] = optimizer.update(params, state, params)
    state = next
    return Object.fromEntries(Object.entries(updates).map(([name, u]) => [name, Array.from(u.dataSync())]))
  })
}

test('the values stay, their places go', () => {
  const [first] = shuffled(0, 1)
  expect(first?.a).not.toEqual(values)
  expect(first?.a?.toSorted((x, y) => x - y)).toEqual(values)
  expect(first?.one).toEqual([7])
})

test('each step, leaf and seed has a permutation of its own, and repeats it', () => {
  const [first, second] = shuffled(0, 2)
  expect(second?.a).not.toEqual(first?.a)
  expect(first?.b).not.toEqual(first?.a)
  expect(shuffled(1, 1)[0]?.a).not.toEqual(first?.a)
  expect(shuffled(0, 1, 1)[0]).toEqual(second)
})

test('a pair is turned round at some steps', () => {
  const turned = shuffled(0, 20).filter(({ pair }) => pair?.[0] === 1).length
  expect(turned).toBeGreaterThan(3)
  expect(turned).toBeLessThan(17)
})
