/** Schedules: hyperparameters as functions of the number of steps taken. */

export { constant, type Schedule, type Scheduled, scheduleOf } from '../../schema/schedule.js'
export {
  type CosineOnecycleOptions,
  cosineOnecycle,
  type LinearOnecycleOptions,
  linearOnecycle,
  sgdr,
  type WarmupCosineOptions,
  type WarmupExponentialOptions,
  type WarmupOptions,
  warmUp,
  warmupConstant,
  warmupCosineDecay,
  warmupExponentialDecay,
} from './cycles.js'
export {
  cosineDecay,
  type ExponentialOptions,
  exponentialDecay,
  linear,
  type PolynomialOptions,
  polynomial,
  type TransitionOptions,
} from './decay.js'
export { type FactorsByStep, type Interpolation, joined, piecewiseConstant, piecewiseInterpolate } from './pieces.js'
