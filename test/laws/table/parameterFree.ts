/** What needs no step size, and what averages parameters. */
import * as claims from '../../../laws/index.js'
import { mapValues, type Values } from '../../../laws/index.js'
import * as P from '../../../src/index.js'
import { tree } from '../../../src/index.js'
import { answersAt, linear, plain, type Row, row } from './row.js'

const {
  boundedIterates,
  boundedModulation,
  decays,
  evaluatesAt,
  evaluatesAtAverage,
  evaluatesAtEvery,
  exempt,
  permutationEquivariance,
  reducesTo,
  rotationEquivariance,
  scaleInvariance,
  signSymmetry,
  boundedUpdateNorm,
} = claims
const { chain, identity, normalize, scale, scaleByLearningRate, sgd, trace } = P

const accumulates = exempt('recovers from a huge gradient', 'the rule adds up all gradients, and forgets none')
const bets = exempt(
  'recovers from a huge gradient',
  'gradients that go on with one sign, at parameters that do not move, are won bets: wealth rightly grows',
)
const holdsParams = exempt(
  'recovers from a huge gradient',
  'the state holds parameters, which stay where a huge step of the base has led them, as those of sgd do',
)
const whole = [signSymmetry, permutationEquivariance]
const climb = () => chain(normalize(), scaleByLearningRate(0.1))

/** $x$ of schedule-free rules whose steps weigh alike: the mean of the base's iterates. */
const meanOfBase = evaluatesAt('the mean of the base', ({ states }) => {
  const iterates = states.map(slots =>
    tree.fromEntries(
      slots.flatMap(({ path, value }) =>
        path.at(-2) === 'z' && typeof value !== 'number' ? [[path.at(-1) as string, value]] : [],
      ),
    ),
  )
  const [first] = iterates as [Values]
  const mean = (leaf: string, i: number) =>
    iterates.reduce((sum, z) => sum + (z[leaf]?.values[i] as number), 0) / iterates.length
  return mapValues((_, i, leaf) => mean(leaf, i))(first)
})

export const parameterFree: readonly Row[] = [
  row(
    'perLeaf',
    '(clipByGlobalNorm(1))',
    () => P.perLeaf(P.clipByGlobalNorm(1)),
    ...plain,
    rotationEquivariance,
    reducesTo(P.clipByNorm(1)),
    claims.clip('leaf', 1),
  ),
  row('perLeaf', '(scaleByAdam())', () => P.perLeaf(P.scaleByAdam()), ...plain, reducesTo(P.scaleByAdam())),
  row('scaleByDog', '()', () => P.scaleByDog(), accumulates, ...whole, rotationEquivariance, scaleInvariance),
  row(
    'scaleByDog',
    "({ initStep: ['distance', 0.1] })",
    () => P.scaleByDog({ initStep: ['distance', 0.1] }),
    accumulates,
    ...whole,
    rotationEquivariance,
    scaleInvariance,
    boundedUpdateNorm(0.1),
  ),
  row(
    'scaleByDog',
    "({ initStep: ['learningRate', 0.1] })",
    () => P.scaleByDog({ initStep: ['learningRate', 0.1] }),
    accumulates,
    ...whole,
    rotationEquivariance,
  ),
  row('scaleByDowg', '()', () => P.scaleByDowg(), accumulates, ...whole, rotationEquivariance, boundedUpdateNorm(0.01)),
  row(
    'scaleByDistanceOverGradients',
    '({ repsRel: 0.01 })',
    () => P.scaleByDistanceOverGradients({ repsRel: 0.01 }),
    accumulates,
    ...plain,
    rotationEquivariance,
    scaleInvariance,
    reducesTo(P.perLeaf(P.scaleByDog({ initStep: ['heuristic', 0.01] }))),
  ),
  row(
    'scaleByCocob',
    '()',
    () => P.scaleByCocob(),
    accumulates,
    ...plain,
    scaleInvariance,
    boundedIterates({ learningRate: 1 }),
  ),
  row('mechanize', '(adam({ learningRate: 1 }))', () => P.mechanize(P.adam({ learningRate: 1 })), bets, ...whole),
  row(
    'mechanize',
    '(sgd({ learningRate: 1 }), { sInit: 0.01, numBetas: 2 })',
    () => P.mechanize(sgd({ learningRate: 1 }), { sInit: 0.01, numBetas: 2 }),
    bets,
    ...whole,
  ),
  row(
    'scheduleFree',
    '(sgd({ learningRate: 0.1 }), { learningRate: 0.1 })',
    () => P.scheduleFree(sgd({ learningRate: 0.1 }), { learningRate: 0.1 }),
    holdsParams,
    ...linear,
    rotationEquivariance,
    meanOfBase,
  ),
  row(
    'scheduleFree',
    '(adam({ b1: 0 }), { learningRate: 1e-3, b1: 1, weightLrPower: 0 })',
    () => P.scheduleFree(P.adam({ b1: 0 }), { learningRate: 1e-3, b1: 1, weightLrPower: 0 }),
    ...plain,
    boundedIterates({ learningRate: 1e-3 }),
  ),
  row('normalize', '()', () => normalize(), ...whole, rotationEquivariance, scaleInvariance, boundedUpdateNorm(1)),
  row(
    'sam',
    '(sgd({ momentum: 0.9 }), chain(normalize(), scaleByLearningRate(0.1)))',
    () => P.sam(sgd({ momentum: 0.9 }), climb()),
    ...whole,
    evaluatesAtEvery(2),
    rotationEquivariance,
  ),
  row(
    'sam',
    '(sgd(), trace(0.9), { syncPeriod: 3, resetState: false })',
    () => P.sam(sgd(), trace(0.9), { syncPeriod: 3, resetState: false }),
    ...linear,
    evaluatesAtEvery(3),
    rotationEquivariance,
  ),
  row(
    'sam',
    '(sgd({ momentum: 0.9 }), trace(0.9), { syncPeriod: 1 })',
    () => P.sam(sgd({ momentum: 0.9 }), trace(0.9), { syncPeriod: 1 }),
    ...linear,
    reducesTo(sgd({ momentum: 0.9 }), { when: 'k = 1' }),
  ),
  row(
    'reduceOnPlateau',
    '()',
    () => P.reduceOnPlateau(),
    ...linear,
    rotationEquivariance,
    reducesTo(identity, { when: 'the loss falls' }),
  ),
  row(
    'reduceOnPlateau',
    '({ factor: 0.5, patience: 1, rtol: 1, cooldown: 1 })',
    () => P.reduceOnPlateau({ factor: 0.5, patience: 1, rtol: 1, cooldown: 1 }),
    ...linear,
    boundedModulation({ lo: 0.125, hi: 0.5 }),
  ),
  row(
    'reduceOnPlateau',
    '({ accumulationSize: 5 })',
    () => P.reduceOnPlateau({ accumulationSize: 5 }),
    ...linear,
    reducesTo(identity),
  ),
  row(
    'lookahead',
    '(sgd({ momentum: 0.9 }), { syncPeriod: 2 })',
    () => P.lookahead(sgd({ momentum: 0.9 }), { syncPeriod: 2 }),
    ...linear,
    evaluatesAtEvery(2),
    rotationEquivariance,
  ),
  row(
    'lookahead',
    '(sgd({ momentum: 0.9 }), { syncPeriod: 2, slowStepSize: 1 })',
    () => P.lookahead(sgd({ momentum: 0.9 }), { syncPeriod: 2, slowStepSize: 1 }),
    ...linear,
    reducesTo(sgd({ momentum: 0.9 }), { when: 'alpha = 1' }),
  ),
  row(
    'lookahead',
    '(adam(), { syncPeriod: 2, resetState: true })',
    () => P.lookahead(P.adam(), { syncPeriod: 2, resetState: true }),
    ...plain,
    evaluatesAtEvery(2),
    boundedIterates({ learningRate: 1e-3 }),
  ),
  row(
    'lookahead',
    '(scale(-0.1), { syncPeriod: 1, slowStepSize: 0.25 })',
    () => P.lookahead(scale(-0.1), { syncPeriod: 1, slowStepSize: 0.25 }),
    reducesTo(scale(-0.025), { when: 'k = 1' }),
  ),
  row(
    'emaParams',
    '(0.9)',
    () => P.emaParams(0.9),
    ...linear,
    evaluatesAtAverage(0.9),
    rotationEquivariance,
    reducesTo(identity, { when: 'always' }),
  ),

  row('prodigy', '()', () => P.prodigy(), ...whole, scaleInvariance, boundedIterates({ learningRate: 1 })),
  row(
    'prodigy',
    '({ safeguardWarmup: true, weightDecay: 0.1, b3: 0.9 })',
    () => P.prodigy({ safeguardWarmup: true, weightDecay: 0.1, b3: 0.9 }),
    decays,
    ...whole,
  ),
  row('dadaptAdamw', '()', () => P.dadaptAdamw(), ...whole, scaleInvariance, boundedIterates({ learningRate: 1 })),
  row('dadaptAdamw', '({ weightDecay: 0.1 })', () => P.dadaptAdamw({ weightDecay: 0.1 }), decays, ...whole),
  row('dog', '()', () => P.dog(), accumulates, ...whole, rotationEquivariance, scaleInvariance),
  row(
    'dog',
    '({ layerwise: true, weightDecay: 0.1 })',
    () => P.dog({ layerwise: true, weightDecay: 0.1 }),
    accumulates,
    decays,
    ...plain,
  ),
  row('dowg', '()', () => P.dowg(), accumulates, ...whole, rotationEquivariance),
  row('dowg', '({ layerwise: true })', () => P.dowg({ layerwise: true }), accumulates, ...plain, rotationEquivariance),
  row('cocob', '()', () => P.cocob(), accumulates, ...plain, scaleInvariance, boundedIterates({ learningRate: 1 })),
  row('cocob', '({ weightDecay: 0.1 })', () => P.cocob({ weightDecay: 0.1 }), accumulates, decays, ...plain),
  row('momo', '()', () => P.momo(), ...whole),
  row(
    'momo',
    '({ adaptLowerBound: true, weightDecay: 0.1 })',
    () => P.momo({ adaptLowerBound: true, weightDecay: 0.1 }),
    decays,
    ...whole,
  ),
  row('momoAdam', '()', () => P.momoAdam(), ...whole, boundedIterates({ learningRate: 1e-2 })),
  row(
    'momoAdam',
    '({ adaptLowerBound: true, weightDecay: 0.1 })',
    () => P.momoAdam({ adaptLowerBound: true, weightDecay: 0.1 }),
    decays,
    ...whole,
  ),
  row('scheduleFreeSgd', '()', () => P.scheduleFreeSgd(), holdsParams, ...linear, rotationEquivariance, meanOfBase),
  row(
    'scheduleFreeSgd',
    '({ warmupSteps: 2, weightDecay: 0.1 })',
    () => P.scheduleFreeSgd({ warmupSteps: 2, weightDecay: 0.1 }),
    decays,
    ...plain,
    ...answersAt(2, 'a warm-up begins at 0'),
  ),
  row(
    'scheduleFreeAdamw',
    '()',
    () => P.scheduleFreeAdamw(),
    ...plain,
    meanOfBase,
    scaleInvariance,
    boundedIterates({ learningRate: 2.5e-3 }),
  ),
  row(
    'scheduleFreeAdamw',
    '({ warmupSteps: 2, weightDecay: 0.1 })',
    () => P.scheduleFreeAdamw({ warmupSteps: 2, weightDecay: 0.1 }),
    decays,
    ...plain,
    ...answersAt(2, 'a warm-up begins at 0'),
  ),
]
