/** Running transforms on tensors. */
export { applyUpdates } from './applyUpdates.js'
export { decodeState, encodeState } from './codec/index.js'
export { type CompileOptions, compile, type ObserveOptions } from './compile.js'
export { evaluationCallback } from './evaluationCallback.js'
export { evaluationParams } from './evaluationParams.js'
export { incrementalUpdate } from './incrementalUpdate.js'
export type { ConfigErrors } from './problems.js'
export type { ExecutionPlan } from './runner.js'

export { type TfOptimizer, type TfOptimizerOptions, toTfOptimizer } from './tfOptimizer.js'
export type {
  Concrete,
  Gradients,
  ObservedOptimizer,
  Optimizer,
  Readings,
  StepContext,
  Tensors,
  Training,
} from './types.js'
