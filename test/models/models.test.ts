import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { badLeafName, map, names } from '../../src/expr/tree.js'
import { lenet5, type Model, mlp, resnet18, smallCnn } from '../../src/models/index.js'
import { HyperparameterError } from '../../src/schema/hyperparameter.js'
import { lossAndGradients } from '../../src/train/loss.js'
import { useWasm } from '../../src/wasm/index.js'
import { at, descend, distance, imagesFor, largest, read, sizeOfTree } from './support.js'

beforeAll(() => useWasm())
afterEach(() => useWasm())

const counted = (model: Model) => {
  const { params, stats } = model.init(0)
  const counts = [sizeOfTree(params), sizeOfTree(stats)]
  tf.dispose([params, stats])
  return counts
}

test.each<[string, Model, number, number]>([
  ['the authors’ MLP', mlp(), 784 * 256 + 256 + 256 * 256 + 256 + 256 * 10 + 10, 0],
  // 896 + 18,496 + 73,856 + 2,097,408 + 2,570.
  ['the authors’ small CNN', smallCnn(), 2_193_226, 0],
  // 156 + 2,416 + 48,120 + 10,164 + 850, as Zhang et al. and most courses count it.
  ['LeNet-5 on 28 x 28 grey pixels', lenet5(), 61_706, 0],
  ['LeNet-5 on 32 x 32 grey pixels', lenet5({ inputShape: [32, 32, 1] }), 61_706, 0],
  ['LeNet-5 on CIFAR', lenet5({ inputShape: [32, 32, 3] }), 61_706 + 2 * 6 * 25, 0],
  // 11.17 M, as PyTorch counts the usual ResNet-18 for CIFAR-10; 4,800 channels are normalized.
  ['ResNet-18', resnet18(), 11_173_962, 2 * 4_800],
  ['ResNet-18 for 100 classes', resnet18({ classes: 100 }), 11_173_962 + 90 * 513, 2 * 4_800],
])('%s has as many parameters as in the literature', (_, model, params, stats) => {
  expect(counted(model)).toEqual([params, stats])
})

const tiny: Readonly<Record<string, Model>> = {
  mlp: mlp({ sizes: [12, 8, 8, 3], dropout: 0.2 }),
  'small CNN': smallCnn({ width: 2, inputShape: [8, 8, 3], classes: 3 }),
  'LeNet-5': lenet5({ classes: 3 }),
  'LeNet-5 with ReLU': lenet5({ classes: 3, activation: 'relu', inputShape: [32, 32, 2] }),
  'ResNet-18': resnet18({ width: 2, inputShape: [16, 16, 3], classes: 3 }),
}

describe.each(Object.entries(tiny))('%s', (_, model) => {
  test('says the shapes of its parameters before it has any', () => {
    const { params, stats } = model.init(0)
    expect(model.shapes).toEqual(map((x: tf.Tensor) => x.shape)(params))
    expect(Object.keys(model.shapes)).toEqual(Object.keys(params))
    tf.dispose([params, stats])
  })

  test('gives a logit for each class, and the statistics that it was given in evaluation', () => {
    const variables = model.init(0)
    const { logits, stats } = model.apply(variables, imagesFor(model, 5).x)
    expect(logits.shape).toEqual([5, 3])
    expect(stats).toBe(variables.stats)
    const after = model.apply(variables, imagesFor(model, 5).x, at).stats
    expect(names(after)).toEqual(names(variables.stats))
    expect(Object.values(after).map(s => s.shape)).toEqual(Object.values(variables.stats).map(s => s.shape))
  })

  test('has leaves that keep their order, the classifier last', () => {
    const { params, stats } = model.init(0)
    const leaves = [...names(params), ...names(stats)]
    expect(badLeafName(leaves)).toBeUndefined()
    expect(new Set(leaves).size).toBe(leaves.length)
    expect(leaves.every(name => /^[a-z]+\d*(\/[a-z0-9]+)+$/.test(name))).toBe(true)
    const [kernel, bias] = Object.values(params).slice(-2)
    expect([kernel!.rank, bias!.shape]).toEqual([2, [3]])
  })

  test('begins alike for the same seed, and each leaf otherwise for another', () => {
    const [first, again, other] = [0, 0, 1].map(seed => read(model.init(seed).params))
    expect(again).toEqual(first)
    for (const [leaf, values] of Object.entries(first!))
      if (/kernel|bias/.test(leaf)) expect(other![leaf], leaf).not.toEqual(values)
    const heads = Object.entries(first!)
      .filter(([leaf]) => leaf.endsWith('kernel'))
      .map(([, values]) => values[0]! / values[1]!)
    expect(new Set(heads).size).toBe(heads.length)
  })

  test('has the same loss, gradients and statistics on wasm as on cpu', async () => {
    const compute = () => {
      const { loss, grads, stats } = lossAndGradients(model, model.init(3), { ...imagesFor(model, 4), at })
      return { ...read({ loss }), ...read(grads), ...read(stats) }
    }
    await tf.setBackend('cpu')
    const expected = compute()
    await useWasm()
    const actual = compute()
    expect(names(actual)).toEqual(names(expected))
    for (const [name, values] of Object.entries(expected)) {
      expect(largest(values), name).toBeGreaterThan(0)
      expect(distance(actual[name]!, values) / Math.max(1e-3, largest(values)), name).toBeLessThan(1e-3)
    }
  })

  test('leaves nothing behind but its results, and consumes nothing', () => {
    const variables = model.init(0)
    const batch = imagesFor(model, 4)
    const before = tf.memory().numTensors
    const evaluated = tf.tidy(() => model.apply(variables, batch.x).logits)
    expect(tf.memory().numTensors).toBe(before + 1)
    const { loss, grads, stats } = lossAndGradients(model, variables, { ...batch, at })
    const [leaves, statistics] = [names(variables.params).length, names(variables.stats).length]
    expect(tf.memory().numTensors).toBe(before + 1 + 1 + leaves + statistics)
    tf.dispose([evaluated, loss, grads, stats])
    expect(tf.memory().numTensors).toBe(before)
    // Nothing that a scope would not tidy up, either.
    tf.tidy(() => {
      lossAndGradients(model, variables, { ...batch, at })
    })
    expect(tf.memory().numTensors).toBe(before)
    for (const leaf of [...Object.values(variables.params), ...Object.values(variables.stats)])
      expect(leaf.isDisposed).toBe(false)
  })

  test('a few steps of descent reduce the loss, the same in every run', () => {
    const batch = imagesFor(model, 24)
    const [first, again] = [descend(model, batch, 40, 0.3), descend(model, batch, 40, 0.3)]
    expect(again.losses).toEqual(first.losses)
    expect(first.losses.at(-1)).toBeLessThan(0.7 * first.losses[0]!)
  })
})

test.each<[() => Model, RegExp]>([
  [() => smallCnn({ inputShape: [30, 32, 3] }), /inputShape must be .*multiples of 4; got '\[30,32,3\]'/],
  [() => smallCnn({ inputShape: [32, 32] }), /inputShape must be \[height, width, channels\]/],
  [() => smallCnn({ dropout: 1 }), /dropout must be/],
  [() => smallCnn({ width: 0 }), /width must be an integer in \[1, inf\); got 0/],
  [() => lenet5({ inputShape: [28, 32, 1] }), /inputShape must be .*28 x 28 or 32 x 32; got '\[28,32,1\]'/],
  [() => lenet5({ inputShape: [30, 30, 1] }), /inputShape must be/],
  [() => lenet5({ activation: 'sigmoid' as 'tanh' }), /activation must be one of 'tanh', 'relu'; got 'sigmoid'/],
  [() => resnet18({ width: 1.5 }), /width must be/],
  [() => resnet18({ classes: 0 }), /classes must be/],
  [() => resnet18({ momentum: 2 }), /momentum must be a number in \[0, 1\]; got 2/],
  [() => resnet18({ eps: 0 }), /eps must be/],
  [() => resnet18({ inputShape: [0, 32, 3] }), /inputShape must be/],
])('refuses what does not fit, %#', (make, message) => {
  expect(make).toThrow(HyperparameterError)
  expect(make).toThrow(message)
})
