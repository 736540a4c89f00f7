/** Arbitraries: what laws draw. */
export { arbitraryNumber, arbitraryScale, type Magnitudes } from './number.js'
export { arbitraryQuadratic, gradientAt, type Quadratic, rotate, rotateBack, valueAt } from './quadratic.js'
export { arbitraryTransform, type TransformOptions, type Written, written } from './transform.js'
export { arbitraryTrial, type TrialOptions } from './trial.js'
