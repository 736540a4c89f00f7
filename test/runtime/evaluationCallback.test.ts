/** Validation at the parameters that an optimizer keeps for it, on cpu and on wasm. */
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import * as P from '../../src/index.js'
import { backends, useBackend } from '../support/backend.js'
import { type Data, dataOf, messageOf, modelOf, weightsOf } from '../support/layersModel.js'

const { evaluationCallback, toTfOptimizer } = P

describe.each(backends)('%s', backend => {
  let data: Data
  beforeAll(async () => {
    await useBackend(backend)
    data = dataOf()
  })
  afterEach(() => tf.disposeVariables())

  /** Slow parameters that have not met the fast ones: what is evaluated are the first ones. */
  const away = () => toTfOptimizer(P.lookahead(P.sgd({ learningRate: 0.1 }), { syncPeriod: 1000 }))
  const lossOf = (model: tf.LayersModel) =>
    (model.evaluate(...(data as [tf.Tensor, tf.Tensor])) as tf.Scalar).dataSync()[0] as number
  const args = (callbacks: tf.CustomCallbackArgs | tf.Callback | tf.Callback[], epochs = 3): tf.ModelFitArgs => ({
    epochs,
    batchSize: 16,
    shuffle: false,
    verbose: 0,
    validationData: data as [tf.Tensor, tf.Tensor],
    callbacks: callbacks as tf.Callback[],
  })
  const fit = async (model: tf.LayersModel, callbacks: tf.Callback[], epochs = 3) => {
    const { history } = await model.fit(...(data as [tf.Tensor, tf.Tensor]), args(callbacks, epochs))
    return history as Record<string, number[]>
  }

  test('fit validates there, and trains as without', async () => {
    const plain = modelOf(away())
    const expected = await fit(plain, [])
    const optimizer = away()
    const model = modelOf(optimizer)
    const first = lossOf(model)
    const history = await fit(model, [optimizer.callback(), evaluationCallback(optimizer)])
    for (const loss of history.val_loss as number[]) expect(loss).toBeCloseTo(first, 5)
    expect(history.loss).toEqual(expected.loss)
    expect(weightsOf(model)).toEqual(weightsOf(plain))
    expect(expected.val_loss?.at(-1)).toBeLessThan(0.9 * first)
  })

  test('fitDataset too, whatever it validates by', async () => {
    const [xs, ys] = data
    const batches = () =>
      tf.data.zip({ xs: tf.data.array(tf.unstack(xs)), ys: tf.data.array(tf.unstack(ys)) } as never).batch(16)
    for (const validationData of [data as [tf.Tensor, tf.Tensor], batches()]) {
      const optimizer = away()
      const model = modelOf(optimizer)
      const first = lossOf(model)
      const callbacks = [evaluationCallback(optimizer)]
      const { history } = await model.fitDataset(batches() as never, {
        epochs: 2,
        verbose: 0,
        validationData: validationData as never,
        callbacks,
      })
      for (const loss of history.val_loss as number[]) expect(loss).toBeCloseTo(first, 5)
      expect(lossOf(model)).toBeLessThan(0.9 * first)
    }
  })

  test('nothing leaks, and the model is as it was when training ends', async () => {
    const optimizer = away()
    const model = modelOf(optimizer)
    await fit(model, [evaluationCallback(optimizer)], 1)
    const before = tf.memory().numTensors
    await fit(model, [evaluationCallback(optimizer)], 2)
    expect(tf.memory().numTensors).toBe(before)
    expect(Object.hasOwn(model, 'testLoop') || Object.hasOwn(model, 'evaluateDataset')).toBe(false)
  })

  test('an exception in a validation gives the variables their own back', async () => {
    const optimizer = away()
    const model = modelOf(optimizer)
    await fit(model, [], 2)
    const trained = weightsOf(model)
    const fails = () => {
      throw new Error('within')
    }
    expect(() => optimizer.atEvaluationWeights(fails)).toThrow('within')
    expect(weightsOf(model)).toEqual(trained)
    await expect(optimizer.atEvaluationWeights(async () => fails())).rejects.toThrow('within')
    expect(weightsOf(model)).toEqual(trained)
    // A model whose validation fails, in a fit: what is left of it does not touch the next one.
    const inner = (model as unknown as { readonly model: tf.LayersModel }).model
    const testLoop = (inner as unknown as { testLoop: () => void }).testLoop
    Object.assign(inner, { testLoop: fails })
    expect(await messageOf(() => fit(model, [evaluationCallback(optimizer)], 1))).toBe('within')
    Object.assign(inner, { testLoop })
    const other = modelOf(away())
    await fit(other, [], 3)
    expect(weightsOf(model)).toEqual(weightsOf(other))
    const first = (await fit(model, [], 1)).val_loss
    expect(first).toEqual((await fit(other, [], 1)).val_loss)
  })

  test('at another time, for whatever: within, the variables hold them; a step there is refused', async () => {
    const optimizer = away()
    const model = modelOf(optimizer)
    const first = weightsOf(model)
    expect(optimizer.atEvaluationWeights(() => 7)).toBe(7)
    await fit(model, [], 2)
    const trained = weightsOf(model)
    expect(trained).not.toEqual(first)
    const before = tf.memory().numTensors
    expect(optimizer.atEvaluationWeights(() => weightsOf(model))).toEqual(first)
    const nested = () => optimizer.atEvaluationWeights(async () => weightsOf(model))
    expect(await optimizer.atEvaluationWeights(nested)).toEqual(first)
    expect(tf.memory().numTensors).toBe(before)
    // A fit that fails leaves a tensor of its own behind.
    expect(await messageOf(() => optimizer.atEvaluationWeights(() => fit(model, [], 1)))).toMatch(
      /a step was asked for while/,
    )
    expect(weightsOf(model)).toEqual(trained)
  })

  test('an optimizer that keeps none validates as ever; one of another model is refused', async () => {
    const optimizer = toTfOptimizer(P.sgd({ learningRate: 0.1 }))
    const model = modelOf(optimizer)
    const plain = modelOf(toTfOptimizer(P.sgd({ learningRate: 0.1 })))
    expect((await fit(model, [evaluationCallback(optimizer)])).val_loss).toEqual((await fit(plain, [])).val_loss)
    expect(await messageOf(() => fit(plain, [evaluationCallback(optimizer)]))).toMatch(
      /of another optimizer than the model/,
    )
  })
})
