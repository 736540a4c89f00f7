/** What is not a number is not hidden: where a norm decides, its NaN reaches all that the norm decides about. */
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import * as P from '../../src/index.js'
import { backends, useBackend } from '../support/backend.js'

type Numbers = Readonly<Record<string, readonly number[]>>

const updatesOf = (
  transform: P.GradientTransform<unknown>,
  grads: Numbers,
  params: Numbers = grads,
): readonly number[] => {
  const tensors = (numbers: Numbers) =>
    Object.fromEntries(Object.entries(numbers).map(([name, values]) => [name, tf.tensor1d([...values])]))
  return tf.tidy(() => {
    const optimizer = P.compile(transform)
    const [g, p] = [tensors(grads), tensors(params)]
    const [updates] = optimizer.update(g, optimizer.init(p), p, { loss: 1, epoch: 1, totalEpochs: 2 })
    return Object.values(updates).flatMap(x => [...x.dataSync()])
  })
}

const nan = Number.NaN
const ones = { a: [1, 1] }

describe.each(backends)('on %s', backend => {
  beforeAll(() => useBackend(backend))

  test.each([
    ['clipByNorm', P.clipByNorm(1)],
    ['adaptiveGradClip', P.adaptiveGradClip(0.1)],
    ['boundedResidual', P.boundedResidual(P.scale(100), 0.5)],
    ['orthogonalResidual', P.orthogonalResidual(P.scale(100))],
    ['homeostasis', P.homeostasis()],
    ['scaleByTrustRatio', P.scaleByTrustRatio()],
    ['normalize', P.normalize()],
    ['clipByBlockRms', P.clipByBlockRms(1)],
    ['normalizeByUpdateNorm', P.normalizeByUpdateNorm()],
    ['scaleByPolyak', P.scaleByPolyak()],
  ])('%s: with one NaN in a leaf, no element of it is a number', (_, transform) => {
    expect(updatesOf(transform, { a: [nan, 300] }, ones)).toEqual([nan, nan])
  })

  test.each([
    ['clipByGlobalNorm', P.clipByGlobalNorm(1)],
    ['normalize', P.normalize()],
    ['scaleByPolyak', P.scaleByPolyak()],
  ])('%s: with one NaN, no leaf has a number', (_, transform) => {
    const params = { a: [1, 1], b: [1] }
    expect(updatesOf(transform, { a: [nan, 3], b: [100] }, params)).toEqual([nan, nan, nan])
  })

  test('a ratio of norms is none where a parameter is none', () => {
    expect(updatesOf(P.scaleByTrustRatio(), { a: [1, 3] }, { a: [nan, 1] })).toEqual([nan, nan])
  })

  test('sm3: an element that is NaN is not taken for one that has seen nothing', () => {
    expect(updatesOf(P.sm3({ learningRate: 0.1 }), { a: [nan, 3] }, ones)[0]).toBe(nan)
  })
})
