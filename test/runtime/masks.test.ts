/** Masks see the names that a model's author gave; one that selects nothing is told. */
import * as tf from '@tensorflow/tfjs'
import { afterEach, expect, test, vi } from 'vitest'
import {
  compile,
  convOnly,
  freeze,
  type GradientTransform,
  masked,
  named,
  partition,
  scale,
  sgd,
  toTfOptimizer,
} from '../../src/index.js'

const warnings = vi.spyOn(console, 'warn').mockImplementation(() => {})
afterEach(() => {
  warnings.mockClear()
  tf.disposeVariables()
})

/** What one step of gradients of 0 does to the kernel and the bias of a model whose layer is called `head`. */
const afterOneStep = async (transform: GradientTransform<unknown>): Promise<readonly number[]> => {
  const layer = tf.layers.dense({
    units: 1,
    inputShape: [1],
    name: 'head',
    kernelInitializer: 'ones',
    biasInitializer: 'ones',
  })
  const model = tf.sequential({ layers: [layer] })
  const optimizer = toTfOptimizer(transform)
  const zeros = Object.fromEntries(model.weights.map(w => [w.name, tf.zeros(w.shape as number[])]))
  optimizer.applyGradients(zeros)
  return model.getWeights().map(w => w.dataSync()[0] ?? Number.NaN)
}

test.each<readonly [string, () => GradientTransform<unknown>]>([
  ['named(/kernel$/)', () => masked(named(/kernel$/), decay())],
  ['a function', () => masked(name => name === 'head/kernel', decay())],
  ['freeze', () => freeze(name => name.endsWith('bias'), decay())],
  [
    'partition',
    () => partition(name => (name.endsWith('bias') ? 'still' : 'moving'), { still: scale(0), moving: decay() }),
  ],
])('%s selects the same leaves in each model of a process', async (_, make) => {
  for (let model = 0; model < 3; model++) expect(await afterOneStep(make())).toEqual([0.5, 1])
  expect(warnings).not.toHaveBeenCalled()
})

const decay = (): GradientTransform<unknown> => ({
  init: () => [],
  update: (updates, state, params) => [
    Object.fromEntries(Object.keys(updates).map(name => [name, params[name]?.mul(-0.5) ?? never()])),
    state,
  ],
})
const never = (): never => {
  throw new Error('a gradient without a parameter')
}

test('names that a number tells apart keep it', () => {
  const [a, b] = ['cell/w_1', 'cell/w_2'].map(name => tf.variable(tf.scalar(1), true, name))
  const loose = tf.variable(tf.scalar(1), true, 'w_3')
  const optimizer = toTfOptimizer(masked(named(/^(cell\/w_1|w_3)$/), decay()))
  optimizer.applyGradients({ 'cell/w_1': tf.scalar(0), 'cell/w_2': tf.scalar(0), w_3: tf.scalar(0) })
  expect([a, b, loose].map(x => x?.dataSync()[0])).toEqual([0.5, 1, 0.5])
})

const run = (transform: GradientTransform<unknown>): void => {
  const params = { 'head/kernel': tf.ones([2, 2]), 'head/bias': tf.ones([2]) }
  const optimizer = compile(transform)
  optimizer.update(params, optimizer.init(params), params)
}

test.each<readonly [string, GradientTransform<unknown>, string]>([
  ['a mask', masked(named(/kernal$/), sgd()), "a mask selects none of the 2 leaves 'head/kernel', 'head/bias'"],
  ['a freeze', freeze(named(/kernal$/), sgd()), "a mask selects none of the 2 leaves 'head/kernel', 'head/bias'"],
  [
    'a label',
    partition(name => (name.endsWith('biases') ? 'b' : 'k'), { k: sgd(), b: scale(0) }),
    "a partition gives the label 'b' to none of the 2 leaves 'head/kernel', 'head/bias'",
  ],
])('%s that selects nothing is told once', (_, transform, message) => {
  run(transform)
  run(transform)
  expect(warnings.mock.calls).toEqual([[message]])
})

test('a group that a network does not have is no slip', () => {
  run(masked(convOnly, sgd()))
  run(partition((name, params) => (convOnly(name, params) ? 'conv' : 'other'), { conv: sgd(), other: sgd() }))
  expect(warnings).not.toHaveBeenCalled()
})

test('labels of a partition may look like indices', () => {
  const [params, grads] = [
    { a: tf.scalar(1), b: tf.scalar(1) },
    { a: tf.scalar(1), b: tf.scalar(1) },
  ]
  const parts: Readonly<Record<string, GradientTransform<unknown>>> = { 1: scale(2), 0: scale(3) }
  const optimizer = compile(partition(name => (name === 'a' ? '1' : '0'), parts))
  const [updates] = optimizer.update(grads, optimizer.init(params), params)
  expect([updates.a?.dataSync()[0], updates.b?.dataSync()[0]]).toEqual([2, 3])
})
