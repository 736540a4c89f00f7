/** The variables that a run is evaluated with. */
import * as tf from '@tensorflow/tfjs'
import { map } from '../expr/tree.js'
import type { Model, TrainingMoment, Variables } from '../models/index.js'
import { evaluationParams } from '../runtime/index.js'
import type { GradientTransform } from '../transform/types.js'
import type { Carry } from './carry.js'
import { pause } from './pause.js'

/** A batch of training images, made when it is wanted, and the moment that it stands for. */
export type StatisticsBatch = readonly [images: () => tf.Tensor, at: TrainingMoment]

/**
 * The statistics of a model after it has met some batches in training, at parameters that stay.
 *
 * @returns fresh tensors, which the caller owns; variables stay the caller's
 */
const statisticsAfter = async (
  model: Model,
  { params, stats }: Variables,
  batches: readonly StatisticsBatch[],
  signal: AbortSignal | undefined,
): Promise<Variables['stats']> => {
  let now: Variables['stats'] = map((x: tf.Tensor) => x.clone())(stats)
  try {
    for (const [images, at] of batches) {
      signal?.throwIfAborted()
      const next = tf.tidy(() => model.apply({ params, stats: now }, images(), at).stats)
      tf.dispose(now)
      now = next
      await pause()
    }
    return now
  } catch (error) {
    tf.dispose(now)
    throw error
  }
}

/**
 * Runs `f` with the variables to evaluate at: the parameters that the transform keeps for that, and statistics that are
 * estimated anew at them from some batches, or, without any, those of training.
 *
 * @param carry stays the caller's
 * @param batches to estimate from, in order
 * @param f not to dispose what it is given
 * @returns what `f` gives; no tensor is left behind, on success or failure
 */
export const withEvaluationVariables = async <S, R>(
  { model, transform, signal }: { model: Model; transform: GradientTransform<S>; signal?: AbortSignal | undefined },
  carry: Carry<S>,
  batches: readonly StatisticsBatch[],
  f: (variables: Variables) => Promise<R>,
): Promise<R> => {
  // What keeps no weights is evaluated as it is: that costs nothing.
  const params = transform.evaluate === undefined ? undefined : evaluationParams(transform, carry.params, carry.state)
  const at = { params: params ?? carry.params, stats: carry.stats }
  try {
    if (batches.length === 0) return await f(at)
    const stats = await statisticsAfter(model, at, batches, signal)
    try {
      return await f({ ...at, stats })
    } finally {
      tf.dispose(stats)
    }
  } finally {
    if (params !== undefined) tf.dispose(params)
  }
}
