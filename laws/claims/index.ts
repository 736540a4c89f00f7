/** Laws that a transform may claim. */
export { boundedUpdateNorm, type ClipScope, clip, decoupledDecay } from './bounds.js'
export { type ControlsClaim, controls } from './controls.js'
export { evaluatesAt, evaluatesAtAverage, evaluatesAtEvery, type Trained } from './evaluation.js'
export { boundedDeviation, boundedModulation, type Sector, sector } from './modulation.js'
export { freshNoise } from './noise.js'
export { boundedIterates, neverRises, stabilityLimit } from './quadratics.js'
export { convergesOnReddi } from './reddi.js'
export { reducesTo } from './reduction.js'
export { activity, momentRatio, normalization, orthogonality } from './signals.js'
export {
  leafIndependence,
  permutationEquivariance,
  rotationEquivariance,
  scaleEquivariance,
  scaleInvariance,
  signSymmetry,
} from './symmetry.js'
