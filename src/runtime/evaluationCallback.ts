/** Validation at the parameters that an optimizer keeps for it. */
import * as tf from '@tensorflow/tfjs'
import type { TfOptimizer } from './tfOptimizer.js'

/** What `fit` and `fitDataset` validate by. The first is no public method: between a step and its validation nothing else is called. */
const validating = ['testLoop', 'evaluateDataset'] as const

type Validating = Record<(typeof validating)[number], (...inputs: unknown[]) => unknown> & {
  readonly optimizer: tf.Optimizer
  readonly isTraining: boolean
  readonly history: unknown
}

/**
 * A callback for `fit` and `fitDataset` that has them validate at the parameters which the optimizer's transform is to be
 * evaluated at: the average of `scheduleFree` and `emaParams`, the slow ones of `lookahead`. The variables hold them for as long
 * as a validation takes, and then their own again, bit for bit, after an exception too. Without it, validation is at the
 * parameters that are trained.
 *
 * `tf.callbacks.earlyStopping` and the like see these losses. To evaluate, predict or save there at another time:
 * `optimizer.atEvaluationWeights(() => model.evaluate(xs, ys))`. Statistics of batch normalization are those of training.
 *
 * @param optimizer the model's own
 * @throws TypeError when training begins, if the model has another optimizer
 * @example
 * const optimizer = toTfOptimizer(scheduleFreeAdamw())
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [4] })] })
 * model.compile({ optimizer, loss: 'meanSquaredError' })
 * const args = { validationSplit: 0.1, callbacks: [optimizer.callback(), evaluationCallback(optimizer)] }
 */
export const evaluationCallback = (optimizer: TfOptimizer): tf.Callback => {
  // Nothing but its type says that it is abstract.
  const callback = new (tf.Callback as unknown as new () => tf.Callback)()
  let model: Validating | undefined
  callback.setModel = given => {
    model = given as unknown as Validating // the types do not show what is read here
  }
  callback.onTrainBegin = async () => {
    if (model === undefined) return
    const { history } = model
    if (model.optimizer !== optimizer)
      throw new TypeError('evaluationCallback: it is of another optimizer than the model is compiled with')
    for (const name of validating) {
      const validate = model[name]
      model[name] = function (this: Validating, ...inputs) {
        const run = () => validate.apply(this, inputs)
        // A training that failed has not said its end: what it left here does nothing in another one.
        return this.isTraining && this.history === history ? optimizer.atEvaluationWeights(run) : run()
      }
    }
  }
  callback.onTrainEnd = async () => {
    // The prototype's own are what is left.
    for (const name of validating) if (model !== undefined) delete (model as Partial<Validating>)[name]
    model = undefined
  }
  return callback
}
