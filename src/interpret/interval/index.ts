/** The interpreter that bounds. */
export type { Assumptions } from './analysis.js'
export type { Blame } from './blame.js'
export type { Interval } from './interval.js'
export { type ModulationBounds, modulationBounds } from './modulationBounds.js'
export { type UpdateNormBound, updateNormBound } from './updateNormBound.js'
