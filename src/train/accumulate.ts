/** Gradients of a batch that is met in parts, where memory cannot hold it whole. */
import * as tf from '@tensorflow/tfjs'
import { map, zipWith } from '../expr/tree.js'
import type { Model, Variables } from '../models/index.js'
import { type Batch, type LossAndGradients, lossAndGradients } from './loss.js'

/**
 * Indices in at most `parts` runs, in order, whose lengths differ by one at most; none is empty.
 *
 * @param parts an integer >= 1
 * @example
 * split(Uint32Array.of(5, 6, 7), 2) // [Uint32Array [5], Uint32Array [6, 7]]
 */
export const split = (indices: Uint32Array, parts: number): readonly Uint32Array[] => {
  const edge = (part: number) => Math.floor((part * indices.length) / parts)
  return Array.from({ length: parts }, (_, part) => indices.subarray(edge(part), edge(part + 1))).filter(
    ({ length }) => length > 0,
  )
}

/** $a + w b$, with the statistics of `b`, the later one. */
const plus = (a: LossAndGradients | undefined, b: LossAndGradients, weight: number): LossAndGradients => {
  // Not multiplied by 1, and not added to 0: an undivided batch gives just its own numbers, and costs nothing more.
  const scaled = <T extends tf.Tensor>(x: T): T => (weight === 1 ? x : tf.mul(x, weight))
  const [loss, grads] = [scaled(b.loss), map((grad: tf.Tensor) => scaled(grad))(b.grads)]
  if (a === undefined) return { loss, grads, stats: b.stats }
  return {
    loss: tf.add(a.loss, loss),
    grads: zipWith([a.grads, grads], (x: tf.Tensor, y: tf.Tensor) => tf.add(x, y)),
    stats: b.stats,
  }
}

/**
 * What `lossAndGradients` gives for a whole batch, from its parts, with one of them on the device at a time.
 *
 * $$ L = \sum_k \frac{n_k}{n} L_k, \qquad g = \sum_k \frac{n_k}{n} g_k $$
 *
 * Equal up to rounding, unless the model normalizes by the batch: then each part is normalized by itself, and the statistics
 * go from part to part.
 *
 * @param parts which examples, part by part: at least one part, none of them empty
 * @param batchOf fresh tensors for a part, by its indices and its place, from 0; they are disposed here
 * @returns fresh tensors, which the caller owns; variables stay the caller's
 * @example
 * const parts = split(indices, 4)
 * const { loss, grads, stats } = accumulatedGradients(model, { params, stats }, parts, batchOf)
 */
export const accumulatedGradients = (
  model: Model,
  { params, stats }: Variables,
  parts: readonly Uint32Array[],
  batchOf: (indices: Uint32Array, part: number) => Batch,
): LossAndGradients => {
  const count = parts.reduce((sum, { length }) => sum + length, 0)
  let total: LossAndGradients | undefined
  try {
    for (const [part, indices] of parts.entries()) {
      const variables = { params, stats: total?.stats ?? stats }
      const next = tf.tidy(() =>
        plus(total, lossAndGradients(model, variables, batchOf(indices, part)), indices.length / count),
      )
      if (total !== undefined) tf.dispose(total)
      total = next
    }
  } catch (error) {
    if (total !== undefined) tf.dispose(total)
    throw error
  }
  if (total === undefined) throw new RangeError('a batch has no parts; it needs at least one')
  return total
}
