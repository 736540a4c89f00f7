/** The adaptive transforms. */
import * as claims from '../../../laws/index.js'
import * as P from '../../../src/index.js'
import { answersAt, plain, type Row, row } from './row.js'

const {
  boundedIterates,
  convergesOnReddi,
  decays,
  decoupledDecay,
  exempt,
  momentRatio,
  reducesTo,
  rotationEquivariance,
  scaleEquivariance,
  scaleInvariance,
  boundedUpdateNorm,
} = claims

const { scaleByAdam } = P

/** What elementwise rules claim that the size of gradients makes no difference to. */
export const normalized = [...plain, scaleInvariance]

/** What never falls cannot fade. */
export const neverForgets = exempt(
  'recovers from a huge gradient',
  'a second moment that never falls is what the rule is: after a huge gradient steps stay small',
)
export const slowToForget = exempt(
  'recovers from a huge gradient',
  'the second moment falls by a part of the last squared gradient only, however large it is itself',
)

/** The betas with which Adam fails on Reddi's problem. */
export const reddi = { b1: 0, b2: 1 / 17 }

export const adaptive: readonly Row[] = [
  row('scaleByAdam', '({ nesterov: true })', () => scaleByAdam({ nesterov: true }), ...normalized, boundedIterates()),
  row('scaleByAdam', '({ epsRoot: 0.1 })', () => scaleByAdam({ epsRoot: 0.1 }), ...plain, boundedIterates()),
  row(
    'scaleByAmsgrad',
    '()',
    () => P.scaleByAmsgrad(),
    ...normalized,
    momentRatio({ b1: 0.9, b2: 0.999 }),
    boundedIterates(),
    neverForgets,
  ),
  row(
    'scaleByAmsgrad',
    '({ b1: 0, b2: 1 / 17 })',
    () => P.scaleByAmsgrad(reddi),
    ...normalized,
    convergesOnReddi(),
    neverForgets,
  ),
  row(
    'scaleByAmsgrad',
    "({ b1: 0, b2: 1 / 17, maximumOf: 'correctedMoment' })",
    () => P.scaleByAmsgrad({ ...reddi, maximumOf: 'correctedMoment' }),
    ...normalized,
    convergesOnReddi(),
    neverForgets,
  ),
  row(
    'scaleByAmsgrad',
    '({ b1: 0, b2: 1 / 17, biasCorrection: false })',
    () => P.scaleByAmsgrad({ ...reddi, biasCorrection: false }),
    ...normalized,
    convergesOnReddi(),
    neverForgets,
  ),
  row('scaleByAdamax', '()', () => P.scaleByAdamax(), ...normalized, boundedIterates()),
  row('scaleByBelief', '()', () => P.scaleByBelief(), ...normalized),
  row('scaleByBelief', '({ nesterov: true })', () => P.scaleByBelief({ nesterov: true }), ...normalized),
  row('scaleByYogi', '()', () => P.scaleByYogi(), ...plain, boundedIterates(), slowToForget),
  row(
    'scaleByYogi',
    '({ eps: 1e-8, initialAccumulator: 0 })',
    () => P.scaleByYogi({ eps: 1e-8, initialAccumulator: 0 }),
    ...normalized,
    boundedIterates(),
    slowToForget,
  ),
  row('scaleByNadam', '()', () => P.scaleByNadam(), ...normalized, boundedIterates()),
  row(
    'scaleByNadam',
    '({ momentumDecay: 1e6 })',
    () => P.scaleByNadam({ momentumDecay: 1e6 }),
    ...normalized,
    reducesTo(scaleByAdam({ nesterov: true }), { when: 'psi large', within: 1e-5 }),
  ),
  row('scaleByRadam', '()', () => P.scaleByRadam(), ...plain),
  row(
    'scaleByRadam',
    '({ b2: 0.9, nesterov: true, epsAfterCorrection: false })',
    () => P.scaleByRadam({ b2: 0.9, nesterov: true, epsAfterCorrection: false }),
    ...plain,
  ),
  row(
    'scaleByRadam',
    '({ threshold: Infinity })',
    () => P.scaleByRadam({ threshold: Number.POSITIVE_INFINITY }),
    ...plain,
    scaleEquivariance,
    reducesTo(P.ema(0.9, { biasCorrection: true }), { when: 'threshold infinite' }),
  ),
  row('scaleByAdan', '()', () => P.scaleByAdan(), ...normalized, boundedIterates()),
  row('scaleByAdemamix', '()', () => P.scaleByAdemamix(), ...normalized, boundedIterates()),
  row(
    'scaleByAdemamix',
    '({ alpha: 0 })',
    () => P.scaleByAdemamix({ alpha: 0 }),
    ...normalized,
    momentRatio({ b1: 0.9, b2: 0.999 }),
    reducesTo(scaleByAdam(), { when: 'alpha = 0' }),
  ),
  row(
    'scaleByAdopt',
    '()',
    () => P.scaleByAdopt(),
    ...normalized,
    boundedIterates(),
    ...answersAt(2, 'the first step only fills the second moment'),
  ),
  row(
    'scaleByAdopt',
    '({ nesterov: true, clipValue: 0.5 })',
    () => P.scaleByAdopt({ nesterov: true, clipValue: 0.5 }),
    ...normalized,
    boundedIterates(),
    ...answersAt(2, 'the first step only fills the second moment'),
  ),
  row(
    'scaleByAdopt',
    '({ useClipping: false })',
    () => P.scaleByAdopt({ useClipping: false }),
    ...plain,
    ...answersAt(2, 'the first step only fills the second moment'),
  ),
  row('scaleByNovograd', '()', () => P.scaleByNovograd(), ...normalized, rotationEquivariance, boundedIterates()),
  row(
    'scaleByNovograd',
    '({ b1: 0, b2: 0 })',
    () => P.scaleByNovograd({ b1: 0, b2: 0 }),
    ...normalized,
    rotationEquivariance,
    boundedIterates(),
    boundedUpdateNorm(1, { attainedBeyond: 1 }),
  ),
  row(
    'scaleByNovograd',
    '({ b1: 0, weightDecay: 0.1 })',
    () => P.scaleByNovograd({ b1: 0, weightDecay: 0.1 }),
    decays,
    ...plain,
    rotationEquivariance,
    decoupledDecay(-0.1),
  ),
  row('scaleByRms', '()', () => P.scaleByRms(), ...normalized, boundedIterates()),
  row(
    'scaleByRms',
    '({ decay: 0.999, epsInSqrt: false, biasCorrection: true })',
    () => P.scaleByRms({ decay: 0.999, epsInSqrt: false, biasCorrection: true }),
    ...normalized,
    reducesTo(scaleByAdam({ b1: 0 }), { when: 'beta1 = 0' }),
  ),
  row('scaleByStddev', '()', () => P.scaleByStddev(), ...normalized),
  row(
    'scaleByStddev',
    '({ epsInSqrt: false, biasCorrection: true, initialScale: 1 })',
    () => P.scaleByStddev({ epsInSqrt: false, biasCorrection: true, initialScale: 1 }),
    ...plain,
  ),
  row('scaleByRss', '()', () => P.scaleByRss(), ...plain, boundedIterates(), neverForgets),
  row(
    'scaleByRss',
    '({ initialAccumulator: 0, epsInSqrt: false })',
    () => P.scaleByRss({ initialAccumulator: 0, epsInSqrt: false }),
    ...normalized,
    boundedIterates(),
    neverForgets,
  ),
  row('scaleByAdadelta', '()', () => P.scaleByAdadelta(), ...plain, boundedIterates()),
  row('scaleByAdadelta', '({ eps: 1e-12 })', () => P.scaleByAdadelta({ eps: 1e-12 }), ...normalized),
  row('scaleBySign', '()', () => P.scaleBySign(), ...normalized, boundedIterates()),
  row('scaleByLion', '()', () => P.scaleByLion(), ...normalized, boundedIterates()),
  row(
    'scaleByLion',
    '({ b1: 0, b2: 0 })',
    () => P.scaleByLion({ b1: 0, b2: 0 }),
    ...normalized,
    reducesTo(P.scaleBySign(), { when: 'beta1 = beta2 = 0' }),
  ),
  row(
    'scaleByLion',
    "({ mode: 'smooth', smoothBeta: 2 })",
    () => P.scaleByLion({ mode: 'smooth', smoothBeta: 2 }),
    claims.permutationEquivariance,
    claims.leafIndependence,
    boundedIterates(),
  ),
  row('scaleByLion', "({ mode: 'refined' })", () => P.scaleByLion({ mode: 'refined' }), ...plain, boundedIterates()),
  row(
    'scaleByLion',
    "({ b1: 0, mode: 'refined' })",
    () => P.scaleByLion({ b1: 0, mode: 'refined' }),
    ...plain,
    claims.clip('element', 1),
    reducesTo(P.clamp(-1, 1), { when: 'beta1 = 0' }),
  ),
  row('scaleByRprop', '()', () => P.scaleByRprop(), ...normalized, boundedIterates()),
]
