/** A rule's identity: the same for equal rules, another for any change. */
import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { arbitraryTransform, type Written } from '../../laws/index.js'
import * as P from '../../src/index.js'
import { identityOf } from '../../src/interpret/analysis.js'
import * as optimizers from '../../src/optimizers/catalogue.js'
import { useBackend } from '../support/backend.js'
import { seed } from '../support/seed.js'

beforeAll(() => useBackend('wasm'))

type T = P.GradientTransform<unknown>

const shapes = { 'conv/kernel': [3, 3, 1, 2], 'dense/kernel': [3, 2], 'dense/bias': [2] }
const id = (transform: T): string => identityOf(transform, { shapes })

describe('another identity has', () => {
  const noise = (options: object) => P.noisySgd({ learningRate: 0.1, ...options })
  const custom = (changes: object) =>
    P.leafwise(g =>
      P.opaque(
        {
          name: 'double',
          version: 1,
          attributes: {},
          run: ([x]: readonly unknown[]) => tf.mul(x as tf.Tensor, 2),
          ...changes,
        },
        g.shape,
        [g],
      ),
    )
  const evaluated = (at: number): T => ({
    ...P.scale(0.1),
    evaluate: params => P.tree.map((p: P.Expr) => p.mul(at))(params),
  })
  test.each<readonly [string, T, T]>([
    ['fewer Newton-Schulz steps', P.muon({ nsSteps: 5 }), P.muon({ nsSteps: 2 })],
    ['other Newton-Schulz coefficients', P.muon(), P.muon({ nsCoeffs: 'dion' })],
    ['one of them in the last digit', P.muon({ nsCoeffs: [3, -4, 2] }), P.muon({ nsCoeffs: [3, -4, 2 + 2 ** -51] })],
    ['another seed of noise', noise({ seed: 1 }), noise({ seed: 2 })],
    ['another seed of a shuffle', P.shuffleWithinLeaf(1), P.shuffleWithinLeaf(2)],
    [
      'a control with another seed',
      P.alphaShuffled({ learningRate: 0.1 }),
      P.alphaShuffled({ learningRate: 0.1, seed: 1 }),
    ],
    [
      'a number that differs in the 11th digit',
      P.sgd({ learningRate: 0.123456789 }),
      P.sgd({ learningRate: 0.12345678901 }),
    ],
    [
      'a schedule of another length',
      P.adam({ learningRate: P.linear(1, 0, 100) }),
      P.adam({ learningRate: P.linear(1, 0, 101) }),
    ],
    [
      'another start of the state',
      P.injectHyperparameters(P.sgd, { learningRate: 0.1 }),
      P.injectHyperparameters(P.sgd, { learningRate: 0.2 }),
    ],
    ['another place of the state', P.chain(P.trace(0.9), P.identity), P.chain(P.identity, P.trace(0.9))],
    ['other leaves', P.masked(P.named(/kernel/), P.scale(2)), P.masked(P.named(/bias/), P.scale(2))],
    ['another order', P.chain(P.scale(2), P.clipByNorm(1)), P.chain(P.clipByNorm(1), P.scale(2))],
    ['another version of an operation', custom({}), custom({ version: 2 })],
    ['another name of it', custom({}), custom({ name: 'twice' })],
    ['other attributes', custom({}), custom({ attributes: { by: 2 } })],
    ['other source text', custom({}), custom({ run: ([x]: readonly unknown[]) => tf.mul(x as tf.Tensor, 3) })],
    ['other weights to evaluate at', evaluated(0), evaluated(1)],
    ['slices of the whole in other places', P.flatten(P.scale(1)), P.identity],
  ])('%s', (_, a, b) => {
    expect(id(a)).not.toBe(id(b))
  })

  test('each optimizer of the library', () => {
    const ids = Object.values(optimizers).map(make => id((make as (options?: object) => T)()))
    expect(new Set(ids).size).toBe(ids.length)
    for (const identity of ids) expect(identity).toMatch(/^[0-9a-f]{64}$/)
  })

  test('the same rule over other leaves: of another name, shape or order', () => {
    const { 'dense/bias': bias, ...rest } = shapes
    const others = [
      shapes,
      { ...rest, 'dense/offset': bias },
      { ...rest, 'dense/bias': [3] },
      { 'dense/bias': bias, ...rest },
    ].map(leaves => identityOf(P.sgd({ learningRate: 0.1 }), { shapes: leaves }))
    expect(new Set(others).size).toBe(4)
  })
})

describe('the same identity has', () => {
  const watched = (label: string, f: T): T => P.observe(label, f)
  test.each<readonly [string, T, T]>([
    ['a rule made again', P.neuroPlastic(), P.neuroPlastic()],
    ['a default that is said', P.adam(), P.adam({ b1: 0.9 })],
    ['a rule that is observed', P.adam(), watched('u', P.adam())],
    ['a part that is observed', P.chain(P.trace(0.9), P.scale(2)), P.chain(watched('m', P.trace(0.9)), P.scale(2))],
    [
      'a condition that is observed',
      P.leafwise(g => g.greater(0).where(g, 0)),
      P.leafwise(g => g.greater(0).observe('positive').where(g, 0)),
    ],
    [
      'an unused part, and another',
      P.leafwise(g => g.mul(2)),
      P.leafwise(g => {
        g.exp().add(g.norm())
        return g.mul(2)
      }),
    ],
    ['wiring without numbers', P.chain(P.scale(2), P.identity), P.chain(P.identity, P.scale(2))],
    ['a weighted sum of one', P.scale(2), P.weightedSum([1, P.scale(2)])],
  ])('%s', (_, a, b) => {
    expect(id(b)).toBe(id(a))
  })
})

/** Updates of 20 steps on gradients from a seed. */
const updatesOf = (transform: T): readonly (readonly number[])[] =>
  tf.tidy(() => {
    const tensors = (from: number): P.Tensors =>
      Object.fromEntries(
        Object.entries(shapes).map(([leaf, shape], i) => [leaf, tf.randomNormal(shape, 0, 1, 'float32', from + i)]),
      )
    const optimizer = P.compile(transform)
    let params = tensors(7)
    let state = optimizer.init(params)
    return Array.from({ length: 20 }, (_, step) => {
      const context = { epoch: step, totalEpochs: 20, loss: 1 / (1 + step) }
      const [updates, next] = optimizer.update(tensors(100 + 10 * step), state, params, context)
      params = P.applyUpdates(params, updates)
      state = next
      return Object.values(updates).flatMap(u => [...new Uint32Array(u.dataSync().slice().buffer)])
    })
  })

test('rules of equal identity have equal updates, bit for bit over 20 steps; rules of different updates, different ones', () => {
  const observed = ({ transform, ...rest }: Written): Written => ({ ...rest, transform: P.observe('u', transform) })
  let equal = 0
  let different = 0
  fc.assert(
    fc.property(arbitraryTransform(), arbitraryTransform(), fc.nat(3), (first, other, way) => {
      const second = way === 0 ? other : way === 1 ? first : observed(first)
      const [a, b] = [first.transform, second.transform].map(updatesOf)
      const same = id(first.transform) === id(second.transform)
      if (same) equal++
      else different++
      if (same) expect(b).toEqual(a)
      if (way > 0) expect(same).toBe(true)
    }),
    { seed, numRuns: 60 },
  )
  expect(equal).toBeGreaterThan(20)
  expect(different).toBeGreaterThan(5)
})
