/** Running transforms on tensors. */
export { applyUpdates } from './applyUpdates.js'
export { type CompileOptions, compile, type ObserveOptions } from './compile.js'
export type { ExecutionPlan } from './runner.js'
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
