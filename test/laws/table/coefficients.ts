/** Signals and coefficients. */
import * as claims from '../../../laws/index.js'
import * as P from '../../../src/index.js'
import { answersAt, gate, linear, type Row, row } from './row.js'

const { boundedModulation, leafIndependence, permutationEquivariance, reducesTo, scaleInvariance, exempt } = claims
const { identity, plasticity, plasticityGate } = P

/** Signals and coefficients, as gates where that says more. */
export const coefficients: readonly Row[] = [
  row(
    'gradientSignal',
    '()',
    () => P.gradientSignal(),
    permutationEquivariance,
    leafIndependence,
    scaleInvariance,
    claims.normalization(),
  ),
  row(
    'activitySignal',
    '()',
    () => P.activitySignal(),
    permutationEquivariance,
    leafIndependence,
    scaleInvariance,
    claims.normalization(),
  ),
  row(
    'memorySignal',
    '()',
    () => P.memorySignal(),
    permutationEquivariance,
    leafIndependence,
    scaleInvariance,
    claims.normalization(),
    ...answersAt(2, 'the first gradient agrees with its own average, whatever it is'),
  ),
  row(
    'gradientOnlyAlpha',
    'plasticityGate(gradientOnlyAlpha())',
    () => plasticityGate(P.gradientOnlyAlpha()),
    ...linear,
    ...gate(0.2, 2),
  ),
  row(
    'plasticity',
    '()',
    () => plasticity(),
    exempt('zero in, zero out', 'a coefficient is at least its lower bound'),
    permutationEquivariance,
    leafIndependence,
    scaleInvariance,
  ),
  row('plasticity', 'plasticityGate(plasticity())', () => plasticityGate(plasticity()), ...linear, ...gate(0.2, 2)),
  row(
    'plasticity',
    'plasticityGate(plasticity({ warmupEpochs: 3, minAlpha: 0.5, maxAlpha: 1.5 }))',
    () => plasticityGate(plasticity({ warmupEpochs: 3, minAlpha: 0.5, maxAlpha: 1.5 })),
    ...linear,
    ...gate(0.5, 1.5),
  ),
  row(
    'plasticity',
    'plasticityGate(plasticity({ parameterwise: false }))',
    () => plasticityGate(plasticity({ parameterwise: false })),
    ...linear,
    ...gate(0.2, 2),
  ),
  // Scale 2 is at most three spans away; that it leaves [lo, hi] is the subject of a test of its own.
  row(
    'plasticity',
    'plasticityGate(plasticity({ plasticityScale: 2 }))',
    () => plasticityGate(plasticity({ plasticityScale: 2 })),
    ...linear,
    boundedModulation({ lo: -1.6, hi: 3.8 }),
  ),
  row(
    'plasticity',
    'plasticityGate(plasticity({ plasticityScale: 2, boundAfterScaling: true }))',
    () => plasticityGate(plasticity({ plasticityScale: 2, boundAfterScaling: true })),
    ...linear,
    ...gate(0.2, 2),
  ),
  row(
    'plasticity',
    'plasticityGate(plasticity({ minAlpha: 1, maxAlpha: 1 }))',
    () => plasticityGate(plasticity({ minAlpha: 1, maxAlpha: 1 })),
    reducesTo(identity, { when: 'lo = hi = 1' }),
  ),
  row(
    'plasticity',
    'plasticityGate(plasticity({ plasticityScale: 0 }))',
    () => plasticityGate(plasticity({ plasticityScale: 0 })),
    reducesTo(plasticityGate(P.gradientOnlyAlpha()), { when: 's = 0' }),
  ),
  row(
    'plasticity',
    'plasticityGate(plasticity({ warmupEpochs: 3 }))',
    () => plasticityGate(plasticity({ warmupEpochs: 3 })),
    reducesTo(plasticityGate(P.gradientOnlyAlpha()), { when: 'first warm-up epoch', context: { epoch: 1 } }),
  ),
  row(
    'plasticity',
    'plasticityGate(plasticity({ activityWeight: 0, gradientWeight: 1, memoryWeight: 0 }))',
    () => plasticityGate(plasticity({ activityWeight: 0, gradientWeight: 1, memoryWeight: 0 })),
    reducesTo(plasticityGate(P.gradientOnlyAlpha()), { when: 'weights (0, 1, 0)' }),
  ),
]
