/** How well a model does on a set of images. */
import * as tf from '@tensorflow/tfjs'
import { type Examples, labelsAt, writeBatch } from '../data/index.js'
import type { Model, Variables } from '../models/index.js'
import { written } from '../wasm/direct.js'
import { pause } from './pause.js'

/** What an evaluation gives; the loss is in nats per example. */
export interface Evaluation {
  /** Fraction of the examples whose largest logit is at their class, in [0, 1]. */
  readonly accuracy: number
  /** Mean cross-entropy. */
  readonly loss: number
}

/** Sums over scored examples; they add up over batches. */
export interface Score {
  readonly correct: number
  readonly loss: number
}

/**
 * Scores logits in double precision.
 *
 * $$ \text{loss} = \sum_i \Big( \log \sum_c e^{z_{ic}} - z_{i y_i} \Big) $$
 *
 * Of equal logits the first class is the answer; a row with a NaN is never correct, and makes the loss NaN.
 *
 * @param logits row-major, `[labels.length, classes]`
 * @param labels a class for each row
 * @param classes logits per row
 * @example
 * scoreLogits([2, 0, 0, 1], [0, 0], 2) // { correct: 1, loss: 0.127 + 1.313 }
 */
export const scoreLogits = (logits: ArrayLike<number>, labels: ArrayLike<number>, classes: number): Score => {
  let correct = 0
  let loss = 0
  for (let row = 0; row < labels.length; row++) {
    const start = row * classes
    let best = 0
    let finite = true
    for (let c = 0; c < classes; c++) {
      const z = logits[start + c] as number
      if (z > (logits[start + best] as number)) best = c
      finite &&= !Number.isNaN(z)
    }
    const max = logits[start + best] as number
    // Shifting by the largest logit keeps the exponentials from overflowing, and changes nothing else.
    let sum = 0
    for (let c = 0; c < classes; c++) sum += Math.exp((logits[start + c] as number) - max)
    const label = labels[row] as number
    loss += Math.log(sum) + max - (logits[start + label] as number)
    if (finite && best === label) correct++
  }
  return { correct, loss }
}

/**
 * Accuracy and mean cross-entropy of a model on a set, without dropout and by running statistics, batch by batch.
 *
 * @param variables parameters and statistics; they stay the caller's
 * @param batchSize examples at a time, an integer >= 1; bounds memory, not the result. Default 500
 * @param signal once aborted, the result is rejected with its reason before the next batch
 * @returns plain numbers; no tensor is left behind, on success or failure
 * @example
 * const { accuracy } = await evaluate(model, { params, stats }, test)
 */
export const evaluate = async (
  model: Model,
  variables: Variables,
  set: Examples,
  batchSize = 500,
  signal?: AbortSignal,
): Promise<Evaluation> => {
  let total: Score = { correct: 0, loss: 0 }
  for (let start = 0; start < set.count; start += batchSize) {
    signal?.throwIfAborted()
    const indices = Uint32Array.from({ length: Math.min(batchSize, set.count - start) }, (_, i) => start + i)
    const labels = labelsAt(set, indices)
    const logits = tf.tidy(() => {
      const x = written([indices.length, ...model.inputShape], images => writeBatch(set, indices, images))
      return model.apply(variables, x).logits
    })
    try {
      const score = scoreLogits(await logits.data(), labels, model.classes)
      total = { correct: total.correct + score.correct, loss: total.loss + score.loss }
    } finally {
      logits.dispose()
    }
    await pause()
  }
  return { accuracy: total.correct / set.count, loss: total.loss / set.count }
}
