/** When a checkpoint is worth keeping. */
import { flag, type OptionsOf, options, plain } from '../schema/index.js'
import type { EpochResult } from './types.js'

const policyOptions = options({
  /** Every so many epochs; default 1. */
  every: plain('integer in [1, inf)', 1),
  /** Only where the evaluated accuracy is above that of each epoch that came into question before. */
  bestOnly: flag(false),
})

/** Which epochs to keep. */
export interface CheckpointPolicy extends OptionsOf<typeof policyOptions, undefined> {}

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
export const checkpointPolicy = (given: CheckpointPolicy = {}) => {
  const { every, bestOnly } = policyOptions.read('checkpointPolicy', given)
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
