/** Transforms that know what they were made from. */
import { rated, rateOf } from './rate.js'
import type { GradientTransform, OptimizerConfig } from './types.js'

/** A copy of a transform with its configuration, which is otherwise the same: it ends in the same learning rate. */
export const configured = <T extends GradientTransform<unknown>>(transform: T, config: OptimizerConfig): T =>
  rated({ ...transform, config }, rateOf(transform))
