/** Optimizers by block, of matrices, with noise, for games, and of optax's `contrib`. */
import * as claims from '../../../laws/index.js'
import * as P from '../../../src/index.js'
import { plain, type Row, row } from './row.js'

const {
  boundedIterates,
  boundedModulation,
  decays,
  decoupledDecay,
  exempt,
  freshNoise,
  leafIndependence,
  permutationEquivariance,
  reducesTo,
  rotationEquivariance,
  scaleInvariance,
  signSymmetry,
} = claims

const sumsUp = exempt('recovers from a huge gradient', 'the squares are added up and never forgotten, by definition')
const isNoise = exempt('zero in, zero out', 'noise moves parameters by itself')

/** What holds where rows and columns have a meaning. */
const byAxis = [signSymmetry, leafIndependence]

export const blockOptimizers: readonly Row[] = [
  row('sm3', '()', () => P.sm3(), sumsUp, ...byAxis, scaleInvariance),
  row(
    'sm3',
    '({ learningRate: 0.01, momentum: 0, weightDecay: 0.1 })',
    () => P.sm3({ learningRate: 0.01, momentum: 0, weightDecay: 0.1 }),
    sumsUp,
    decays,
    ...byAxis,
  ),
  row('adafactor', '()', () => P.adafactor(), ...plain, scaleInvariance),
  row(
    'adafactor',
    '({ learningRate: 0.01, minDimSizeToFactor: 2, momentum: 0.9 })',
    () => P.adafactor({ learningRate: 0.01, minDimSizeToFactor: 2, momentum: 0.9 }),
    ...byAxis,
    scaleInvariance,
  ),
  row(
    'adafactor',
    '({ learningRate: 0.01, multiplyByParameterScale: false, clippingThreshold: Infinity, weightDecay: 0.1 })',
    () =>
      P.adafactor({
        learningRate: 0.01,
        multiplyByParameterScale: false,
        clippingThreshold: Number.POSITIVE_INFINITY,
        weightDecay: 0.1,
      }),
    decays,
    ...plain,
    decoupledDecay(0.1),
  ),
  row('lars', '()', () => P.lars(), ...plain, rotationEquivariance),
  row(
    'lars',
    '({ weightDecay: 0.1, nesterov: true, trustRatioMask: convOnly })',
    () => P.lars({ weightDecay: 0.1, nesterov: true, trustRatioMask: P.convOnly }),
    decays,
    ...plain,
  ),
  row('lamb', '()', () => P.lamb(), ...plain, scaleInvariance),
  row('lamb', '({ weightDecay: 0.1 })', () => P.lamb({ weightDecay: 0.1 }), decays, ...plain),
  row('fromage', '()', () => P.fromage(), decays, ...plain, rotationEquivariance, scaleInvariance),
  row('noisySgd', '()', () => P.noisySgd(), isNoise, freshNoise, leafIndependence),
  row('noisySgd', '({ eta: 0 })', () => P.noisySgd({ eta: 0 }), ...plain, reducesTo(P.sgd(), { when: 'no variance' })),
  row('optimisticGradientDescent', '()', () => P.optimisticGradientDescent(), ...plain, rotationEquivariance),
  row(
    'optimisticGradientDescent',
    '({ beta: 0 })',
    () => P.optimisticGradientDescent({ beta: 0 }),
    reducesTo(P.sgd(), { when: 'beta = 0' }),
  ),
  row('optimisticAdam', '()', () => P.optimisticAdam(), ...plain, scaleInvariance),
  row(
    'optimisticAdam',
    '({ beta: 0, nesterov: false, weightDecay: 0.1 })',
    () => P.optimisticAdam({ beta: 0, nesterov: false, weightDecay: 0.1 }),
    decays,
    ...plain,
    decoupledDecay(1e-4),
    reducesTo(P.adamw({ weightDecay: 0.1 }), { when: 'beta = 0' }),
  ),
  row(
    'polyakSgd',
    '()',
    () => P.polyakSgd(),
    signSymmetry,
    permutationEquivariance,
    rotationEquivariance,
    boundedModulation({ lo: -1, hi: 0 }),
  ),
  row('muon', '()', () => P.muon(), ...byAxis, scaleInvariance),
  row(
    'muon',
    '({ convolutions: true, consistentRms: 0.2, weightDecay: 0.1, adamWeightDecay: 0.1 })',
    () => P.muon({ convolutions: true, consistentRms: 0.2, weightDecay: 0.1, adamWeightDecay: 0.1 }),
    decays,
    ...byAxis,
    decoupledDecay(1e-4),
  ),
  row('sophia', '()', () => P.sophia(), decays, ...plain, decoupledDecay(1e-8)),
  row(
    'sophia',
    "provide('hessian', leafwise(g => g.square()), sophia({ learningRate: 0.01, weightDecay: 0 }))",
    () =>
      P.provide(
        'hessian',
        P.leafwise(g => g.square()),
        P.sophia({ learningRate: 0.01, weightDecay: 0 }),
      ),
    ...plain,
    boundedIterates({ learningRate: 0.01 }),
  ),
  row('madgrad', '()', () => P.madgrad(), sumsUp, ...plain),
  row('madgrad', '({ weightDecay: 0.1 })', () => P.madgrad({ weightDecay: 0.1 }), sumsUp, decays, ...plain),
  row('acprop', '()', () => P.acprop(), ...plain),
  row('acprop', '({ weightDecay: 0.1 })', () => P.acprop({ weightDecay: 0.1 }), decays, ...plain, decoupledDecay(1e-4)),
]
