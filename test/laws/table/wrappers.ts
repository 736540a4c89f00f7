/** Wrappers: on some leaves, some steps, several gradients at once; what looks on, and what is injected. */
import * as claims from '../../../laws/index.js'
import * as P from '../../../src/index.js'
import { answersAt, answersNever, gate, linear, plain, type Row, row } from './row.js'

const { boundedIterates, boundedModulation, reducesTo, rotationEquivariance, scaleInvariance, boundedUpdateNorm } =
  claims
const { identity, scale, trace, zero } = P

export const wrappers: readonly Row[] = [
  row(
    'freeze',
    '(named(/[a-c]/))',
    () => P.freeze(P.named(/[a-c]/)),
    ...linear,
    ...gate(0, 1),
    answersNever('what is frozen stands still'),
  ),
  row(
    'freeze',
    '(named(/[a-c]/), scaleByAdam())',
    () => P.freeze(P.named(/[a-c]/), P.scaleByAdam()),
    ...plain,
    scaleInvariance,
    answersNever('what is frozen stands still'),
  ),
  row(
    'freeze',
    '(() => false, trace(0.9))',
    () => P.freeze(() => false, trace(0.9)),
    ...linear,
    reducesTo(trace(0.9), { when: 'nothing is frozen' }),
  ),
  row(
    'when',
    '(count => count.mod(2).equal(0), scaleByAdam(), zero)',
    () => P.when(count => count.mod(2).equal(0), P.scaleByAdam(), zero),
    ...plain,
    scaleInvariance,
    ...answersAt(1, 'every second step is zero'),
  ),
  row(
    'when',
    '(() => scalar(0), trace(0.9), zero)',
    () => P.when(() => P.scalar(0), trace(0.9), zero),
    reducesTo(zero, { when: 'it is never so' }),
    answersNever('its condition never holds'),
  ),
  row(
    'skipLargeUpdates',
    '(identity, { maxSquaredNorm: 100 })',
    () => P.skipLargeUpdates(identity, { maxSquaredNorm: 100 }),
    claims.signSymmetry,
    claims.permutationEquivariance,
    boundedUpdateNorm(10),
    ...gate(0, 1),
    answersNever('two gradients beyond the limit are both skipped'),
  ),
  row(
    'skipLargeUpdates',
    '(trace(0.9), { maxSquaredNorm: 1e30 })',
    () => P.skipLargeUpdates(trace(0.9), { maxSquaredNorm: 1e30 }),
    ...linear,
    reducesTo(trace(0.9), { when: 'gradients of norms below 1e15' }),
  ),
  row(
    'multiSteps',
    '(trace(0.9), 2)',
    () => P.multiSteps(trace(0.9), 2),
    ...linear,
    rotationEquivariance,
    ...answersAt(2, 'it adds up between'),
  ),
  row(
    'multiSteps',
    '(trace(0.9), 1)',
    () => P.multiSteps(trace(0.9), 1),
    ...linear,
    reducesTo(trace(0.9), { when: 'k = 1' }),
  ),
  row(
    'multiSteps',
    '(scaleByAdam(), piecewiseConstant(1, { 1: 2 }), { shouldSkip: isNotFinite })',
    () => P.multiSteps(P.scaleByAdam(), P.piecewiseConstant(1, { 1: 2 }), { shouldSkip: P.isNotFinite }),
    ...plain,
    scaleInvariance,
    boundedIterates(),
    ...answersAt(1, 'it adds up between'),
  ),
  row(
    'applyEvery',
    '(2)',
    () => P.applyEvery(2),
    ...linear,
    rotationEquivariance,
    ...answersAt(2, 'it adds up between'),
  ),
  row('applyEvery', '()', () => P.applyEvery(), ...linear, reducesTo(identity, { when: 'k = 1' }), ...gate(1, 1)),
  row(
    'flatten',
    '(clipByNorm(1))',
    () => P.flatten(P.clipByNorm(1)),
    claims.signSymmetry,
    claims.permutationEquivariance,
    rotationEquivariance,
    claims.clip('tree', 1),
    boundedUpdateNorm(1),
    reducesTo(P.clipByGlobalNorm(1)),
  ),
  row(
    'flatten',
    '(scaleByAdam())',
    () => P.flatten(P.scaleByAdam()),
    ...plain,
    scaleInvariance,
    reducesTo(P.scaleByAdam()),
  ),
  row('snapshot', "('seen')", () => P.snapshot('seen'), ...linear, reducesTo(identity)),
  row(
    'monitor',
    '({ norm: globalNorm, large: updates => globalNorm(updates).greater(1), params: (_, params) => params })',
    () =>
      P.monitor({
        norm: P.globalNorm,
        large: updates => P.globalNorm(updates).greater(1),
        params: (_, params) => params,
      }),
    ...linear,
    reducesTo(identity),
  ),
  row(
    'injectHyperparameters',
    '(({ decay }) => trace(decay), { decay: 0.9 })',
    () => P.injectHyperparameters(({ decay }) => trace(decay), { decay: 0.9 }),
    ...linear,
    rotationEquivariance,
    reducesTo(trace(0.9)),
  ),
  row(
    'injectHyperparameters',
    '(adam, { learningRate: linear(0.1, 0, 4), b1: 0.8 }, { weightDecay: 0 })',
    () => P.injectHyperparameters(P.adam, { learningRate: P.linear(0.1, 0, 4), b1: 0.8 }, { weightDecay: 0 }),
    ...plain,
    scaleInvariance,
    reducesTo(P.adam({ learningRate: P.linear(0.1, 0, 4), b1: 0.8 })),
  ),
  row(
    'injectHyperparameters',
    '(({ factor }) => scale(factor), { factor: -0.5 })',
    () => P.injectHyperparameters(({ factor }) => scale(factor), { factor: -0.5 }),
    ...linear,
    boundedModulation({ lo: -0.5, hi: -0.5 }),
  ),
]
