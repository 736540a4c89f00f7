/** Transforms that need no step size, or average parameters. */
export type { AdaptiveAdamOptions, AdaptiveAdamState } from './adaptiveAdam.js'
export { type CocobScaleOptions, type CocobState, scaleByCocob } from './cocob.js'
export type { InitStep } from './distance.js'
export {
  type DistanceOverGradientsOptions,
  type DogOptions,
  type DogState,
  type DowgOptions,
  type DowgState,
  scaleByDistanceOverGradients,
  scaleByDog,
  scaleByDowg,
} from './distance.js'
export { emaParams } from './emaParams.js'
export { type LookaheadOptions, type LookaheadState, lookahead } from './lookahead.js'
export { type Bettor, type MechanicOptions, type MechanicState, mechanize } from './mechanic.js'
export type { ModelOptions, ModelState, MomoAdamOptions, MomoOptions } from './momo.js'
export { perLeaf } from './perLeaf.js'
export { type PlateauOptions, type PlateauState, reduceOnPlateau } from './plateau.js'
export type { ProdigyOptions, ProdigyState } from './prodigy.js'
export { normalize, type SamOptions, type SamState, sam } from './sam.js'
export { type ScheduleFreeOptions, type ScheduleFreeState, scheduleFree } from './scheduleFree.js'
