/** NeuroPlastic in all its variants, and the rules that it is made of. */
import * as claims from '../../../laws/index.js'
import * as P from '../../../src/index.js'
import { capped, gate, linear, plain, type Row, row } from './row.js'

const {
  boundedDeviation,
  boundedIterates,
  boundedModulation,
  decays,
  decoupledDecay,
  exempt,
  leafIndependence,
  momentRatio,
  permutationEquivariance,
  reducesTo,
  rotationEquivariance,
  sector,
  signSymmetry,
  boundedUpdateNorm,
} = claims
const { plasticity, withPlasticity } = P

/** Within a coefficient, a rule. */
const ruled = <S>(rule: P.GradientTransform<S>) => withPlasticity(plasticity(), {}, rule)

/** What every NeuroPlastic optimizer claims that gates the gradient within (0, 2], at a rate. */
const gated = (rate: number) => [...settled(rate), boundedModulation({ lo: -3 * rate, hi: 0 })]
/** And what homeostasis gives to those that do not. */
const settled = (learningRate: number) => [
  signSymmetry,
  permutationEquivariance,
  leafIndependence,
  boundedUpdateNorm(1.5 * learningRate),
  boundedIterates({ learningRate }),
]
const bySubspace = exempt(
  'agrees with the cpu backend',
  'where the residual is nothing but rounding, rescaling it makes the rounding as long as the gradient',
)

export const rules: readonly Row[] = [
  row(
    'withPlasticity',
    "(plasticity(), {}, plasticityGate(recall('alpha')))",
    () => ruled(P.plasticityGate(P.recall('alpha'))),
    ...linear,
    ...gate(0.2, 2),
  ),
  row('classic', 'withPlasticity(plasticity(), {}, classic())', () => ruled(P.classic()), ...linear, ...gate(0.2, 2)),
  row(
    'boundedResidualRule',
    'withPlasticity(plasticity(), {}, boundedResidualRule(0.5))',
    () => ruled(P.boundedResidualRule(0.5)),
    ...linear,
    ...capped(0.5),
    boundedModulation({ lo: 0.2, hi: 2 }),
  ),
  row(
    'orthogonalRule',
    'withPlasticity(plasticity(), {}, orthogonalRule({ orthogonalLambda: 2 }))',
    () => ruled(P.orthogonalRule({ orthogonalLambda: 2 })),
    ...plain,
    boundedDeviation({ kappa: 0.5 }),
    sector({ c: 1, C: Math.hypot(1, 0.5), beyond: 1 }),
    claims.orthogonality({
      r: ruled(P.plasticityGate(P.difference(P.recall('alpha'), P.recall('gradientOnly')))),
      lambda: 2,
    }),
  ),
  row(
    'orthogonalRule',
    "withPlasticity(plasticity(), {}, orthogonalRule({ orthogonalNormalization: 'matchGradNorm' }))",
    () => ruled(P.orthogonalRule({ orthogonalNormalization: 'matchGradNorm' })),
    bySubspace,
    leafIndependence,
    ...capped(0.1),
  ),
  row(
    'overSgdMomentum',
    'withPlasticity(plasticity(), {}, overSgdMomentum())',
    () => ruled(P.overSgdMomentum()),
    ...linear,
    boundedDeviation({ kappa: 0.25, base: P.trace(0.9) }),
  ),
  row(
    'overSgdMomentum',
    'withPlasticity(plasticity(), {}, overSgdMomentum({ modulationStrength: 0 }))',
    () => ruled(P.overSgdMomentum({ modulationStrength: 0 })),
    reducesTo(P.trace(0.9), { when: 'strength 0' }),
  ),
  row(
    'overAdamW',
    "withPlasticity(plasticity(), {}, overAdamW({ modulationTarget: 'momentum', modulationStrength: 1 }))",
    () => ruled(P.overAdamW({ modulationTarget: 'momentum', modulationStrength: 1 })),
    ...plain,
    boundedDeviation({ kappa: 0.25, base: P.scaleByAdam() }),
  ),
  row(
    'overAdamW',
    "withPlasticity(plasticity(), {}, overAdamW({ modulationTarget: 'trustRatio', phaseScope: 'middle' }))",
    () => ruled(P.overAdamW({ modulationTarget: 'trustRatio', phaseScope: 'middle' })),
    ...plain,
    boundedDeviation({ kappa: 0.25, base: P.scaleByAdam() }),
  ),
  row(
    'overAdamW',
    'withPlasticity(plasticity(), {}, overAdamW({ modulationStrength: 0 }))',
    () => ruled(P.overAdamW({ modulationStrength: 0 })),
    reducesTo(P.scaleByAdam(), { when: 'strength 0' }),
    momentRatio({ b1: 0.9, b2: 0.999 }),
  ),
  row(
    'plasticityController',
    "withPlasticity(plasticity(), {}, withLearningRateController(0.1, plasticityController('layerwise')))",
    () => ruled(P.withLearningRateController(0.1, P.plasticityController('layerwise'))),
    signSymmetry,
    permutationEquivariance,
    boundedModulation({ lo: -0.12, hi: -0.08 }),
  ),
  row(
    'settle',
    '({}, scaleByLearningRate(0.1))',
    () => P.settle({}, P.scaleByLearningRate(0.1)),
    ...settled(0.1),
    rotationEquivariance,
  ),
]

export const variants: readonly Row[] = [
  row('neuroPlastic', '()', () => P.neuroPlastic(), ...gated(1e-3)),
  row(
    'neuroPlastic',
    '({ learningRate: 0.1, plasticity: { warmupEpochs: 2, plasticityScale: 2 } })',
    () => P.neuroPlastic({ learningRate: 0.1, plasticity: { warmupEpochs: 2, plasticityScale: 2 } }),
    ...settled(0.1),
  ),
  row(
    'neuroPlastic',
    '({ learningRate: 0.1, plasticity: { plasticityScale: 2, boundAfterScaling: true } })',
    () => P.neuroPlastic({ learningRate: 0.1, plasticity: { plasticityScale: 2, boundAfterScaling: true } }),
    ...gated(0.1),
  ),
  row(
    'neuroPlastic',
    '({ learningRate: 1, plasticity: { parameterwise: false } })',
    () => P.neuroPlastic({ learningRate: 1, plasticity: { parameterwise: false } }),
    ...gated(1),
  ),
  row(
    'neuroPlastic',
    '({ plasticity: { plasticityScale: 0 } })',
    () => P.neuroPlastic({ plasticity: { plasticityScale: 0 } }),
    reducesTo(P.gradientOnly(), { when: 's = 0' }),
  ),
  row(
    'neuroPlastic',
    '({ plasticity: { warmupEpochs: 2 } })',
    () => P.neuroPlastic({ plasticity: { warmupEpochs: 2 } }),
    reducesTo(P.gradientOnly(), { when: 'first warm-up epoch', context: { epoch: 1 } }),
  ),
  row(
    'neuroPlastic',
    '({ plasticity: { minAlpha: 1, maxAlpha: 1 } })',
    () => P.neuroPlastic({ plasticity: { minAlpha: 1, maxAlpha: 1 } }),
    reducesTo(P.alphaOne(), { when: 'lo = hi = 1' }),
  ),
  row(
    'neuroPlastic',
    '({ weightDecay: 0.1, decoupledWeightDecay: true })',
    () => P.neuroPlastic({ weightDecay: 0.1, decoupledWeightDecay: true }),
    decays,
    ...plain,
    decoupledDecay(1e-4),
  ),
  row('gradientOnly', '({ learningRate: 0.1 })', () => P.gradientOnly({ learningRate: 0.1 }), ...gated(0.1)),
  row(
    'boundedNeuroPlastic',
    '({ learningRate: 0.1 })',
    () => P.boundedNeuroPlastic({ learningRate: 0.1 }),
    ...gated(0.1),
  ),
  row(
    'boundedNeuroPlastic',
    '({ residualMaxRatio: 0 })',
    () => P.boundedNeuroPlastic({ residualMaxRatio: 0 }),
    reducesTo(P.alphaOne(), { when: 'kappa = 0' }),
  ),
  row(
    'orthogonalNeuroPlastic',
    '({ learningRate: 0.1 })',
    () => P.orthogonalNeuroPlastic({ learningRate: 0.1 }),
    ...settled(0.1),
  ),
  row(
    'orthogonalNeuroPlastic',
    "({ orthogonalNormalization: 'matchGradNorm', orthogonalSchedule: 'late' })",
    () => P.orthogonalNeuroPlastic({ orthogonalNormalization: 'matchGradNorm', orthogonalSchedule: 'late' }),
    bySubspace,
    leafIndependence,
    boundedUpdateNorm(1.5e-3),
  ),
  row(
    'orthogonalNeuroPlastic',
    "({ orthogonalSchedule: 'cosine' })",
    () => P.orthogonalNeuroPlastic({ orthogonalSchedule: 'cosine' }),
    ...settled(1e-3),
  ),
  row(
    'orthogonalNeuroPlastic',
    '({ orthogonalLambda: 0 })',
    () => P.orthogonalNeuroPlastic({ orthogonalLambda: 0 }),
    reducesTo(P.alphaOne(), { when: 'lambda = 0' }),
  ),
  row(
    'hybridSgdMomentum',
    '({ learningRate: 0.1 })',
    () => P.hybridSgdMomentum({ learningRate: 0.1 }),
    ...settled(0.1),
  ),
  row(
    'hybridSgdMomentum',
    "({ layerScope: 'earlyBlocks', phaseScope: 'early', modulationTarget: 'trustRatio' })",
    () => P.hybridSgdMomentum({ layerScope: 'earlyBlocks', phaseScope: 'early', modulationTarget: 'trustRatio' }),
    ...settled(1e-3),
  ),
  row('hybridAdamW', '()', () => P.hybridAdamW(), ...settled(1e-3)),
  row(
    'hybridAdamW',
    "({ modulationTarget: 'momentum', layerScope: 'classifierOnly', phaseScope: 'late', weightDecay: 0.1 })",
    () =>
      P.hybridAdamW({
        modulationTarget: 'momentum',
        layerScope: 'classifierOnly',
        phaseScope: 'late',
        weightDecay: 0.1,
      }),
    decays,
    ...plain,
    decoupledDecay(1e-4),
  ),
  row(
    'controlledNeuroPlastic',
    "('global')",
    () => P.controlledNeuroPlastic('global'),
    signSymmetry,
    permutationEquivariance,
    boundedUpdateNorm(1.5 * 1.2e-3),
    boundedModulation({ lo: -3.6e-3, hi: 0 }),
  ),
  row(
    'controlledNeuroPlastic',
    "('layerwise')",
    () => P.controlledNeuroPlastic('layerwise'),
    signSymmetry,
    permutationEquivariance,
    boundedUpdateNorm(1.5 * 1.2e-3),
  ),
  row(
    'controlledNeuroPlastic',
    "('classifierOnly', { controllerLow: 1, controllerHigh: 1 })",
    () => P.controlledNeuroPlastic('classifierOnly', { controllerLow: 1, controllerHigh: 1 }),
    reducesTo(P.neuroPlastic(), { when: 'low = high = 1' }),
  ),
  row(
    'alphaOne',
    '({ learningRate: 0.1 })',
    () => P.alphaOne({ learningRate: 0.1 }),
    ...settled(0.1),
    rotationEquivariance,
  ),
  row('alphaAveraged', '({ learningRate: 0.1 })', () => P.alphaAveraged({ learningRate: 0.1 }), ...gated(0.1)),
  row(
    'alphaShuffled',
    '()',
    () => P.alphaShuffled(),
    signSymmetry,
    leafIndependence,
    boundedUpdateNorm(1.5e-3),
    boundedModulation({ lo: -3e-3, hi: 0 }),
  ),
  row('alphaGrafted', '({ learningRate: 0.1 })', () => P.alphaGrafted({ learningRate: 0.1 }), ...gated(0.1)),
]
