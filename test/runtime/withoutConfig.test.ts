/** Where nothing has imported `plastax/config`: models are trained and saved, and whoever loads one is told what to import. */
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { adam, toTfOptimizer } from '../../src/index.js'
import { useBackend } from '../support/backend.js'
import { type Data, dataOf, fit, loaded, messageOf, modelOf, saved, weightsOf } from '../support/layersModel.js'

let data: Data
beforeAll(async () => {
  await useBackend('cpu')
  data = dataOf()
})
afterEach(() => tf.disposeVariables())

test('a saved model says which import is missing, and is read once it is there', async () => {
  const model = modelOf(toTfOptimizer(adam({ learningRate: 0.01 })))
  await fit(model, data, 2)
  const artifacts = await saved(model)
  expect(await messageOf(() => loaded(artifacts))).toBe(
    "this model was saved with its optimizer, which is read once 'plastax/config' is imported: import 'plastax/config'",
  )
  expect(await messageOf(() => toTfOptimizer({ optimizer: 'adam' }))).toBe(
    "this is the configuration of an optimizer, which is read once 'plastax/config' is imported: import 'plastax/config'",
  )
  await import('../../src/config/index.js')
  const other = await loaded(artifacts)
  expect(await fit(other, data, 2)).toEqual(await fit(model, data, 2))
  expect(weightsOf(other)).toEqual(weightsOf(model))
})
