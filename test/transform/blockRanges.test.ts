/** Where the hyperparameters of block, factored, matrix and assorted transforms begin and end. */
import * as P from '../../src/index.js'
import { checkRanges, decayRange, type Range } from './range.js'

interface Ends {
  readonly inside: readonly unknown[]
  readonly outside: readonly unknown[]
}

const positive: Ends = { inside: [1e-30, 1e30], outside: [0, -1, Number.POSITIVE_INFINITY] }
const orNone: Ends = { inside: [1e-30, Number.POSITIVE_INFINITY], outside: [0, -1] }
const nonNegative: Ends = { inside: [0, 1e30], outside: [-1e-9, Number.POSITIVE_INFINITY] }
const finite: Ends = { inside: [-1e30, 0, 1e30], outside: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] }
const eps: Ends = { inside: [1e-45, 1], outside: [0, 1e-46, -1e-8] }
const whole: Ends = { inside: [0, 7], outside: [-1, 0.5] }
const seed: Ends = { inside: [0, 7, Number.MAX_SAFE_INTEGER], outside: [-1, 0.5, 2 ** 53] }
const one = (...words: readonly string[]): Ends => ({ inside: words, outside: ['other', 'toString'] })

/** The options of one function: each by its name. */
const options = <O extends object>(
  source: string,
  make: (options: O) => unknown,
  ends: { readonly [K in keyof O]?: Ends },
): readonly Range[] =>
  Object.entries(ends as Readonly<Record<string, Ends>>).map(
    ([name, { inside, outside }]): Range => [
      source,
      (value: never) => make({ [name]: value } as O),
      name,
      inside,
      outside,
    ],
  )

const learningRate = positive
const moments = { b1: decayRange, b2: decayRange, eps }
const unit: Ends = { inside: [0, 1], outside: [-1e-9, 1.000001] }

checkRanges([
  ...options('scaleByParamBlockNorm', P.scaleByParamBlockNorm, { minScale: positive }),
  ...options('scaleByParamBlockRms', P.scaleByParamBlockRms, { minScale: positive }),
  ['clipByBlockRms', (x: number) => P.clipByBlockRms(x), 'threshold', positive.inside, positive.outside],
  ...options('normalizeByUpdateNorm', P.normalizeByUpdateNorm, { scaleFactor: finite, eps }),
  ['adaptiveGradClip', (x: number) => P.adaptiveGradClip(x), 'clipping', positive.inside, positive.outside],
  ...options('adaptiveGradClip', (o: P.AdaptiveClipOptions) => P.adaptiveGradClip(1, o), { eps: positive }),
  ...options('centralize', P.centralize, { unitAxis: one('first', 'last') }),
  ...options('scaleByTrustRatio', P.scaleByTrustRatio, {
    min: { inside: [0, 9], outside: [-1e-9, Number.POSITIVE_INFINITY] },
    minNorm: nonNegative,
    trustCoefficient: positive,
    eps: nonNegative,
    zeroNorm: one('one', 'formula'),
  }),
  ['scaleByTrustRatio', (min: number) => P.scaleByTrustRatio({ min, max: 2 }), 'min', [0, 2], [2.1]],
  ...options('scaleBySm3', P.scaleBySm3, { b1: decayRange, b2: unit, eps }),
  ...options('scaleByFactoredRms', P.scaleByFactoredRms, {
    decayRate: nonNegative,
    stepOffset: whole,
    minDimSizeToFactor: { inside: [1, 128], outside: [0, 1.5] },
    eps,
  }),
  ...options('addNoise', P.addNoise, { eta: nonNegative, gamma: nonNegative, seed }),
  ...options('scaleByOptimisticGradient', P.scaleByOptimisticGradient, { alpha: finite, beta: finite }),
  ...options('scaleByPolyak', P.scaleByPolyak, {
    fMin: finite,
    maxLearningRate: positive,
    eps: nonNegative,
    variant: one('sps', 'sps+'),
  }),
  ...options('scaleByMuon', P.scaleByMuon, { nsSteps: whole, beta: decayRange, eps }),
  [
    'scaleByMuon',
    (a: number) => P.scaleByMuon({ nsCoeffs: [a, 0, 0] }),
    'nsCoeffs',
    [-1, 0, 3],
    [Number.POSITIVE_INFINITY],
  ],
  [
    'scaleByMuon by step',
    (c: number) =>
      P.scaleByMuon({
        nsCoeffs: [
          [1, 0, 0],
          [1, 0, c],
        ],
        nsSteps: 0,
      }),
    'nsCoeffs',
    [-1, 0, 3],
    [Number.POSITIVE_INFINITY],
  ],
  ['scaleByMuon', (nsCoeffs: 'dion') => P.scaleByMuon({ nsCoeffs }), 'nsCoeffs', ['standard', 'dion'], ['other']],
  ...options('scaleByShape', P.scaleByShape, { consistentRms: positive }),
  ...options('scaleBySophia', P.scaleBySophia, { ...moments, gamma: positive, clipThreshold: orNone }),
  ...options('scaleByMadgrad', P.scaleByMadgrad, { learningRate, momentum: decayRange, eps }),
  ...options('scaleByAcprop', P.scaleByAcprop, { ...moments, epsRoot: nonNegative }),
  ...options('sm3', P.sm3, { learningRate }),
  ['sm3', (momentum: number) => P.sm3({ momentum }), 'momentum', decayRange.inside, decayRange.outside],
  ...options('adafactor', P.adafactor, { learningRate, stepOffset: whole }),
  [
    'adafactor',
    (x: number) => P.adafactor({ clippingThreshold: x }),
    'clippingThreshold',
    orNone.inside,
    orNone.outside,
  ],
  ['adafactor', (momentum: number) => P.adafactor({ momentum }), 'momentum', decayRange.inside, decayRange.outside],
  ...options('lars', P.lars, { learningRate, trustCoefficient: positive, eps: nonNegative }),
  ...options('lamb', P.lamb, { learningRate, ...moments, epsRoot: nonNegative }),
  ...options('fromage', P.fromage, { learningRate, minNorm: nonNegative }),
  ...options('noisySgd', P.noisySgd, { learningRate, eta: nonNegative, gamma: nonNegative, seed }),
  ...options('optimisticGradientDescent', P.optimisticGradientDescent, { learningRate, alpha: finite, beta: finite }),
  ...options('optimisticAdam', P.optimisticAdam, { learningRate, ...moments, alpha: finite, beta: finite }),
  ...options('polyakSgd', P.polyakSgd, { fMin: finite, variant: one('sps', 'sps+') }),
  ['polyakSgd', (scaling: number) => P.polyakSgd({ scaling }), 'scaling', positive.inside, positive.outside],
  ...options('muon', P.muon, { learningRate, nsSteps: whole, beta: decayRange, eps, consistentRms: positive }),
  ['muon', (adamB1: number) => P.muon({ adamB1 }), 'adamB1', decayRange.inside, decayRange.outside],
  ['muon', (adamB2: number) => P.muon({ adamB2 }), 'adamB2', decayRange.inside, decayRange.outside],
  ['muon', (x: number) => P.muon({ adamEpsRoot: x }), 'adamEpsRoot', nonNegative.inside, nonNegative.outside],
  ['muon', (x: number) => P.muon({ adamWeightDecay: x }), 'adamWeightDecay', nonNegative.inside, nonNegative.outside],
  ['muon', (x: number) => P.muon({ adamLearningRate: x }), 'adamLearningRate', positive.inside, positive.outside],
  ...options('sophia', P.sophia, { learningRate, ...moments, gamma: positive, clipThreshold: orNone }),
  ...options('madgrad', P.madgrad, { learningRate, momentum: decayRange, eps }),
  ...options('acprop', P.acprop, { learningRate, ...moments, epsRoot: nonNegative }),
])
