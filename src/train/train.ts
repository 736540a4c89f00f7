/** The training loop. */
import * as tf from '@tensorflow/tfjs'
import * as E from 'fp-ts/lib/Either.js'
import { type Examples, shuffledIndices } from '../data/index.js'
import { sizeOf } from '../expr/shape.js'
import type { Model, Variables } from '../models/index.js'
import { compile, type Optimizer, type Training } from '../runtime/index.js'
import { admit } from '../transform/hyperparameter.js'
import { type AlphaStatistics, readAlpha } from './alpha.js'
import { trainingBatch } from './batch.js'
import { evaluate } from './evaluate.js'
import { lossAndGradients } from './loss.js'
import { pause } from './pause.js'
import type { EpochResult, Outcome, TrainingConfig, TrainingRun } from './types.js'

const LABEL = 'alpha'

/** @throws RangeError where there are no images, or ones that the model does not take */
const checkFit = (model: Model, name: string, set: Examples): void => {
  if (set.count === 0) throw new RangeError(`the ${name} set has no images; it needs at least one`)
  const values = sizeOf(set.shape)
  const inputs = sizeOf(model.inputShape)
  if (values !== inputs)
    throw new RangeError(`${model.name} takes ${inputs} values per example, but the ${name} images have ${values}`)
  if (set.classes !== model.classes)
    throw new RangeError(`${model.name} gives ${model.classes} classes, but the ${name} set has ${set.classes}`)
}

const diverged = (epoch: number, step: number, reason: string): Outcome => ({ status: 'diverged', epoch, step, reason })

/** What a run carries from step to step: parameters, the optimizer's state, the model's statistics. */
type Carry<S> = Training<S> & Pick<Variables, 'stats'>

/** Fresh variables and the state that goes with them. */
const begin = <S>(model: Model, seed: number, { init }: Pick<Optimizer<S>, 'init'>): Carry<S> => {
  const { params, stats } = model.init(seed)
  try {
    return { params, stats, state: init(params) }
  } catch (error) {
    tf.dispose([params, stats])
    throw error
  }
}

interface StepResult {
  readonly loss: number
  readonly alpha?: AlphaStatistics
}

/**
 * Trains a model from scratch with a transform, and tests it after each epoch.
 *
 * Reproducible: weights, order and dropout come from the seed alone, made on the host. Two transforms with the same seed
 * are therefore a pair, and the same run twice on one backend gives the same numbers bit for bit.
 *
 * A loss that is not finite ends the run early, with the reason in its outcome: that is a result, not a failure. Each tensor
 * made on the way is disposed in the end, on failure too.
 *
 * @param config see `TrainingConfig`
 * @returns plain data
 * @throws HyperparameterError for a seed, epoch count or batch size out of range; RangeError where model and images do not fit,
 *   or there are none; what the transform throws when traced
 * @example
 * const run = await train({ model: mlp(), transform: adam(1e-3), train: data.train, test: data.test, seed: 0 })
 * run.epochs.at(-1)?.testAccuracy
 */
export const train = async <S>(config: TrainingConfig<S>): Promise<TrainingRun> => {
  const { model, transform, train: images, test, alphaBounds, onProgress } = config
  const seed = admit('seed', config.seed, 'integer in [0, inf)')
  const epochs = admit('epochs', config.epochs ?? 10, 'integer in [1, inf)')
  const batchSize = admit('batchSize', config.batchSize ?? 128, 'integer in [1, inf)')
  checkFit(model, 'training', images)
  checkFit(model, 'test', test)

  const optimizer = compile(transform)
  const observing = compile(transform, { observe: [LABEL] })
  const steps = Math.ceil(images.count / batchSize)
  let carry = begin(model, seed, optimizer)

  const moveOn = (next: Training<S>, stats: Variables['stats']): void => {
    tf.dispose(carry.stats)
    carry = { ...next, stats }
  }

  /** One step: moves `carry` on, unless the loss is not finite, which would only spoil it. */
  const trainStep = async (indices: Uint32Array, epoch: number, step: number): Promise<StepResult> => {
    const at = { seed, epoch, step }
    const { loss, grads, stats } = tf.tidy(() =>
      lossAndGradients(model, carry, trainingBatch(model, images, indices, at)),
    )
    try {
      const value = (await loss.data())[0] as number
      if (!Number.isFinite(value)) return { loss: value }
      const context = { epoch, totalEpochs: epochs, loss: value }
      if (alphaBounds === undefined || step < steps) {
        moveOn(optimizer.step(carry, grads, context), stats)
        return { loss: value }
      }
      const { readings, ...next } = observing.step(carry, grads, context)
      moveOn(next, stats)
      return { loss: value, alpha: await readAlpha(readings[LABEL] ?? {}, carry.params, alphaBounds) }
    } finally {
      tf.dispose([loss, grads, carry.stats === stats ? [] : stats])
    }
  }

  /** One epoch, and what came of it: a result, or the reason to stop. */
  const trainEpoch = async (epoch: number): Promise<E.Either<Outcome, EpochResult>> => {
    const order = shuffledIndices(images.count, seed, epoch)
    const start = performance.now()
    let lossSum = 0
    let alpha: AlphaStatistics | undefined
    for (let step = 1; step <= steps; step++) {
      const indices = order.subarray((step - 1) * batchSize, step * batchSize)
      const result = await trainStep(indices, epoch, step)
      if (!Number.isFinite(result.loss)) return E.left(diverged(epoch, step, `the training loss is ${result.loss}`))
      lossSum += result.loss * indices.length
      alpha = result.alpha
      onProgress?.({ epoch, epochs, step, steps, loss: result.loss })
      await pause()
    }
    const trained = performance.now()
    const { accuracy, loss } = await evaluate(model, carry, test)
    if (!Number.isFinite(loss)) return E.left(diverged(epoch, steps, `the test loss is ${loss}`))
    return E.right({
      epoch,
      trainLoss: lossSum / images.count,
      testLoss: loss,
      testAccuracy: accuracy,
      seconds: (trained - start) / 1000,
      evaluationSeconds: (performance.now() - trained) / 1000,
      ...(alpha && { alpha }),
    })
  }

  try {
    const done: EpochResult[] = []
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const result = await trainEpoch(epoch)
      if (E.isLeft(result)) return { seed, epochs: done, outcome: result.left }
      done.push(result.right)
    }
    return { seed, epochs: done, outcome: { status: 'completed' } }
  } finally {
    // A state is a nest of tensors and numbers, as tfjs asks; its generic type cannot say so.
    tf.dispose(carry as unknown as tf.TensorContainer)
  }
}
