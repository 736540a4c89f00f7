/** Every optimizer of the catalogue decays the leaves of its mask, and only these. */
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { compile, type GradientTransform, type LeafSelector } from '../../src/index.js'
import * as catalogue from '../../src/optimizers/catalogue.js'

type Make = (options: { readonly weightDecay: number; readonly mask: LeafSelector }) => GradientTransform<unknown>

/** One element of each of two leaves that are alike but for the mask, after some steps. */
const after = (make: Make, mask: LeafSelector) => {
  const optimizer = compile(make({ weightDecay: 0.5, mask }))
  const params = { one: tf.ones([2, 2]), two: tf.ones([2, 2]) }
  let training = { params, state: optimizer.init(params) }
  for (const g of [0.1, -0.2, 0.1]) {
    const grads = { one: tf.fill([2, 2], g), two: tf.fill([2, 2], g) }
    training = optimizer.step(training, grads, { loss: 1 })
  }
  return [training.params.one.dataSync()[0], training.params.two.dataSync()[0]]
}

// Noise is another in each leaf.
const quiet = Object.entries(catalogue).filter(([name]) => name !== 'noisySgd')

test.each(quiet)('%s', (_, make) => {
  const [decayed, other] = after(make as Make, name => name === 'one')
  expect(decayed).not.toBe(other)
  const [one, two] = after(make as Make, () => true)
  expect(one).toBe(two)
})
