/** When a checkpoint is worth keeping. */
import { admit } from '../schema/hyperparameter.js'
import type { EpochResult } from './types.js'

/** Which epochs to keep. */
export interface CheckpointPolicy {
  /** Every so many epochs: an integer >= 1. Default 1. */
  readonly every?: number | undefined
  /** Only where the evaluated accuracy is above that of each epoch that came into question before. Default false. */
  readonly bestOnly?: boolean | undefined
}

/**
 * Whether the last of some epochs is one to keep. Pure: the results decide, so that a resumed run keeps the same ones.
 *
 * With both options, an epoch in question is a multiple of `every`, and the best of these so far is kept; of equal ones the
 * first.
 *
 * @returns a predicate over the results so far, in order, as `onEpoch` gets them
 * @throws HyperparameterError for `every`
 * @example
 * const due = checkpointPolicy({ bestOnly: true })
 * await train({ ...config, onEpoch: (_, checkpoint, done) => due(done) ? save(checkpoint()) : undefined })
 */
export const checkpointPolicy = ({ every = 1, bestOnly = false }: CheckpointPolicy = {}) => {
  admit('every', every, 'integer in [1, inf)')
  const inQuestion = ({ epoch }: EpochResult): boolean => epoch % every === 0
  return (done: readonly EpochResult[]): boolean => {
    const last = done.at(-1)
    if (last === undefined || !inQuestion(last)) return false
    return (
      !bestOnly ||
      done
        .slice(0, -1)
        .filter(inQuestion)
        .every(({ testAccuracy }) => testAccuracy < last.testAccuracy)
    )
  }
}
