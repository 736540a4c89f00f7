/**
 * `plastax/study`: experiments. Variants, data sets, fractions, models and seeds make a study; its runs are spread over workers,
 * resumed after a crash, and end in a report. What they are made of is here too: data sets, models, the training loop.
 *
 * @packageDocumentation
 */

export { cifarAugmentation, type DataSet, loadDataSet } from '../data/index.js'
export { lenet5, type Model, mlp, resnet18, smallCnn } from '../models/index.js'
export {
  checkpointPolicy,
  type EpochResult,
  perEpoch,
  ResumeError,
  readCheckpoint,
  stepsPerEpoch,
  type TrainingConfig,
  type TrainingRun,
  train,
} from '../train/index.js'
export { type ControlledVariants, withControls } from './controls.js'
export {
  changed,
  type DefinedStudy,
  defineStudy,
  type StudyChanges,
  type StudyDefinition,
} from './define.js'
export type { Engine, EngineContext, EngineEvents, RunEvent, RunStore, StudyRequest } from './engine.js'
export { StudyError } from './error.js'
export { candidatesOf, grid, learningRates } from './grid.js'
export { loadStudy } from './load.js'
export { localEngine } from './local.js'
export { lockFolder } from './lock.js'
export { type Manifest, readManifest, resultOf } from './manifest.js'
export { type Cell, cellOf, cellsOf, fingerprintOf, tuningRuns } from './plan.js'
export { plannedRuns, readRecords, runStudy, type StudyEvents } from './run.js'
export type * from './types.js'
export { controls, GRADIENT_ONLY, namedVariants, plastic, variants, WITHOUT_PLASTICITY } from './variants.js'
