/** The combinators, each on small parts. */
import * as claims from '../../../laws/index.js'
import * as P from '../../../src/index.js'
import { answersNever, capped, coefficient, gate, linear, plain, type Row, row } from './row.js'

const {
  boundedDeviation,
  boundedModulation,
  leafIndependence,
  reducesTo,
  rotationEquivariance,
  scaleEquivariance,
  scaleInvariance,
  sector,
  signSymmetry,
} = claims
const { chain, identity, masked, plasticityGate, recall, scale, trace } = P

export const combinators: readonly Row[] = [
  row('identity', 'identity', () => identity, ...linear, rotationEquivariance, ...gate(1, 1)),
  row(
    'zero',
    'zero',
    () => P.zero,
    ...linear,
    rotationEquivariance,
    boundedModulation({ lo: 0, hi: 0 }),
    answersNever('it gives nothing'),
  ),
  row('chain', '(trace(0.9), scale(2))', () => chain(trace(0.9), scale(2)), ...linear, rotationEquivariance),
  row(
    'namedChain',
    '({ momentum: trace(0.9), step: scale(2) })',
    () => P.namedChain({ momentum: trace(0.9), step: scale(2) }),
    ...linear,
  ),
  row(
    'weightedSum',
    '([0.5, trace(0.9)], [2, identity])',
    () => P.weightedSum([0.5, trace(0.9)], [2, identity]),
    ...linear,
    rotationEquivariance,
  ),
  row(
    'difference',
    '(trace(0.9), identity)',
    () => P.difference(trace(0.9), identity),
    ...linear,
    answersNever('the gradient itself is taken away'),
  ),
  row('lerp', '(identity, scale(2), 0.3)', () => P.lerp(identity, scale(2), 0.3), ...linear, ...gate(1.3, 1.3)),
  row(
    'plasticityGate',
    '(chain(gradientMagnitude(), normalizeSignal(), clamp(0.5, 1.5)))',
    () => plasticityGate(coefficient()),
    ...linear,
    ...gate(0.5, 1.5),
  ),
  row('graft', '(scaleByAdam(), identity)', () => P.graft(P.scaleByAdam(), identity), ...plain, scaleInvariance),
  row('graft', '(trace(0.9), identity)', () => P.graft(trace(0.9), identity), ...linear, rotationEquivariance),
  row(
    'provide',
    "('b', trace(0.9), recall('b'))",
    () => P.provide('b', trace(0.9), recall('b')),
    ...linear,
    reducesTo(trace(0.9)),
  ),
  row(
    'recall',
    "provide('b', identity, recall('b'))",
    () => P.provide('b', identity, recall('b')),
    ...linear,
    ...gate(1, 1),
  ),
  row('observe', "('b', trace(0.9))", () => P.observe('b', trace(0.9)), ...linear, reducesTo(trace(0.9))),
  row(
    'intervene',
    "(plasticityGate(observe('alpha', plasticity())), 'alpha', alpha => alpha.clipByValue(0.5, 1.5))",
    () =>
      P.intervene(P.plasticityGate(P.observe('alpha', P.plasticity())), 'alpha', alpha => alpha.clipByValue(0.5, 1.5)),
    ...linear,
    ...gate(0.5, 1.5),
  ),
  row('residual', '(trace(0.9))', () => P.residual(trace(0.9)), ...linear, rotationEquivariance),
  row(
    'boundedResidual',
    '(trace(0.9), 0.5)',
    () => P.boundedResidual(trace(0.9), 0.5),
    ...linear,
    ...capped(0.5),
    rotationEquivariance,
  ),
  row(
    'orthogonalResidual',
    '(plasticityGate(chain(emaActivity(), normalizeSignal())), { lambda: 1 })',
    () => P.orthogonalResidual(plasticityGate(chain(P.emaActivity(), P.normalizeSignal())), { lambda: 1 }),
    ...linear,
    boundedDeviation({ kappa: 0.5 }),
    sector({ c: 1, C: Math.hypot(1, 0.5), beyond: 1 }),
  ),
  row('masked', '(named(/[a-e]/), scale(2))', () => masked(P.named(/[a-e]/), scale(2)), ...linear, ...gate(1, 2)),
  row(
    'partition',
    "(name => (name < 'c' ? 'a' : 'b'), { a: scale(2), b: trace(0.9) })",
    () => P.partition(name => (name < 'c' ? 'a' : 'b'), { a: scale(2), b: trace(0.9) }),
    ...linear,
  ),
  row(
    'when',
    '(count => count.less(2), scale(2))',
    () => P.when(count => count.less(2), scale(2)),
    ...linear,
    ...gate(1, 2),
  ),
  row(
    'applyIfFinite',
    '(trace(0.9))',
    () => P.applyIfFinite(trace(0.9)),
    ...linear,
    reducesTo(trace(0.9), { when: 'finite gradients' }),
  ),
  row('zeroNans', '()', () => P.zeroNans(), ...linear, reducesTo(identity, { when: 'no NaN' })),
  row('stateless', '(updates => updates)', () => P.stateless(updates => updates), ...linear, ...gate(1, 1)),
  row('leafwise', '(g => g.mul(2))', () => P.leafwise(g => g.mul(2)), ...linear, ...gate(2, 2)),
  row('shuffleWithinLeaf', '(7)', () => P.shuffleWithinLeaf(7), signSymmetry, leafIndependence, scaleEquivariance),
]
