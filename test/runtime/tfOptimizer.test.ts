/** A transform as a tf.Optimizer: how it steps, on cpu and on wasm. */
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import '../../src/config/index.js'
import * as P from '../../src/index.js'
import { backends, useBackend } from '../support/backend.js'
import { type Data, dataOf, fit, loaded, messageOf, modelOf, random, saved, weightsOf } from '../support/layersModel.js'

const { adam, hybridSgdMomentum, neuroPlastic, sgd, toTfOptimizer } = P

describe.each(backends)('%s', backend => {
  let data: Data
  beforeAll(async () => {
    await useBackend(backend)
    data = dataOf()
  })
  afterEach(() => tf.disposeVariables())

  test('fit gives the losses of tf.train.adam', async () => {
    const ours = await fit(modelOf(toTfOptimizer(adam({ learningRate: 0.01, eps: 1e-7 }))), data, 25)
    const theirs = await fit(modelOf(tf.train.adam(0.01)), data, 25)
    expect(ours.length).toBe(25) // of two steps each
    expect(theirs.at(-1)).toBeLessThan((theirs[0] as number) / 2)
    for (const [i, loss] of ours.entries()) expect(Math.abs(loss - (theirs[i] as number))).toBeLessThan(1e-4)
  })

  test('it steps as compile does, bit for bit', () => {
    const optimizer = toTfOptimizer(neuroPlastic({ learningRate: 0.1 }))
    const by = P.compile(neuroPlastic({ learningRate: 0.1 }))
    const start = { a: random([3, 2], 1), b: random([2], 2) }
    const variables = Object.entries(start).map(([name, x]) => tf.variable(x.clone(), true, name))
    let training = { params: start as P.Tensors, state: by.init(start) }
    for (const seed of [3, 5, 7]) {
      const grads = { a: random([3, 2], seed), b: random([2], seed + 1) }
      optimizer.applyGradients(grads)
      training = by.step(training, grads)
    }
    expect(variables.map(v => Array.from(v.dataSync()))).toEqual(
      Object.values(training.params).map(x => Array.from(x.dataSync())),
    )
    expect(optimizer.iterations).toBe(3)
  })

  test('applyGradients takes records and lists; a variable without a gradient stands still', () => {
    const optimizer = toTfOptimizer(sgd({ learningRate: 1, momentum: 0.5 }))
    const [x, y] = [tf.variable(tf.scalar(1), true, 'x'), tf.variable(tf.scalar(1), true, 'y')]
    const one = tf.scalar(1)
    const values = () => [x, y].map(v => v.dataSync()[0])
    optimizer.applyGradients({ x: one, y: one })
    expect(values()).toEqual([0, 0])
    optimizer.applyGradients([
      { name: 'x', tensor: one },
      { name: 'y', tensor: null as never },
    ])
    expect(values()).toEqual([-1.5, 0])
    optimizer.applyGradients([{ name: 'y', tensor: one }])
    expect(values()).toEqual([-1.5, -1.5])
    for (const name of ['z', 'constructor'])
      expect(() => optimizer.applyGradients({ [name]: one })).toThrow(`no tf.Variable is named '${name}'`)
    optimizer.applyGradients([{ name: 'x', tensor: null as never }])
    expect(values()).toEqual([-1.5, -1.5])
  })

  test('names that look like indices, and variables that come later and go', () => {
    const optimizer = toTfOptimizer(sgd({ learningRate: 1, momentum: 0.5 }))
    const x = tf.variable(tf.scalar(0), true, '12345')
    const proto = tf.variable(tf.scalar(0), true, 'late')
    optimizer.minimize(() => x.square().add(x).asScalar())
    expect(x.dataSync()[0]).toBe(-1)
    optimizer.minimize(() => x.add(proto).asScalar(), false, [x, proto])
    expect([x.dataSync()[0], proto.dataSync()[0]]).toEqual([-2.5, -1])
    x.dispose()
    const again = tf.variable(tf.scalar(0), true, '12345')
    optimizer.minimize(() => again.add(proto).asScalar(), false, [again, proto])
    expect([again.dataSync()[0], proto.dataSync()[0]]).toEqual([-1, -2.5])
    optimizer.dispose()
  })

  test('freezing a layer, training, and going on', async () => {
    const model = modelOf(toTfOptimizer(adam({ learningRate: 0.01 })))
    await fit(model, data, 2)
    const body = model.getLayer('body')
    const recompile = () => model.compile({ optimizer: model.optimizer, loss: 'meanSquaredError' })
    const [kernel] = weightsOf(model)
    body.trainable = false
    recompile()
    await fit(model, data, 2)
    expect(weightsOf(model)[0]).toEqual(kernel)
    // Saved while frozen: what the frozen layer had is not lost.
    const other = await loaded(await saved(model))
    await fit(other, data, 1)
    const third = await loaded(await saved(other))
    await fit(model, data, 1)
    for (const m of [model, other, third]) {
      m.getLayer('body').trainable = true
      m.compile({ optimizer: m.optimizer, loss: 'meanSquaredError' })
    }
    const losses = await fit(model, data, 2)
    expect(weightsOf(model)[0]).not.toEqual(kernel)
    expect(await fit(other, data, 2)).toEqual(losses)
    expect(await fit(third, data, 2)).toEqual(losses)
  })

  test('epochs come from the callback, and are asked for where nothing gives them', async () => {
    const transform = hybridSgdMomentum({ learningRate: 0.05, phaseScope: 'late', plasticity: { warmupEpochs: 3 } })
    const optimizer = toTfOptimizer(transform)
    const told = await fit(modelOf(optimizer), data, 6, { callbacks: [optimizer.callback()] })
    const counted = await fit(modelOf(toTfOptimizer(transform, { stepsPerEpoch: 2, totalEpochs: 6 })), data, 6)
    expect(told).toEqual(counted)
    expect(await messageOf(() => fit(modelOf(toTfOptimizer(transform)), data, 1))).toMatch(
      /this optimizer reads 'epoch', which nothing gives: give fit \{ callbacks: optimizer.callback\(\) \}/,
    )
  })

  test('the callback speaks for its own fit; counted epochs end with the last', async () => {
    const byEpoch = P.chain(
      P.scale(context => P.scalarFrom(context, 'epoch', 'the test')),
      P.scaleByLearningRate(1),
    )
    const optimizer = toTfOptimizer(byEpoch)
    const model = modelOf(optimizer)
    await fit(model, data, 1, { callbacks: optimizer.callback() })
    expect(await messageOf(() => fit(model, data, 1))).toMatch(/reads 'epoch', which nothing gives/)
    const counted = toTfOptimizer(byEpoch, { stepsPerEpoch: 2, totalEpochs: 2 })
    const x = tf.variable(tf.scalar(0), true, 'x')
    const seen = [1, 2, 3, 4, 5, 6].map(() => {
      const before = x.dataSync()[0] as number
      counted.minimize(() => x.asScalar())
      return before - (x.dataSync()[0] as number)
    })
    expect(seen).toEqual([1, 1, 2, 2, 2, 2])
  })

  const lossy = (entry = 'loss'): P.GradientTransform<unknown> =>
    P.chain(
      P.scale(context => P.scalarFrom(context, entry, 'the test')),
      P.scaleByLearningRate(1),
    )

  test('minimize knows the loss, applyGradients does not', () => {
    const optimizer = toTfOptimizer(lossy())
    const x = tf.variable(tf.scalar(3), true, 'x')
    const cost = optimizer.minimize(() => x.mul(2).asScalar(), true)
    expect([cost?.dataSync()[0], x.dataSync()[0]]).toEqual([6, 3 - 6 * 2])
    expect(() => optimizer.applyGradients({ x: tf.scalar(1) })).toThrow(
      /reads 'loss', which nothing gives: call minimize/,
    )
    expect(() => toTfOptimizer(lossy('temperature')).minimize(() => x.asScalar())).toThrow(/needs 'temperature'/)
    const context = (step: number) => ({ temperature: step + 1 })
    const warm = toTfOptimizer(lossy('temperature'), { context })
    x.assign(tf.scalar(0))
    warm.minimize(() => x.asScalar())
    warm.minimize(() => x.asScalar())
    expect(x.dataSync()[0]).toBe(-3)
  })

  test('a loss that nobody reads is not fetched', () => {
    const x = tf.variable(tf.scalar(3), true, 'x')
    const optimizer = toTfOptimizer(sgd())
    const original = tf.Tensor.prototype.dataSync
    let reads = 0
    tf.Tensor.prototype.dataSync = function (this: tf.Tensor) {
      reads += 1
      return original.call(this)
    } as typeof original
    try {
      optimizer.minimize(() => x.square().asScalar())
    } finally {
      tf.Tensor.prototype.dataSync = original
    }
    expect(reads).toBe(0)
  })

  test('a step of several evaluations: there and back', async () => {
    // Climbs to p + g, and from p goes down by the gradient that it finds there.
    const there = P.sam(sgd({ learningRate: 0.125 }), P.scaleByLearningRate(1))
    const optimizer = toTfOptimizer(there, { evaluationsPerStep: 2 })
    const x = tf.variable(tf.scalar(1), true, 'x')
    let evaluations = 0
    const f = () => {
      evaluations += 1
      return x.square().asScalar() // gradient 2 at 1, and 6 at 3
    }
    expect(optimizer.minimize(f, true)?.dataSync()[0]).toBe(1)
    expect([x.dataSync()[0], evaluations, optimizer.iterations]).toEqual([1 - 6 / 8, 2, 1])

    const model = modelOf(toTfOptimizer(there, { evaluationsPerStep: 2 }), ['mse'])
    await fit(model, data, 1)
    const tensors = tf.memory().numTensors
    await fit(model, data, 3)
    expect(tf.memory().numTensors).toBe(tensors)
    const [xs, ys] = data
    expect(((await model.trainOnBatch(xs, ys)) as number[])[0]).toBeGreaterThan(0)
  })

  test('nothing leaks, within fit or without, and dispose gives all back', async () => {
    const before = tf.memory().numTensors
    const optimizer = toTfOptimizer(neuroPlastic({ learningRate: 0.1 }))
    const model = modelOf(optimizer, ['mse'])
    await fit(model, data, 1)
    const { numTensors, numDataBuffers } = tf.memory()
    await fit(model, data, 3)
    expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers })
    await saved(model)
    const afterSave = tf.memory().numTensors
    await saved(model)
    expect(tf.memory().numTensors).toBe(afterSave)
    await fit(model, data, 1)
    expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers })
    const other = await loaded(await saved(model))
    await fit(other, data, 1)
    const both = tf.memory().numTensors
    await fit(other, data, 2)
    expect(tf.memory().numTensors).toBe(both)
    for (const m of [model, other]) {
      m.optimizer.dispose()
      m.dispose()
    }
    expect(tf.memory().numTensors).toBe(before)
  })
})
