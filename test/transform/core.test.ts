/** Where the hyperparameters of the core transforms begin and end. */
import * as P from '../../src/index.js'
import { checkRanges, type Range } from './range.js'

const below1 = [
  [0, 0.999999],
  [-1e-9, 1],
] as const
const positive = [
  [1e-30, 1e30],
  [0, -1],
] as const
const nonNegative = [[0, 1e30], [-1e-9]] as const
const fraction = [
  [0, 1],
  [-1e-9, 1.000001],
] as const
const eps = [
  [1e-45, 1],
  [0, 1e-46, -1e-8],
] as const

const range = (
  source: string,
  make: (value: never) => unknown,
  parameter: string,
  [inside, outside]: readonly [readonly unknown[], readonly unknown[]],
): Range => [source, make, parameter, inside, outside]

checkRanges([
  range('scaleByAdam', (b1: number) => P.scaleByAdam({ b1 }), 'b1', below1),
  range('scaleByAdam', (b2: number) => P.scaleByAdam({ b2 }), 'b2', below1),
  range('scaleByAdam', (e: number) => P.scaleByAdam({ eps: e }), 'eps', eps),
  range('trace', (decay: number) => P.trace(decay), 'decay', below1),
  range('ema', (decay: number) => P.ema(decay), 'decay', below1),
  range('emaActivity', (decay: number) => P.emaActivity(decay), 'decay', below1),
  range('clipByNorm', (maxNorm: number) => P.clipByNorm(maxNorm), 'maxNorm', positive),
  range('clipByGlobalNorm', (maxNorm: number) => P.clipByGlobalNorm(maxNorm), 'maxNorm', positive),
  range('clamp', (lo: number) => P.clamp(lo, 2), 'lo', [
    [-1e9, 2],
    [2.1, Number.NEGATIVE_INFINITY],
  ]),
  range('clamp', (hi: number) => P.clamp(-1e9, hi), 'hi', [[-1e9, 2], [Number.POSITIVE_INFINITY]]),
  range('scale', (factor: number) => P.scale(factor), 'factor', [[-1, 0, 1e30], [Number.POSITIVE_INFINITY]]),
  range('addDecayedWeights', (decay: number) => P.addDecayedWeights(decay), 'decay', nonNegative),
  range('scaleByLearningRate', (rate: number) => P.scaleByLearningRate(rate), 'learningRate', positive),
  range(
    'withLearningRateController',
    (rate: number) => P.withLearningRateController(rate, P.identity),
    'learningRate',
    positive,
  ),
  range('homeostasis', (x: number) => P.homeostasis({ maxUpdateNorm: x }), 'maxUpdateNorm', positive),
  range('homeostasis', (x: number) => P.homeostasis({ targetRms: x }), 'targetRms', positive),
  range('homeostasis', (x: number) => P.homeostasis({ adaptationRate: x }), 'adaptationRate', fraction),
  range('homeostasis', (x: number) => P.homeostasis({ earlyTargetRmsScale: x }), 'earlyTargetRmsScale', positive),
  range('homeostasis', (x: number) => P.homeostasis({ middleTargetRmsScale: x }), 'middleTargetRmsScale', positive),
  range('homeostasis', (x: number) => P.homeostasis({ lateTargetRmsScale: x }), 'lateTargetRmsScale', positive),
  range('homeostasis', (x: number) => P.homeostasis({ eps: x }), 'eps', eps),
  range('boundedResidual', (x: number) => P.boundedResidual(P.identity, x), 'maxRatio', fraction),
  range('orthogonalResidual', (x: number) => P.orthogonalResidual(P.identity, { lambda: x }), 'lambda', nonNegative),
  range('orthogonalResidual', (x: number) => P.orthogonalResidual(P.identity, { maxRatio: x }), 'maxRatio', fraction),
  range('orthogonalResidual', (x: number) => P.orthogonalResidual(P.identity, { eps: x }), 'eps', eps),
  range('normalizeSignal', (x: number) => P.normalizeSignal({ eps: x }), 'eps', eps),
  range('shuffleWithinLeaf', (x: number) => P.shuffleWithinLeaf(x), 'seed', [
    [0, 7, Number.MAX_SAFE_INTEGER],
    [-1, 0.5, 2 ** 53],
  ]),
  range('applyIfFinite', (x: number) => P.applyIfFinite(P.identity, { maxConsecutive: x }), 'maxConsecutive', [
    [0, 3, Number.POSITIVE_INFINITY],
    [-1],
  ]),
  range('plasticity', (x: number) => P.plasticity({ minAlpha: x }), 'minAlpha', [
    [1e-9, 2],
    [0, -1, 2.1],
  ]),
  range('plasticity', (x: number) => P.plasticity({ minAlpha: 1e-9, maxAlpha: x }), 'maxAlpha', [
    [1e-9, 1e9],
    [0, -1],
  ]),
  range('plasticity', (x: number) => P.plasticity({ plasticityScale: x }), 'plasticityScale', nonNegative),
  range('plasticity', (x: number) => P.plasticity({ warmupEpochs: x }), 'warmupEpochs', [
    [0, 3],
    [-1, 0.5],
  ]),
  range(
    'plasticity',
    (x: number) => P.plasticity({ activityWeight: x, gradientWeight: 1 - x, memoryWeight: 0 }),
    'activityWeight',
    [
      [0, 1],
      [-0.1, 1.1],
    ],
  ),
  range(
    'plasticity',
    (x: number) => P.plasticity({ activityWeight: 1, gradientWeight: x, memoryWeight: 0 }),
    'gradientWeight',
    [[0], [-0.1, 1.1]],
  ),
  range(
    'plasticity',
    (x: number) => P.plasticity({ activityWeight: 1, gradientWeight: 0, memoryWeight: x }),
    'memoryWeight',
    [[0], [-0.1, 1.1]],
  ),
  range('plasticity', (x: number) => P.plasticity({ eps: x }), 'eps', eps),
  range(
    'plasticityController',
    (x: number) => P.plasticityController('global', { controllerAlpha: x }),
    'controllerAlpha',
    nonNegative,
  ),
  range(
    'plasticityController',
    (x: number) => P.plasticityController('global', { controllerLow: x }),
    'controllerLow',
    [
      [1e-9, 1.2],
      [0, -1, 1.3],
    ],
  ),
  range(
    'plasticityController',
    (x: number) => P.plasticityController('global', { controllerLow: 1e-9, controllerHigh: x }),
    'controllerHigh',
    [[1e-9, 9], [0]],
  ),
  range('plasticityController', (x: number) => P.plasticityController('global', { eps: x }), 'eps', eps),
  range('boundedResidualRule', (x: number) => P.boundedResidualRule(x), 'maxRatio', fraction),
  range('orthogonalRule', (x: number) => P.orthogonalRule({ orthogonalLambda: x }), 'orthogonalLambda', nonNegative),
  range('orthogonalRule', (x: number) => P.orthogonalRule({ orthogonalMaxRatio: x }), 'orthogonalMaxRatio', fraction),
  range(
    'orthogonalRule',
    (x: number) => P.orthogonalRule({ orthogonalLateStartFraction: x }),
    'orthogonalLateStartFraction',
    below1,
  ),
  range(
    'overSgdMomentum',
    (x: number) => P.overSgdMomentum({ modulationStrength: x }),
    'modulationStrength',
    nonNegative,
  ),
  range('overSgdMomentum', (x: number) => P.overSgdMomentum({ modulationMaxRatio: x }), 'modulationMaxRatio', fraction),
  range('overSgdMomentum', (x: number) => P.overSgdMomentum({ baseMomentum: x }), 'baseMomentum', [
    [0.1, 0.999],
    [0, 1],
  ]),
  range('overAdamW', (x: number) => P.overAdamW({ baseMomentum: x }), 'baseMomentum', [
    [0.1, 0.999],
    [0, 1],
  ]),
  range('overAdamW', (x: number) => P.overAdamW({ baseBeta2: x }), 'baseBeta2', [
    [0.1, 0.999],
    [0, 1],
  ]),
  range('overAdamW', (x: number) => P.overAdamW({ baseEps: x }), 'baseEps', eps),
])
