/** What `compile` promises about tracing, purity, ownership and observation. */
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import {
  adam,
  applyUpdates,
  chain,
  compile,
  constant,
  type GradientTransform,
  gradientMagnitude,
  hybridSgdMomentum,
  leafwise,
  neuroPlastic,
  observe,
  plasticityGate,
  recall,
  scalarFrom,
  scaleByAdam,
  scaleByLearningRate,
  sgd,
  stateless,
  trace,
  tree,
  warmUp,
} from '../../src/index.js'
import { backends, useBackend } from '../support/backend.js'
import { flat, tensors } from '../support/tensors.js'

const shapes = { 'dense/kernel': [2, 3], 'dense/bias': [3] }
const values = { 'dense/kernel': [1, -2, 3, -4, 5, -6], 'dense/bias': [0.5, 0, -0.5] }
const gradients = { 'dense/kernel': [0.1, 0.2, -0.3, 0.4, 0, -0.6], 'dense/bias': [1, -1, 2] }
const params = () => tensors(values, shapes)
const grads = () => tensors(gradients, shapes)

/** A transform that counts how often it is traced. */
const counting = <S>(inner: GradientTransform<S>) => {
  const traces = { count: 0 }
  const transform: GradientTransform<S> = {
    init: p => inner.init(p),
    update: (...inputs) => {
      traces.count += 1
      return inner.update(...inputs)
    },
  }
  return { traces, transform }
}

describe.each(backends)('on %s', backend => {
  beforeAll(() => useBackend(backend))

  test('one trace, while epoch, loss and learning rate change', () => {
    const { traces, transform } = counting(
      chain(
        neuroPlastic({ plasticity: { warmupEpochs: 3 }, learningRate: warmUp(5, constant(0.1)) }),
        leafwise(g => g.mul(2)),
      ),
    )
    const optimizer = compile(transform)
    let training = { params: params(), state: optimizer.init(params()) }
    const g = grads()
    for (let epoch = 1; epoch <= 6; epoch++)
      training = optimizer.step(training, g, { epoch, totalEpochs: 6, loss: 1 / epoch })
    expect(traces.count).toBe(1)
    const [, , bias] = [
      training,
      g,
      optimizer.step(training, { 'dense/bias': g['dense/bias'] }, { epoch: 1, totalEpochs: 1, loss: 0 }),
    ]
    expect(traces.count, 'a missing gradient is another program').toBe(2)
    expect(bias.params['dense/kernel']?.dataSync().every(Number.isFinite)).toBe(true)
  })

  test('the 32 signatures used last are kept ready, others are traced again', () => {
    const { traces, transform } = counting(leafwise(g => g.mul(2)))
    const optimizer = compile(transform)
    const run = (n: number) => {
      const w = tf.ones([n])
      tf.dispose([w, optimizer.update({ w }, optimizer.init({ w }), { w })[0]])
    }
    for (let n = 1; n <= 32; n++) run(n)
    for (let n = 1; n <= 32; n++) run(n)
    expect(traces.count).toBe(32)
    run(1)
    run(33) // in the place of 2, which was used longest ago
    run(1)
    run(3)
    expect(traces.count).toBe(33)
    run(2)
    expect(traces.count).toBe(34)
  })

  test('update and applyUpdates write to nothing and give tensors of their own', () => {
    const optimizer = compile(chain(scaleByAdam(), scaleByLearningRate(0.1)))
    const [p, g] = [params(), grads()]
    const state = optimizer.init(p)
    const before = [flat(p), flat(g), flat(state[0].mu)]
    const [updates, next] = optimizer.update(g, state, p)
    const moved = applyUpdates(p, updates)
    expect([flat(p), flat(g), flat(state[0].mu)]).toEqual(before)
    tf.dispose([p, g, { ...state[0].mu }, { ...state[0].nu }])
    expect(next[0].count).toBe(1)
    expect(flat(moved)['dense/bias']?.[0]).toBeCloseTo(0.4, 5)
    expect(flat(updates)['dense/bias']?.[0]).toBeCloseTo(-0.1, 5)
    expect(next[0].mu['dense/kernel']?.dataSync()[0]).toBeCloseTo(0.01, 6)
  })

  test('every output position is a tensor of its own, an identity not excepted', () => {
    const optimizer = compile(chain())
    const [p, g] = [params(), grads()]
    const [updates] = optimizer.update(g, optimizer.init(p), p)
    tf.dispose(g)
    expect(flat(updates)).toEqual(flat(tensors(gradients, shapes)))
    tf.dispose(updates)
    const same = applyUpdates(p, {})
    tf.dispose(p)
    expect(flat(same)).toEqual(flat(params()))
  })

  test.each([
    ['adam', () => adam()],
    ['neuroplastic', () => neuroPlastic()],
    ['hybrid', () => hybridSgdMomentum({ phaseScope: 'early' })],
  ] as const)('100 steps of %s leave just the tensors of params and state', (_, make) => {
    const optimizer = compile<unknown>(make())
    const [p, g] = [params(), grads()]
    const baseline = tf.memory().numTensors - Object.keys(p).length
    let training = { params: p, state: optimizer.init(p) }
    const alive = tf.memory().numTensors
    for (let i = 0; i < 100; i++) training = optimizer.step(training, g, { epoch: i < 50 ? 1 : 3, totalEpochs: 4 })
    expect(tf.memory().numTensors).toBe(alive)
    tf.dispose(training)
    expect(tf.memory().numTensors).toBe(baseline)
  })

  test('step consumes params and state, and leaves the gradients', () => {
    const optimizer = compile(trace(0.9))
    const [p, g] = [params(), grads()]
    const state = optimizer.init(p)
    const next = optimizer.step({ params: p, state }, g)
    // Consumed: disposed, or overwritten and handed on.
    const [bias, momentum] = [p['dense/bias'], state.trace['dense/bias']]
    expect(bias?.isDisposed || bias === next.params['dense/bias']).toBe(true)
    expect(momentum?.isDisposed || momentum === next.state.trace['dense/bias']).toBe(true)
    expect(g['dense/bias']?.isDisposed).toBe(false)
    const gone = tf.tensor1d([1, 2, 3])
    gone.dispose()
    expect(() => optimizer.update(g, next.state, { ...next.params, 'dense/bias': gone })).toThrow(
      "params['dense/bias'] is disposed; was it consumed by an earlier step?",
    )
    expect(next.params['dense/bias']?.isDisposed).toBe(false)
  })

  test('step survives shared buffers and shared tensors', () => {
    const optimizer = compile(trace(0.9))
    const p = params()
    const copy = p['dense/kernel']?.reshape([6])
    const clone = p['dense/bias']?.clone()
    const both = tf.tensor1d([1, 2, 3])
    // The bias and its gradient are one tensor; it is the caller's.
    const next = optimizer.step(
      { params: { ...p, 'dense/bias': both }, state: optimizer.init(p) },
      { 'dense/bias': both },
    )
    expect(Array.from(both.dataSync())).toEqual([1, 2, 3])
    expect(flat(next.params)['dense/bias']).toEqual([2, 4, 6])
    const last = optimizer.step(next, grads())
    expect(Array.from(copy?.dataSync() ?? [])).toEqual(values['dense/kernel'])
    expect(Array.from(clone?.dataSync() ?? [])).toEqual(values['dense/bias'])
    expect(flat(last.params)['dense/kernel']?.[0]).toBeCloseTo(1.1, 6)
  })

  test('a variable is assigned and handed on, never disposed', () => {
    const optimizer = compile(sgd({ learningRate: 1 }))
    const variable = tf.variable(tf.tensor1d([1, 2]))
    const shared = variable.clone()
    const start = { params: { w: variable }, state: optimizer.init({ w: variable }) }
    const next = optimizer.step(start, { w: tf.tensor1d([1, 1]) })
    expect(next.params.w).toBe(variable)
    expect(Array.from(variable.dataSync())).toEqual([0, 1])
    expect(Array.from(shared.dataSync())).toEqual([1, 2])
  })

  test('a leaf without a gradient keeps its parameter and its state', () => {
    const optimizer = compile(chain(scaleByAdam(), scaleByLearningRate(0.1)))
    const first = optimizer.step({ params: params(), state: optimizer.init(params()) }, grads())
    const kernel = Array.from(first.params['dense/kernel']?.dataSync() ?? [])
    const mu = Array.from(first.state[0].mu['dense/kernel']?.dataSync() ?? [])
    const next = optimizer.step(first, { 'dense/kernel': null, 'dense/bias': tf.tensor1d([1, 1, 1]) })
    expect(flat(next.params)['dense/kernel']).toEqual(kernel)
    expect(flat(next.state[0].mu)['dense/kernel']).toEqual(mu)
    expect(Object.keys(next.state[0].mu)).toEqual(['dense/kernel', 'dense/bias'])
  })

  test('observe reads what it names, and only on request', () => {
    const magnitude = observe('magnitude', gradientMagnitude())
    const norm = stateless(updates => tree.map((g: (typeof updates)[string]) => g.norm().observe('norm'))(updates))
    const rule = chain(plasticityGate(magnitude), norm)
    const [p, g] = [params(), grads()]
    const observed = compile(rule, { observe: ['magnitude', 'norm'] })
    const [, , readings] = observed.update(g, observed.init(p), p)
    expect(flat(readings.magnitude ?? {})['dense/bias']).toEqual([1, 1, 2])
    expect(flat(readings.norm ?? {})['dense/bias']?.[0]).toBeCloseTo(Math.sqrt(18), 5)
    expect(compile(rule).update(g, compile(rule).init(p), p)).toHaveLength(2)
    const stepped = observed.step({ params: p, state: observed.init(p) }, g)
    expect(flat(stepped.readings.magnitude ?? {})['dense/bias']).toEqual([1, 1, 2])
  })

  test('errors name the thing, the value and what would be right', () => {
    const optimizer = compile(sgd())
    const [p, g] = [params(), grads()]
    const state = optimizer.init(p)
    const adamState = compile(adam()).init(p)
    expect(() => optimizer.init({ 1: tf.scalar(1) })).toThrow("leaf name '1' cannot keep its place in layer order")
    expect(() => optimizer.init({ w: tf.scalar(1, 'int32') })).toThrow(
      "params['w'] has dtype int32; leaves are float32",
    )
    expect(() => optimizer.update({ w: tf.scalar(1) }, state, p)).toThrow("grads has leaf 'w', which params has not")
    expect(() => optimizer.update({ 'dense/bias': tf.scalar(1) }, state, p)).toThrow(
      "grads['dense/bias'] has shape [], where [3] was expected",
    )
    expect(() => compile(adam()).update(g, state as never, p)).toThrow(/state\.moments\.count is missing/)
    expect(() => optimizer.update(g, adamState as never, p)).toThrow(
      /state has \d+ values, where this transform's init gives 2/,
    )
    expect(() =>
      compile(neuroPlastic({ plasticity: { warmupEpochs: 2 } })).update(g, compile(neuroPlastic()).init(p), p),
    ).toThrow("plasticity warm-up needs 'epoch' from the context, which has nothing")
    expect(() => compile(recall('alpha')).update(g, [], p)).toThrow("recall('alpha') needs 'alpha' from the context")
    const twice = compile(chain(observe('a', gradientMagnitude()), observe('a', trace(0.5))), { observe: ['a'] })
    expect(() => twice.update(g, twice.init(p), p)).toThrow(
      "observe must be the name of one value per leaf; two have it; got 'a'",
    )
    expect(() => compile(sgd(), { observe: ['alpha'] }).update(g, state, p)).toThrow('this transform names nothing')
    expect(() => compile(sgd(), { interpreter: 'fast' as never })).toThrow(
      "interpreter must be one of 'tfjs', 'fused'; got 'fast'",
    )
    const needs = stateless((updates, _, context) => {
      scalarFrom(context, 'loss', 'polyak')
      return updates
    })
    expect(() => compile(needs).update(g, [], p, { epoch: 1 })).toThrow(
      "polyak needs 'loss' from the context, which has only 'epoch'",
    )
  })

  test('a failing step consumes nothing', () => {
    const optimizer = compile(sgd())
    const p = params()
    const alive = tf.memory().numTensors
    expect(() => optimizer.step({ params: p, state: optimizer.init(p) }, { 'dense/bias': tf.scalar(1) })).toThrow()
    expect(p['dense/bias']?.isDisposed).toBe(false)
    expect(tf.memory().numTensors).toBe(alive + 1)
  })
})

test('state is typed', () => {
  const optimizer = compile(chain(plasticityGate(scaleByAdam()), chain(trace(0.9), scaleByAdam())))
  type State = ReturnType<typeof optimizer.init>
  expectTypeOf<State[0]['count']>().toEqualTypeOf<number>()
  expectTypeOf<State[1][1]['mu'][string]>().toEqualTypeOf<tf.Tensor>()
})

describe.each(backends)('on %s, a training that a step has consumed', backend => {
  beforeAll(() => useBackend(backend))

  test.each<readonly [string, GradientTransform<unknown>]>([
    ['counters', adam()],
    ['tensors alone', trace(0.9)],
    ['nothing', leafwise(g => g.mul(-0.1))],
  ])('is refused, its state holding %s', (_, transform) => {
    const optimizer = compile(transform)
    const start = params()
    const first = { params: start, state: optimizer.init(start) }
    const second = optimizer.step(first, grads())
    expect(() => optimizer.step(first, grads())).toThrow(/consumed by an earlier step/)
    expect(() => optimizer.step({ params: first.params, state: first.state }, grads())).toThrow(
      /consumed by an earlier step/,
    )
    expect(() => optimizer.update(grads(), first.state, first.params)).toThrow(/consumed by an earlier step/)
    const third = optimizer.step(second, grads())
    expect(optimizer.step(third, grads()).params).toBeDefined()
  })

  test('an object that is given what each step returned goes on', () => {
    const optimizer = compile(trace(0.9))
    const start = params()
    const training = { params: start, state: optimizer.init(start) }
    for (let i = 0; i < 3; i++) Object.assign(training, optimizer.step(training, grads()))
    const plain = compile(leafwise(g => g.mul(-0.1)))
    const empty = { params: training.params, state: plain.init(training.params) }
    for (let i = 0; i < 3; i++) empty.params = plain.step(empty, grads()).params
  })
})

test.each(backends)('an expression of 100,000 operations runs on %s', async backend => {
  await useBackend(backend)
  const long = leafwise(g => {
    let x = g
    for (let i = 0; i < 50_000; i++) x = i % 2 === 0 ? x.add(g) : x.sub(g.sum())
    return x
  })
  const x = tf.tensor1d([1])
  const [updates] = compile(long).update({ x }, [], { x })
  expect(updates.x?.dataSync()[0]).toBe(1)
  if (backend === 'wasm')
    expect(
      compile(leafwise(g => Array.from({ length: 6000 }).reduce((y: typeof g) => y.mul(0.5).add(g), g))).plan({
        w: tf.ones([3]),
      }),
    ).toMatchObject({
      viaTfjs: ['all: more than 5000 operations on one leaf'],
    })
})
