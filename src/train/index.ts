/** Training: the loop, evaluation, what alpha does. */
export { type AlphaLeaf, type AlphaStatistics, alphaStatistics, type Bounds } from './alpha.js'
export { type Evaluation, evaluate, type Score, scoreLogits } from './evaluate.js'
export { type Batch, lossAndGradients } from './loss.js'
export { train } from './train.js'
export type { EpochResult, Outcome, Progress, TrainingConfig, TrainingRun } from './types.js'
