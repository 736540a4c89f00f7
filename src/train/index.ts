/** Training: the loop, evaluation, what alpha does. */
export type { AlphaStatistics } from './alpha.js'
export { epochsIn, type RunIdentity, readCheckpoint, type SavedRun } from './checkpoint.js'
export { type DiagnosticsOptions, type DiagnosticsRecorder, diagnosticsOf } from './diagnostics/recorder.js'
export type { Bounds, Diagnostics } from './diagnostics/types.js'
export { type Evaluation, evaluate, type Score, scoreLogits } from './evaluate.js'
export { type Batch, type LossAndGradients, lossAndGradients } from './loss.js'
export { type CheckpointPolicy, checkpointPolicy } from './policy.js'
export { perEpoch, stepsPerEpoch } from './schedule.js'
export { ResumeError, train } from './train.js'
export type {
  DiagnosticsConfig,
  EpochResult,
  OnEpoch,
  Outcome,
  Progress,
  TrainingConfig,
  TrainingRun,
} from './types.js'
