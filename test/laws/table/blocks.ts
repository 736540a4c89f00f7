/** Transforms by block, factored, of matrices, and assorted. */
import * as claims from '../../../laws/index.js'
import * as P from '../../../src/index.js'
import { answersNever, linear, plain, type Row, row } from './row.js'

const {
  boundedIterates,
  boundedModulation,
  exempt,
  freshNoise,
  leafIndependence,
  permutationEquivariance,
  reducesTo,
  rotationEquivariance,
  scaleEquivariance,
  scaleInvariance,
  signSymmetry,
  boundedUpdateNorm,
} = claims
const { scale } = P

const sumsUp = exempt('recovers from a huge gradient', 'the squares are added up and never forgotten, by definition')
const compounds = exempt(
  'finite in, finite out',
  'each step multiplies the parameters by up to the gradient: after a few of 1e12 they are beyond float32; within a clip it is kept',
)
const isNoise = exempt('zero in, zero out', 'noise moves parameters by itself')

/** What is the same whichever element of a leaf comes first, but not where rows and columns have a meaning. */
const byAxis = [signSymmetry, leafIndependence]

export const blocks: readonly Row[] = [
  row('scaleByParamBlockNorm', '()', () => P.scaleByParamBlockNorm(), compounds, ...linear, rotationEquivariance),
  row(
    'scaleByParamBlockNorm',
    'chain(clipByNorm(1), scaleByParamBlockNorm())',
    () => P.chain(P.clipByNorm(1), P.scaleByParamBlockNorm()),
    ...plain,
  ),
  row(
    'scaleByParamBlockRms',
    '({ minScale: 0.5 })',
    () => P.scaleByParamBlockRms({ minScale: 0.5 }),
    compounds,
    ...linear,
    rotationEquivariance,
  ),
  row(
    'clipByBlockRms',
    '(1)',
    () => P.clipByBlockRms(1),
    ...plain,
    rotationEquivariance,
    boundedModulation({ lo: 0, hi: 1 }),
    boundedUpdateNorm(Math.sqrt(7)),
  ),
  row(
    'normalizeByUpdateNorm',
    '()',
    () => P.normalizeByUpdateNorm(),
    signSymmetry,
    permutationEquivariance,
    rotationEquivariance,
    scaleInvariance,
    boundedUpdateNorm(1),
  ),
  row(
    'normalizeByUpdateNorm',
    '({ scaleFactor: -0.1, eps: 1e-8 })',
    () => P.normalizeByUpdateNorm({ scaleFactor: -0.1, eps: 1e-8 }),
    signSymmetry,
    scaleInvariance,
    boundedIterates({ learningRate: 0.1 }),
  ),
  row('adaptiveGradClip', '(0.1)', () => P.adaptiveGradClip(0.1), ...byAxis, boundedModulation({ lo: 0, hi: 1 })),
  row('adaptiveGradClip', '(2, { axes: [], eps: 1 })', () => P.adaptiveGradClip(2, { axes: [], eps: 1 }), ...plain),
  row('centralize', '()', () => P.centralize(), ...byAxis, scaleEquivariance),
  row(
    'centralize',
    "({ unitAxis: 'last' })",
    () => P.centralize({ unitAxis: 'last' }),
    ...byAxis,
    scaleEquivariance,
    answersNever('of units of one element nothing is left'),
  ),
  row(
    'keepParamsNonNegative',
    '()',
    () => P.keepParamsNonNegative(),
    exempt('zero in, zero out', 'a negative parameter moves to 0'),
    permutationEquivariance,
    leafIndependence,
  ),
  row(
    'scaleByTrustRatio',
    '({ min: 0.5, max: 2 })',
    () => P.scaleByTrustRatio({ min: 0.5, max: 2 }),
    ...plain,
    rotationEquivariance,
    boundedModulation({ lo: 0.5, hi: 2 }),
  ),
  row(
    'scaleByTrustRatio',
    '({ minNorm: 0.1, trustCoefficient: 0.5, eps: 0 })',
    () => P.scaleByTrustRatio({ minNorm: 0.1, trustCoefficient: 0.5, eps: 0 }),
    ...plain,
    rotationEquivariance,
  ),
  row(
    'scaleByTrustRatio',
    "({ zeroNorm: 'formula' })",
    () => P.scaleByTrustRatio({ zeroNorm: 'formula' }),
    ...plain,
    rotationEquivariance,
  ),
  row('scaleBySm3', '()', () => P.scaleBySm3(), sumsUp, ...byAxis, scaleInvariance),
  row('scaleBySm3', '({ b1: 0, b2: 0.9 })', () => P.scaleBySm3({ b1: 0, b2: 0.9 }), ...byAxis, scaleInvariance),
  row('scaleByFactoredRms', '()', () => P.scaleByFactoredRms(), ...plain, scaleInvariance),
  row(
    'scaleByFactoredRms',
    '({ minDimSizeToFactor: 2 })',
    () => P.scaleByFactoredRms({ minDimSizeToFactor: 2 }),
    ...byAxis,
    scaleInvariance,
  ),
  row(
    'scaleByFactoredRms',
    '({ factored: false, minDimSizeToFactor: 1, stepOffset: 2 })',
    () => P.scaleByFactoredRms({ factored: false, minDimSizeToFactor: 1, stepOffset: 2 }),
    ...plain,
    scaleInvariance,
  ),
  row('addNoise', '()', () => P.addNoise(), isNoise, freshNoise, leafIndependence),
  row(
    'addNoise',
    '({ eta: 1, gamma: 0, seed: 7 })',
    () => P.addNoise({ eta: 1, gamma: 0, seed: 7 }),
    isNoise,
    freshNoise,
  ),
  row(
    'addNoise',
    '({ eta: 0 })',
    () => P.addNoise({ eta: 0 }),
    ...linear,
    reducesTo(P.identity, { when: 'no variance' }),
  ),
  row('scaleByOptimisticGradient', '()', () => P.scaleByOptimisticGradient(), ...linear, rotationEquivariance),
  row(
    'scaleByOptimisticGradient',
    '({ alpha: 0.5, beta: 0 })',
    () => P.scaleByOptimisticGradient({ alpha: 0.5, beta: 0 }),
    ...linear,
    reducesTo(scale(0.5), { when: 'beta = 0' }),
  ),
  row(
    'scaleByPolyak',
    '()',
    () => P.scaleByPolyak(),
    signSymmetry,
    permutationEquivariance,
    rotationEquivariance,
    boundedModulation({ lo: 0, hi: 1 }),
  ),
  row(
    'scaleByPolyak',
    "({ variant: 'sps+', fMin: 2, eps: 1 })",
    () => P.scaleByPolyak({ variant: 'sps+', fMin: 2, eps: 1 }),
    reducesTo(P.zero, { when: 'the loss below its least value' }),
    answersNever('the loss is below its least value: no step'),
  ),
  row('scaleByMuon', '()', () => P.scaleByMuon(), ...byAxis, scaleInvariance),
  row(
    'scaleByMuon',
    "({ nsCoeffs: 'dion', nesterov: false, biasCorrection: false })",
    () => P.scaleByMuon({ nsCoeffs: 'dion', nesterov: false, biasCorrection: false }),
    ...byAxis,
    scaleInvariance,
  ),
  row('scaleByMuon', '({ adaptive: true })', () => P.scaleByMuon({ adaptive: true }), ...byAxis, scaleEquivariance),
  row(
    'scaleByMuon',
    '({ nsSteps: 0 })',
    () => P.scaleByMuon({ nsSteps: 0 }),
    ...plain,
    rotationEquivariance,
    scaleInvariance,
    boundedUpdateNorm(1),
  ),
  row('scaleByShape', '()', () => P.scaleByShape(), ...linear, rotationEquivariance),
  row('scaleByShape', '({ consistentRms: 0.2 })', () => P.scaleByShape({ consistentRms: 0.2 }), ...linear),
  row('scaleBySophia', '()', () => P.scaleBySophia(), ...plain),
  row(
    'scaleBySophia',
    "provide('hessian', leafwise(g => g.square()), scaleBySophia())",
    () =>
      P.provide(
        'hessian',
        P.leafwise(g => g.square()),
        P.scaleBySophia(),
      ),
    ...plain,
  ),
  row('scaleByMadgrad', '()', () => P.scaleByMadgrad(), sumsUp, ...plain),
  row('scaleByAcprop', '()', () => P.scaleByAcprop(), ...plain),
]
