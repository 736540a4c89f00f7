/** The training loop. */
import * as tf from '@tensorflow/tfjs'
import * as E from 'fp-ts/lib/Either.js'
import { type Examples, noAugmentation, shuffledIndices } from '../data/index.js'
import { sizeOf } from '../expr/shape.js'
import { names } from '../expr/tree.js'
import type { Model, Variables } from '../models/index.js'
import { tellIfClimbing } from '../runtime/climbing.js'
import { crc32 } from '../runtime/codec/crc32.js'
import { compile, type Training } from '../runtime/index.js'
import { admit } from '../schema/hyperparameter.js'
import { accumulatedGradients, split } from './accumulate.js'
import { alphaOf } from './alpha.js'
import { trainingBatch } from './batch.js'
import { begin, type Carry, disposeCarry, parameterCount, stateBytes } from './carry.js'
import { decodeRun, encodeRun, type RunIdentity } from './checkpoint.js'
import { diagnosticsOf } from './diagnostics/recorder.js'
import { evaluate } from './evaluate.js'
import { type StatisticsBatch, withEvaluationVariables } from './evaluationWeights.js'
import { pause } from './pause.js'
import { stepsPerEpoch } from './schedule.js'
import {
  type EpochResult,
  type OnEpoch,
  type Outcome,
  type TrainingConfig,
  type TrainingRun,
  trainingOptions,
} from './types.js'

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

const about = ({ count, labels }: Examples): string => `${count} examples with labels of checksum ${crc32(labels)}`

/** What must be the same for a checkpoint to be of this run. Images are left out: there are too many of them to read. */
const identityOf = <S>(
  { model, train: images, test, augmentation: { pad, flip } = noAugmentation }: TrainingConfig<S>,
  numbers: RunIdentity,
): RunIdentity => ({
  model: model.name,
  ...numbers,
  augmentation: `pad ${pad}, flip ${flip}`,
  'training set': about(images),
  'test set': about(test),
})

/** A checkpoint that a run cannot be resumed from. */
export class ResumeError extends RangeError {
  override readonly name = 'ResumeError'
}

/** What a run goes on from: a fresh start, or its checkpoint. @throws ResumeError with all that is wrong with the checkpoint */
const startOf = <S>(
  { transform, resume }: TrainingConfig<S>,
  fresh: Carry<S>,
  run: RunIdentity,
  epochs: number,
): { readonly carry: Carry<S>; readonly epochs: readonly EpochResult[] } => {
  if (resume === undefined) return { carry: fresh, epochs: [] }
  try {
    const found = decodeRun(transform, resume, fresh, run, epochs)
    if (E.isLeft(found)) throw new ResumeError(`the run cannot be resumed: ${found.left.join('; ')}`)
    return found.right
  } finally {
    disposeCarry(fresh)
  }
}

/** What records, at which distance from an epoch's last step, and what of it goes into the results; if anything is wanted. */
const recordingOf = <S>({ transform, alphaBounds, diagnostics }: TrainingConfig<S>) => {
  if (diagnostics !== undefined) {
    const { every = 1, ...options } = diagnostics
    admit('diagnostics.every', every, 'integer in [1, inf)')
    const recorder = diagnosticsOf(transform, { ...(alphaBounds && { alphaBounds }), ...options })
    return { recorder, every, result: () => ({ diagnostics: recorder.epoch() }) }
  }
  if (alphaBounds === undefined) return undefined
  const recorder = diagnosticsOf(transform, { alphaBounds })
  return {
    recorder,
    every: Number.MAX_SAFE_INTEGER,
    result: () => ({ alpha: alphaOf(recorder.epoch(), alphaBounds) }),
  }
}

/**
 * Trains a model with a transform, from scratch or from a checkpoint, and tests it after each epoch, at the parameters that the
 * transform is to be evaluated at.
 *
 * Reproducible: weights, order, augmentation and dropout come from the seed alone, made on the host. Two transforms with the
 * same seed are therefore a pair, and the same run twice on one backend gives the same numbers bit for bit, whether or not it
 * was interrupted between two epochs.
 *
 * A loss that is not finite ends the run early, with the reason in its outcome: that is a result, not a failure. Each tensor
 * made on the way is disposed in the end, on failure too.
 *
 * @param config see `TrainingConfig`
 * @returns plain data
 * @throws HyperparameterError for a seed, epoch count, batch size or the like out of range; RangeError where model and images do
 *   not fit, or there are none; ResumeError for a checkpoint that is damaged or of another run, with every problem; the reason of the
 *   signal; what `onEpoch` rejects with; what the transform throws when traced
 * @example
 * const run = await train({ model: mlp(), transform: adam(1e-3), train: data.train, test: data.test, seed: 0 })
 * run.epochs.at(-1)?.testAccuracy
 */
export const train = async <S>(config: TrainingConfig<S>): Promise<TrainingRun> => {
  const { model, transform, train: images, test } = config
  const read = trainingOptions.read('train', config)
  const { seed, epochs, batchSize, accumulate, augmentation, onEpoch, onProgress, signal } = read
  const { divergeAbove: highest = Number.MAX_VALUE, statisticsBatches: statistics } = read
  checkFit(model, 'training', images)
  checkFit(model, 'test', test)

  const identity = identityOf(config, {
    seed,
    'batch size': batchSize,
    accumulate,
    ...(statistics > 0 && { 'statistics batches': statistics }),
  })
  const optimizer = compile(transform)
  const { shapes } = model
  const known = { scalars: ['epoch', 'totalEpochs', 'loss'], trees: {} }
  tellIfClimbing('train', transform, { params: shapes, present: names(shapes), ...known })
  const recording = recordingOf(config)
  const steps = stepsPerEpoch(images.count, batchSize)
  const start = startOf(config, begin(model, seed, optimizer), identity, epochs)
  let carry = start.carry
  let done = start.epochs

  const moveOn = (next: Training<S>, stats: Variables['stats']): void => {
    tf.dispose(carry.stats)
    carry = { ...next, stats }
  }

  /** One step and its loss: moves `carry` on, unless the loss is not finite, which would only spoil it. */
  const trainStep = async (indices: Uint32Array, epoch: number, step: number): Promise<number> => {
    // Parts of a batch count as steps to the model, so that each has masks of its own.
    const at = (part: number) => ({ seed, epoch, step: (step - 1) * accumulate + part + 1 })
    const { loss, grads, stats } = accumulatedGradients(model, carry, split(indices, accumulate), (some, part) =>
      trainingBatch(model, images, some, at(part), augmentation),
    )
    try {
      const value = (await loss.data())[0] as number
      if (!Number.isFinite(value)) return value
      const context = { epoch, totalEpochs: epochs, loss: value }
      const recorder = recording && (steps - step) % recording.every === 0 ? recording.recorder : optimizer
      moveOn(await recorder.step(carry, grads, context), stats)
      return value
    } finally {
      tf.dispose([loss, grads, carry.stats === stats ? [] : stats])
    }
  }

  /** The batches from which statistics are estimated anew: the first ones of an epoch. */
  const statisticsBatches = (order: Uint32Array, epoch: number): readonly StatisticsBatch[] =>
    transform.evaluate === undefined
      ? []
      : split(order, steps)
          .slice(0, statistics)
          .map((some, i) => {
            const at = { seed, epoch, step: i + 1 }
            return [() => trainingBatch(model, images, some, at, augmentation).x, at]
          })

  /** One epoch, and what came of it: a result, or the reason to stop. */
  const trainEpoch = async (epoch: number): Promise<E.Either<Outcome, EpochResult>> => {
    const order = shuffledIndices(images.count, seed, epoch)
    const began = performance.now()
    let lossSum = 0
    for (let step = 1; step <= steps; step++) {
      signal?.throwIfAborted()
      const indices = order.subarray((step - 1) * batchSize, step * batchSize)
      const loss = await trainStep(indices, epoch, step)
      if (!Number.isFinite(loss)) return E.left(diverged(epoch, step, `the training loss is ${loss}`))
      lossSum += loss * indices.length
      onProgress?.({ epoch, epochs, step, steps, loss })
      await pause()
    }
    const trained = performance.now()
    const trainLoss = lossSum / images.count
    if (trainLoss > highest)
      return E.left(diverged(epoch, steps, `the mean training loss is ${trainLoss}, above ${highest}`))
    const again = statisticsBatches(order, epoch)
    const { accuracy, loss } = await withEvaluationVariables(config, carry, again, variables =>
      evaluate(model, variables, test, undefined, signal),
    )
    if (!Number.isFinite(loss)) return E.left(diverged(epoch, steps, `the test loss is ${loss}`))
    return E.right({
      epoch,
      trainLoss,
      testLoss: loss,
      testAccuracy: accuracy,
      seconds: (trained - began) / 1000,
      evaluationSeconds: (performance.now() - trained) / 1000,
      ...recording?.result(),
    })
  }

  /** Tells of the last epoch, with a checkpoint for as long as the listener takes. */
  const tell = async (result: EpochResult, listener: OnEpoch): Promise<void> => {
    let open = true
    const checkpoint = () => {
      if (!open) throw new Error(`the checkpoint of epoch ${result.epoch} is asked for after onEpoch has settled`)
      return encodeRun(transform, carry, { run: identity, epochs: done })
    }
    try {
      await listener(result, checkpoint, done)
    } finally {
      open = false
    }
  }

  try {
    const facts = { parameters: parameterCount(carry.params), stateBytes: stateBytes(carry.state), steps }
    while (done.length < epochs) {
      const result = await trainEpoch(done.length + 1)
      if (E.isLeft(result)) return { seed, epochs: done, outcome: result.left, ...facts }
      done = [...done, result.right]
      if (onEpoch !== undefined) await tell(result.right, onEpoch)
    }
    return { seed, epochs: done, outcome: { status: 'completed' }, ...facts }
  } finally {
    disposeCarry(carry)
  }
}
