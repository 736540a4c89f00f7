/** The learning rate of what toTfOptimizer returns: the commonest idiom of programs for TensorFlow.js. */
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import * as P from '../../src/index.js'
import '../../src/config/index.js'
import { backends, useBackend } from '../support/backend.js'
import { dataOf, fit, loaded, modelOf, saved } from '../support/layersModel.js'

const { chain, linear, scaleByLearningRate, sgd, toTfOptimizer } = P

afterEach(() => tf.disposeVariables())

/** How far a step of gradient 1 goes down. */
const stepOf = (optimizer: tf.Optimizer, x: tf.Variable): number => {
  const before = x.dataSync()[0] as number
  optimizer.minimize(() => x.asScalar(), false, [x])
  return before - (x.dataSync()[0] as number)
}

describe.each(backends)('on %s', backend => {
  beforeAll(() => useBackend(backend))

  test('what is written is the next step, and what is read', () => {
    const optimizer = toTfOptimizer(sgd({ learningRate: 0.5 }))
    const x = tf.variable(tf.scalar(0), true, 'x')
    expect(optimizer.learningRate).toBe(0.5)
    expect(stepOf(optimizer, x)).toBe(0.5)
    optimizer.learningRate = 0.25
    expect(optimizer.learningRate).toBe(0.25)
    expect(stepOf(optimizer, x)).toBe(0.25)
    optimizer.learningRate *= 0.5
    expect(stepOf(optimizer, x)).toBe(0.125)
  })

  test('a schedule is read where it is, and replaced by what is written', () => {
    const optimizer = toTfOptimizer(chain(scaleByLearningRate(linear(1, 0, 4))))
    const x = tf.variable(tf.scalar(0), true, 'x')
    expect(optimizer.learningRate).toBe(1)
    expect([stepOf(optimizer, x), stepOf(optimizer, x)]).toEqual([1, 0.75])
    expect(optimizer.learningRate).toBe(0.5)
    optimizer.learningRate = 2
    expect([stepOf(optimizer, x), stepOf(optimizer, x)]).toEqual([2, 2])
  })

  test('writing traces nothing anew', () => {
    let traces = 0
    const counting = P.leafwise(g => {
      traces += 1
      return g
    })
    const optimizer = toTfOptimizer(chain(counting, scaleByLearningRate(0.5)))
    const x = tf.variable(tf.scalar(0), true, 'x')
    stepOf(optimizer, x)
    const before = traces
    for (const rate of [1, 2, 4]) {
      optimizer.learningRate = rate
      expect(stepOf(optimizer, x)).toBe(rate)
    }
    expect(traces).toBe(before)
  })

  test('a saved model keeps what was written', async () => {
    const optimizer = toTfOptimizer(P.adam({ learningRate: 0.01 }))
    const model = modelOf(optimizer)
    const data = dataOf()
    await fit(model, data, 1)
    optimizer.learningRate = 0.125
    const again = await loaded(await saved(model))
    expect((again.optimizer as P.TfOptimizer).learningRate).toBe(0.125)
    expect(await fit(again, data, 3)).toEqual(await fit(model, data, 3))
  })
})

const step = () => scaleByLearningRate(0.5)
const sees: Readonly<Record<string, P.GradientTransform<unknown>>> = {
  chain: chain(P.identity, step()),
  'chain in chain': chain(P.identity, chain(step())),
  namedChain: P.namedChain({ moments: P.identity, step: step() }),
  'a chain that goes on averaging': chain(step(), P.emaParams(0.5), P.snapshot('seen')),
  observe: P.observe('u', step()),
  masked: P.masked(P.allLeaves, step()),
  partition: P.partition(name => (name === 'x' ? 'x' : 'rest'), { x: step(), rest: P.zero }),
  freeze: P.freeze(() => false, step()),
  when: P.when(() => P.scalar(1), step()),
  multiSteps: P.multiSteps(step(), 1),
  applyIfFinite: P.applyIfFinite(step()),
  skipLargeUpdates: P.skipLargeUpdates(step(), { maxSquaredNorm: 1e9 }),
  flatten: P.flatten(step()),
  perLeaf: P.perLeaf(step()),
  provide: P.provide('x', P.identity, step()),
  injectHyperparameters: P.injectHyperparameters(sgd, { learningRate: 0.5 }),
  'injectHyperparameters, a schedule': P.injectHyperparameters(sgd, { learningRate: linear(0.5, 0.25, 1000) }),
  lookahead: P.lookahead(sgd({ learningRate: 0.5 })),
  sam: P.sam(sgd({ learningRate: 0.5 }), P.zero, { syncPeriod: 1 }),
  scheduleFreeSgd: P.scheduleFreeSgd({ learningRate: 0.5 }),
  withLearningRateController: P.withLearningRateController(
    0.5,
    P.leafwise(g => P.fill(g, 1)),
  ),
  neuroPlastic: P.neuroPlastic({ learningRate: 0.5 }),
  controlledNeuroPlastic: P.controlledNeuroPlastic('global', { learningRate: 0.5 }),
}

describe('it is seen through', () => {
  beforeAll(() => useBackend('cpu'))

  test.each(Object.entries(sees))('%s', (_, transform) => {
    const x = tf.variable(tf.scalar(0), true, 'x')
    const [before, after] = [toTfOptimizer(transform), toTfOptimizer(transform)]
    expect(after.learningRate).toBe(0.5)
    const own = stepOf(before, x)
    after.learningRate = 0.125
    expect(after.learningRate).toBe(0.125)
    x.assign(tf.scalar(0))
    const written = stepOf(after, x)
    expect(own).not.toBe(0)
    expect(written).toBeCloseTo(own / 4, 6)
  })

  test('every optimizer of the catalogue that ends in one says what it was given', () => {
    const { adam, adamw, adagrad, lion, rmsprop, dog, polyakSgd, nadam } = P
    for (const optimizer of [adam, adamw, adagrad, lion, rmsprop, dog, nadam])
      expect(toTfOptimizer(optimizer({ learningRate: 0.375 })).learningRate).toBe(0.375)
    expect(toTfOptimizer(polyakSgd({ scaling: 0.375 })).learningRate).toBe(0.375)
    expect(toTfOptimizer({ optimizer: 'adam', learningRate: 0.375 }).learningRate).toBe(0.375)
    expect(toTfOptimizer({ optimizer: 'neuroplastic', learningRate: 0.375 }).learningRate).toBe(0.375)
  })
})

describe('refused', () => {
  test('where the chain ends in none, or in several', () => {
    const several = P.partition(name => (name === 'x' ? 'x' : 'rest'), { x: sgd(), rest: P.adam() })
    // A copy with another update is no longer what its learning rate was of.
    const copied = { ...step(), update: P.identity.update } as P.GradientTransform<unknown>
    for (const transform of [P.scaleByAdam(), chain(step(), P.scaleByAdam()), P.cocob(), several, copied]) {
      const optimizer = toTfOptimizer(transform)
      expect(() => optimizer.learningRate).toThrow('does not end in one learning rate')
      expect(() => {
        optimizer.learningRate = 0.1
      }).toThrow('does not end in one learning rate')
    }
  })

  test('out of its range', () => {
    const optimizer = toTfOptimizer(sgd())
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '0.1', undefined])
      expect(() => {
        optimizer.learningRate = value as number
      }).toThrow(/learningRate must be a number in \(0, inf\)/)
    expect(optimizer.learningRate).toBe(0.01)
  })
})
