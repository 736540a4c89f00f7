/** A transform as a tf.Optimizer: how it is saved and loaded, with a model and by itself. */
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import '../../src/config/index.js'
import * as P from '../../src/index.js'
import { backends, useBackend } from '../support/backend.js'
import { type Data, dataOf, fit, loaded, messageOf, modelOf, random, saved, weightsOf } from '../support/layersModel.js'
import { catalogued } from './resume.shared.js'

const { adam, hybridSgdMomentum, neuroPlastic, sgd, toTfOptimizer } = P

describe.each(backends)('%s', backend => {
  let data: Data
  beforeAll(async () => {
    await useBackend(backend)
    data = dataOf()
  })
  afterEach(() => tf.disposeVariables())

  test('save and load: the same optimizer goes on as if nothing had been', async () => {
    const model = modelOf(toTfOptimizer(adam({ learningRate: 0.01 })))
    await fit(model, data, 3)
    const artifacts = await saved(model)
    const other = await loaded(artifacts)
    expect(await fit(other, data, 4)).toEqual(await fit(model, data, 4))
    expect(weightsOf(other)).toEqual(weightsOf(model))
    expect(other.optimizer.iterations).toBe(14)
    expect((other.optimizer as tf.Optimizer).getConfig()).toEqual(model.optimizer.getConfig())
    // And once more, from the one that was loaded.
    const third = await loaded(await saved(other))
    expect(await fit(third, data, 2)).toEqual(await fit(other, data, 2))
  })

  test('a configuration with underscores comes back as it was', async () => {
    const config = { optimizer: 'adamw', learningRate: 0.01, weightDecay: 0.1, mask: '_a_kernel$|^head/_b' }
    const model = modelOf(toTfOptimizer(config))
    await fit(model, data, 1)
    const artifacts = await saved(model)
    const other = await loaded(artifacts)
    const { plastax } = other.optimizer.getConfig()
    expect(JSON.parse(String(plastax)).config).toEqual(config)
  })

  test('a NeuroPlastic variant is saved with its options, and counts its epochs on', async () => {
    const options = { stepsPerEpoch: 2, totalEpochs: 8 }
    const transform = hybridSgdMomentum({ learningRate: 0.05, phaseScope: 'late', plasticity: { warmupEpochs: 3 } })
    const model = modelOf(toTfOptimizer(transform, options))
    const straight = modelOf(toTfOptimizer(transform, options))
    const losses = await fit(straight, data, 8)
    await fit(model, data, 3)
    expect(await fit(await loaded(await saved(model)), data, 5)).toEqual(losses.slice(3))
  })

  test('weights hold counts beyond 2^24 and are refused where they are of something else', async () => {
    const optimizer = toTfOptimizer(adam())
    tf.variable(tf.ones([2, 2]), true, 'x')
    const grads = { x: tf.ones([2, 2]) }
    optimizer.applyGradients(grads)
    const weights = await optimizer.getWeights()
    expect(weights[0]?.name).toBe('iter')
    const numbers = weights.find(({ name }) => name === 'plastax/numbers')?.tensor as tf.Tensor
    const far = 2 ** 40 + 1
    const ints = new Int32Array(Float64Array.of(far).buffer)
    const edited = numbers.dataSync().map((_, i) => ints[i % 2] as number)
    const given = weights.map(w =>
      w.tensor === numbers ? { ...w, tensor: tf.tensor2d(edited, [edited.length / 2, 2], 'int32') } : w,
    )
    const other = toTfOptimizer(adam())
    await other.setWeights(given)
    other.applyGradients(grads)
    const again = (await other.getWeights()).find(({ name }) => name === 'plastax/numbers')?.tensor as tf.Tensor
    const counts = new Float64Array(Int32Array.from(again.dataSync()).buffer)
    expect([...counts]).toEqual([...counts].map(() => far + 1))

    const refused = (from: tf.Optimizer | typeof weights, to = toTfOptimizer(sgd({ momentum: 0.9 }))) =>
      messageOf(async () => to.setWeights(Array.isArray(from) ? from : await from.getWeights()))
    expect(await refused(optimizer)).toMatch(
      /^these weights are not of this optimizer: they are of the structure .*mu.*, where .*trace/s,
    )
    expect(await refused(tf.train.adam(0.1))).toMatch(/they are 'iter', and none is 'plastax'/)
    const fresh = await optimizer.getWeights()
    const { numTensors } = tf.memory()
    const broken = [
      fresh.filter(({ name }) => !name.endsWith('mu/x')),
      fresh.map(w => (w.name.endsWith('mu/x') ? { ...w, tensor: tf.zeros([4]) } : w)),
      fresh.map(w => (w.name === 'plastax/numbers' ? { ...w, tensor: tf.zeros([0, 2], 'int32') } : w)),
      fresh.map(w =>
        w.name === 'plastax' ? { ...w, tensor: tf.scalar('{"leaves":[3],"structure":""}', 'string') } : w,
      ),
      fresh.map(w => (w.name === 'plastax' ? { ...w, tensor: tf.scalar('[', 'string') } : w)),
    ]
    for (const some of broken) expect(await refused(some, toTfOptimizer(adam()))).toMatch(/^these weights are not of/)
    expect(tf.memory().numTensors).toBeLessThanOrEqual(numTensors + 8) // what this test made
  })

  test('loaded state is taken by place where no variable has its name, and refused where none fits', async () => {
    const optimizer = toTfOptimizer(sgd({ learningRate: 1, momentum: 0.5 }))
    tf.variable(tf.scalar(0), true, 'x')
    tf.variable(tf.zeros([2]), true, 'y')
    optimizer.applyGradients({ x: tf.scalar(1), y: tf.ones([2]) })
    const weights = await optimizer.getWeights()
    const a = tf.variable(tf.scalar(0), true, 'a')
    const b = tf.variable(tf.zeros([2]), true, 'b')
    const other = toTfOptimizer(sgd({ learningRate: 1, momentum: 0.5 }))
    await other.setWeights(weights)
    expect(() => other.applyGradients({ b: tf.ones([2]) })).toThrow(
      "the state that was loaded is of 'x' [], 'y' [2]; none of the variables 'b' [2] is among them",
    )
    other.applyGradients({ a: tf.scalar(1), b: tf.ones([2]) })
    expect([...a.dataSync(), ...b.dataSync()]).toEqual([-1.5, -1.5, -1.5])
  })

  test('the weights of every optimizer of the catalogue are its whole state', async () => {
    for (const [name, transform] of catalogued) {
      const variables = [tf.variable(random([4, 3], 1), true, 'a/kernel'), tf.variable(random([3], 2), true, 'a/bias')]
      const options = { context: () => ({ loss: 0.5 }), stepsPerEpoch: 1, totalEpochs: 5 }
      const step = (optimizer: tf.Optimizer, seed: number) =>
        optimizer.applyGradients(
          variables.map((v, i) => ({ name: v.name, tensor: random(v.shape, 10 * seed + i).mul(0.1) })),
        )
      const values = () => variables.map(v => Array.from(v.dataSync()))
      const optimizer = toTfOptimizer(transform, options)
      for (const seed of [1, 2]) step(optimizer, seed)
      const other = toTfOptimizer(transform, options)
      await other.setWeights(await optimizer.getWeights())
      const held = variables.map(v => v.clone())
      for (const seed of [3, 4]) step(optimizer, seed)
      const straight = values()
      for (const [i, v] of variables.entries()) v.assign(held[i] as tf.Tensor)
      for (const seed of [3, 4]) step(other, seed)
      expect(values(), name).toEqual(straight)
      tf.dispose([variables, held])
      for (const o of [optimizer, other]) o.dispose()
    }
  })

  test('an optimizer before its first step is saved and loaded too', async () => {
    const model = modelOf(toTfOptimizer(adam({ learningRate: 0.01 })))
    const other = await loaded(await saved(model))
    expect(await fit(other, data, 2)).toEqual(await fit(model, data, 2))
  })
})

describe('a configuration', () => {
  beforeAll(() => useBackend('cpu'))

  const refusal = (make: () => tf.Optimizer) => messageOf(() => make().getConfig())

  test('what it cannot say is refused by name', async () => {
    expect(await refusal(() => toTfOptimizer(adam({ learningRate: t => t.add(1).pow(-0.5) })))).toMatch(
      /'learningRate' is a function/,
    )
    expect(await refusal(() => toTfOptimizer(neuroPlastic({ plasticity: { minAlpha: P.scalar(0.5) } })))).toMatch(
      /'plasticity.minAlpha' is computed/,
    )
    expect(await refusal(() => toTfOptimizer(adam(), { context: () => ({}) }))).toMatch(/'context' is a function/)
    expect(await refusal(() => toTfOptimizer(P.chain(adam())))).toMatch(/only what an optimizer of the catalogue makes/)
    const broken = { ...adam(), config: { optimizer: 'adam', learningRate: -1, b1: Number.POSITIVE_INFINITY } }
    expect(await refusal(() => toTfOptimizer(broken))).toMatch(/'b1' is Infinity/)
    expect(await refusal(() => toTfOptimizer({ ...broken, config: { optimizer: 'adam', learningRate: -1 } }))).toMatch(
      /learningRate must be a number/,
    )
  })

  test('is refused with every problem', () => {
    expect(() => toTfOptimizer({ optimizer: 'adam', learningRate: -1, bb: 1 })).toThrow(
      /of no optimizer: .*bb is not a key.*learningRate must be|of no optimizer: .*learningRate must be.*bb is not a key/,
    )
  })

  test('of every optimizer of the catalogue says how it was made', () => {
    for (const [name, transform] of catalogued) {
      const [config, again] = [toTfOptimizer(transform), toTfOptimizer(transform.config as P.OptimizerConfig)].map(o =>
        o.getConfig(),
      )
      expect(again, name).toEqual(config)
    }
  })

  test.each(['stepsPerEpoch', 'totalEpochs', 'evaluationsPerStep'])('%s is a whole number from 1', option => {
    for (const value of [0, 1.5, Number.NaN])
      expect(() => toTfOptimizer(adam(), { [option]: value })).toThrow(`${option} must be an integer in [1, inf)`)
    toTfOptimizer(adam(), { [option]: 1 })
  })
})
