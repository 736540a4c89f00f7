/** Hyperparameters in the state: the same numbers as without, changed without a new trace, typed by name. */
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import * as P from '../../src/index.js'
import * as catalogue from '../../src/optimizers/catalogue.js'
import { backends, useBackend } from '../support/backend.js'
import { type Flat, flat, tensors } from '../support/tensors.js'

const shapes = { 'conv/kernel': [2, 2, 1, 1], 'dense/kernel': [2, 3], 'dense/bias': [3] }
const values: Flat = {
  'conv/kernel': [0.3, -0.2, 0.9, 0.4],
  'dense/kernel': [1, -2, 3, -4, 5, -6],
  'dense/bias': [0.5, 0.1, -0.5],
}
const gradient = (t: number): Flat =>
  Object.fromEntries(
    Object.entries(values).map(([leaf, xs]) => [leaf, xs.map((_, i) => Math.cos(3 * t + 2 * i) * 0.7)]),
  )

const run = (transform: P.GradientTransform<unknown>, steps = 6): Flat => {
  const optimizer = P.compile(transform)
  const params = tensors(values, shapes)
  let training = { params, state: optimizer.init(params) }
  for (let t = 0; t < steps; t++) {
    const grads = tensors(gradient(t), shapes)
    training = optimizer.step(training, grads, { epoch: t + 1, totalEpochs: steps, loss: 1 })
    tf.dispose(grads)
  }
  return flat(training.params)
}

const expectClose = (actual: Flat, expected: Flat) => {
  for (const [leaf, xs] of Object.entries(expected))
    for (const [i, x] of xs.entries())
      expect(Math.abs((actual[leaf]?.[i] ?? Number.NaN) - x), `${leaf}[${i}]`).toBeLessThanOrEqual(
        1e-6 * (1 + Math.abs(x)),
      )
}

type Numbers = Readonly<Record<string, number>>
type Make = (options: Readonly<Record<string, P.Hyperparameter>>) => P.GradientTransform<unknown>

const hybrid = { modulationStrength: 0.3, modulationMaxRatio: 0.1, baseMomentum: 0.8 }
/** Factories, with a value that is not the default for each numeric option. */
const factories: readonly (readonly [string, Make, Numbers])[] = [
  ['sgd', P.sgd, { learningRate: 0.05, momentum: 0.8, weightDecay: 0.1 }],
  ['sgd, by Nesterov', o => P.sgd({ nesterov: true, ...o }), { momentum: 0.8 }],
  ['adam', P.adam, { learningRate: 0.01, b1: 0.8, b2: 0.95, eps: 1e-3, weightDecay: 0.1 }],
  ['adamw', P.adamw, { learningRate: 0.01, b1: 0.8, b2: 0.95, eps: 1e-3, weightDecay: 0.1 }],
  ['neuroPlastic', P.neuroPlastic, { learningRate: 0.1, weightDecay: 0.1 }],
  [
    'plasticity',
    plasticity => P.neuroPlastic({ learningRate: 0.1, plasticity }),
    { minAlpha: 0.6, maxAlpha: 1.2, plasticityScale: 1.5, eps: 1e-2 },
  ],
  [
    'weights of plasticity',
    plasticity => P.neuroPlastic({ learningRate: 0.1, plasticity }),
    { activityWeight: 0.5, gradientWeight: 0.2, memoryWeight: 0.3 },
  ],
  [
    'gated warm-up',
    plasticity => P.neuroPlastic({ learningRate: 0.1, plasticity: { warmupEpochs: 3, ...plasticity } }),
    { plasticityScale: 0.4 },
  ],
  [
    'homeostasis',
    homeostasis => P.neuroPlastic({ learningRate: 0.1, homeostasis }),
    {
      maxUpdateNorm: 0.4,
      targetRms: 0.7,
      adaptationRate: 0.6,
      earlyTargetRmsScale: 2,
      middleTargetRmsScale: 3,
      lateTargetRmsScale: 4,
      eps: 1e-3,
    },
  ],
  ['boundedNeuroPlastic', P.boundedNeuroPlastic, { learningRate: 0.1, residualMaxRatio: 0.1 }],
  [
    'orthogonalNeuroPlastic',
    o => P.orthogonalNeuroPlastic({ learningRate: 0.1, orthogonalSchedule: 'late', ...o }),
    { orthogonalLambda: 0.6, orthogonalMaxRatio: 0.1, orthogonalLateStartFraction: 0.2, eps: 1e-3 },
  ],
  ['hybridSgdMomentum', o => P.hybridSgdMomentum({ learningRate: 0.1, ...o }), { ...hybrid, weightDecay: 0.1 }],
  ['hybridAdamW', o => P.hybridAdamW({ learningRate: 0.1, ...o }), { ...hybrid, baseBeta2: 0.99, baseEps: 1e-3 }],
  [
    'controlledNeuroPlastic',
    o => P.controlledNeuroPlastic('layerwise', o),
    { learningRate: 0.1, controllerAlpha: 0.9, controllerLow: 0.95, controllerHigh: 1.05 },
  ],
  ['clips', o => P.chain(P.clipByNorm(o.leaf ?? 1), P.clipByGlobalNorm(o.tree ?? 1)), { leaf: 0.8, tree: 1.1 }],
  ['clamp', ({ lo = -1, hi = 1 }) => P.clamp(lo, hi), { lo: -0.3, hi: 0.2 }],
  ['scale', ({ factor = 1 }) => P.scale(factor), { factor: -0.3 }],
  ['weightedSum', ({ w = 1 }) => P.weightedSum([w, P.identity], [0.1, P.scale(2)]), { w: -0.3 }],
  ['lerp', ({ t = 0 }) => P.lerp(P.identity, P.scale(-0.1), t), { t: 0.7 }],
  ['ema', ({ decay = 0 }) => P.ema(decay, { biasCorrection: true }), { decay: 0.7 }],
  ['emaActivity', ({ decay }) => P.emaActivity(decay), { decay: 0.7 }],
  ['scaleByTrustRatio', o => P.scaleByTrustRatio(o), { min: 0.5, max: 0.8 }],
  ['skipLargeUpdates', ({ c = 1 }) => P.skipLargeUpdates(P.scale(-0.1), { maxSquaredNorm: c }), { c: 3 }],
  ['a schedule', ({ peak = 1 }) => P.scaleByLearningRate(P.cosineDecay(peak, 10)), { peak: 0.3 }],
  [
    'another schedule',
    o => P.scaleByLearningRate(P.exponentialDecay(o.initial ?? 1, o.rate ?? 1, 2, { endValue: o.endValue ?? 0 })),
    { initial: 0.3, rate: 0.5, endValue: 0.1 },
  ],
]

const optimizers = Object.entries(catalogue)

/** What is not fused. */
const foreign = (transform: P.GradientTransform<unknown>) => {
  const params = tensors(values, shapes)
  const plan = P.compile(transform).plan(params, { epoch: 1, totalEpochs: 2, loss: 1 })
  return plan.interpreter === 'fused' ? plan.viaTfjs : plan.reason
}

const inject = (make: Make, injected: Numbers, fixed: Numbers) =>
  P.injectHyperparameters(
    (options: Readonly<Record<string, P.Hyperparameter>>) => make({ ...fixed, ...options }),
    injected,
  )

describe.each(backends)('on %s', backend => {
  beforeAll(() => useBackend(backend))

  const single = factories.flatMap(([name, make, numbers]) => [
    ...Object.keys(numbers).map(key => [`${name}: ${key}`, make, numbers, [key]] as const),
    [`${name}: all`, make, numbers, Object.keys(numbers)] as const,
  ])
  test.each(single)('injected, %s is what it is', (_, make, numbers, keys) => {
    const [injected, fixed] = [true, false].map(inside =>
      Object.fromEntries(Object.entries(numbers).filter(([key]) => keys.includes(key) === inside)),
    ) as [Numbers, Numbers]
    const transform = inject(make, injected, fixed)
    expectClose(run(transform), run(make(numbers)))
    const plan = P.compile(transform).plan(tensors(values, shapes), { epoch: 1, totalEpochs: 2, loss: 1 })
    expect(plan).toMatchObject(backend === 'wasm' ? { interpreter: 'fused', viaTfjs: [] } : { interpreter: 'tfjs' })
  })

  // By what a configuration takes: a number that is no whole one, for those shape the state.
  const probes = [0.6, 0.003, 0.97, 1.5, 30.5]
  const numericOptions = ([name, optimizer]: (typeof optimizers)[number]): Numbers =>
    Object.fromEntries(
      optimizer.options.flatMap(key => {
        const probe = probes.find(x => P.fromConfig({ optimizer: name, [key]: x })._tag === 'Right')
        return probe === undefined ? [] : [[key, probe]]
      }),
    )
  const options = optimizers.flatMap(([name, optimizer]) => {
    const numbers = Object.entries(numericOptions([name, optimizer]))
    return numbers.map(([key, value]) => [`${name}: ${key}`, optimizer as unknown as Make, { [key]: value }] as const)
  })
  test.each(options)('injected, %s is what it is', (_, make, numbers) => {
    const [plain, injected] = [make(numbers), inject(make, numbers, {})]
    expectClose(run(injected), run(plain))
    expect(foreign(injected)).toEqual(foreign(plain))
  })

  test('numbers are changed between steps without a new trace, and keep what they are', () => {
    let traces = 0
    const inner = P.injectHyperparameters(P.sgd, { learningRate: 0.1, momentum: 0.5 })
    const optimizer = P.compile({
      init: params => inner.init(params),
      update: (...inputs: Parameters<typeof inner.update>) => {
        traces += 1
        return inner.update(...inputs)
      },
    } satisfies typeof inner)
    const params = { w: tf.tensor1d([0]) }
    const grads = { w: tf.tensor1d([1]) }
    const first = optimizer.step({ params, state: optimizer.init(params) }, grads)
    expect(first.state.hyperparameters).toEqual({ learningRate: 0.1, momentum: 0.5 })
    expect(first.params.w.dataSync()[0]).toBeCloseTo(-0.1, 6)
    const slower = P.setHyperparameters(first.state, { learningRate: 0.01 })
    expect(first.state.hyperparameters.learningRate).toBe(0.1)
    const second = optimizer.step({ params: first.params, state: slower }, grads)
    expect(second.state.hyperparameters).toEqual({ learningRate: 0.01, momentum: 0.5 })
    expect(second.state.count).toBe(2)
    expect(second.params.w.dataSync()[0]).toBeCloseTo(-0.1 - 0.01 * 1.5, 6)
    const third = optimizer.step(
      { params: second.params, state: P.setHyperparameters(second.state, { learningRate: 1, momentum: 0 }) },
      grads,
    )
    expect(third.params.w.dataSync()[0]).toBeCloseTo(-0.115 - 1, 6)
    expect(traces).toBe(1)
  })

  test('schedules are evaluated at each step, and what they gave is recorded', () => {
    const optimizer = P.compile(P.injectHyperparameters(P.sgd, { learningRate: P.linear(1, 0, 4), momentum: 0.5 }))
    const params = { w: tf.tensor1d([0]) }
    const grads = { w: tf.tensor1d([1]) }
    let training = { params, state: optimizer.init(params) }
    const seen = [training.state.hyperparameters.learningRate]
    for (let t = 0; t < 6; t++) {
      // What is written over a schedule has no effect.
      training = optimizer.step(
        { ...training, state: P.setHyperparameters(training.state, { learningRate: 9 }) },
        grads,
      )
      seen.push(training.state.hyperparameters.learningRate)
    }
    expect(seen).toEqual([1, 1, 0.75, 0.5, 0.25, 0, 0])
  })
})

test('a schedule may begin outside the range of its option, as it may without', () => {
  const schedule = P.warmUp(3, P.constant(0.1))
  const values = [P.injectHyperparameters(P.sgd, { learningRate: schedule }), P.sgd({ learningRate: schedule })].map(
    transform => run(transform),
  )
  expect(values[0]).toEqual(values[1])
  const optimizer = P.compile(P.injectHyperparameters(P.sgd, { learningRate: schedule }))
  expect(optimizer.init({}).hyperparameters.learningRate).toBe(0)
})

test('a value out of range is told at once, a later one is the caller’s', () => {
  expect(() => P.injectHyperparameters(P.adam, { learningRate: -1 })).toThrow(
    'learningRate must be a number in (0, inf)',
  )
  expect(() => P.injectHyperparameters(P.adam, { b1: 1 })).toThrow(P.HyperparameterError)
  const optimizer = P.compile(P.injectHyperparameters(P.sgd, { learningRate: 1 }))
  const params = { w: tf.tensor1d([0]) }
  const uphill = P.setHyperparameters(optimizer.init(params), { learningRate: -1 })
  const [updates] = optimizer.update({ w: tf.tensor1d([1]) }, uphill, params)
  expect(Array.from(updates.w?.dataSync() ?? [])).toEqual([1])
})

test('types name what is injected, and nothing else', () => {
  const injected = P.injectHyperparameters(
    P.adam,
    { learningRate: 0.1, b1: P.constant(0.9) },
    { biasCorrection: false },
  )
  type State = ReturnType<ReturnType<typeof P.compile<P.StateOf<typeof injected>>>['init']>
  expectTypeOf<State['hyperparameters']>().toEqualTypeOf<{ readonly learningRate: number; readonly b1: number }>()
  expectTypeOf<State['inner']['moments']['count']>().toEqualTypeOf<number>()
  expectTypeOf<State['count']>().toEqualTypeOf<number>()
  const nested = P.injectHyperparameters(({ minAlpha }) => P.neuroPlastic({ plasticity: { minAlpha } }), {
    minAlpha: 0.2,
  })
  expectTypeOf<P.StateOf<typeof nested>['hyperparameters']>().toEqualTypeOf<{ readonly minAlpha: P.Scalar }>()
  const bare = P.compile(P.injectHyperparameters(P.sgd, { learningRate: 0.1 }))
  type Two = { readonly a: P.Hyperparameter; readonly b: number }
  const both = ({ a, b }: Two) => P.scale(P.scalar(a).mul(b))
  const wrong = () => [
    // @ts-expect-error misspelt
    P.injectHyperparameters(P.adam, { learningRate: 0.1, bb: 0.1 }),
    // @ts-expect-error not a number
    P.injectHyperparameters(P.adam, { biasCorrection: 1 }),
    // @ts-expect-error not an option
    P.injectHyperparameters(P.adam, { b1: 0.1 }, { foo: 1 }),
    // @ts-expect-error b is missing
    P.injectHyperparameters(both, { a: 1 }),
    // @ts-expect-error b may not be symbolic
    P.injectHyperparameters(both, { a: 1, b: 1 }),
    // @ts-expect-error not what is injected
    P.injectHyperparameters(({ deca }) => P.trace(deca), { decay: 0.9 }),
    // @ts-expect-error not injected
    P.setHyperparameters(bare.init({}), { momentum: 0.1 }),
  ]
  expect(wrong).toBeTypeOf('function')
  expect(P.compile(P.injectHyperparameters(both, { a: 2 }, { b: 3 })).init({}).hyperparameters).toEqual({ a: 2 })
})
