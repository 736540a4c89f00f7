/** The fused interpreter: the tfjs interpreter's numbers, in place where it may, on a heap that grows. */
import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { arbitraryTransform } from '../../laws/arbitraries/index.js'
import {
  adam,
  alphaShuffled,
  applyIfFinite,
  chain,
  clamp,
  clipByGlobalNorm,
  compile,
  controlledNeuroPlastic,
  type Expr,
  fill,
  type GradientTransform,
  gradientMagnitude,
  hybridAdamW,
  leafwise,
  neuroPlastic,
  normalizeSignal,
  opaque,
  orthogonalNeuroPlastic,
  plasticityGate,
  scaleByAdam,
  sgd,
  shuffleWithinLeaf,
  type Tensors,
  type Tree,
  trace,
  tree,
} from '../../src/index.js'
import { useBackend } from '../support/backend.js'
import { flat } from '../support/tensors.js'

beforeAll(() => useBackend('wasm'))

/** An opaque node that reads an old value, of a leaf whose new value is ready before it. */
const readsWhatWas: GradientTransform<{ readonly m: Tree<Expr>; readonly k: Tree<Expr> }> = {
  init: params => ({ m: tree.map((p: Expr) => fill(p, 0))(params), k: tree.map((p: Expr) => fill(p, 0))(params) }),
  update: (updates, { m, k: before }) => {
    const k = tree.zipWith([updates, m], (g, old) =>
      opaque({ name: 'add', version: 1, run: ([a, b]) => tf.add(a as tf.Tensor, b as tf.Tensor) }, g.shape, [
        g.mul(0.3).exp(),
        old,
      ]),
    )
    return [
      tree.zipWith([updates, before], (g, old) => g.add(old)),
      { m: tree.zipWith([updates, m], (g, old) => old.add(g)), k },
    ]
  },
}

const shapes = {
  'conv/kernel': [3, 3, 2, 5],
  empty: [0, 3],
  one: [1],
  scalar: [],
  'dense/kernel': [37, 29],
  'dense/bias': [29],
}
const random = (seed: number, scale = 1): Tensors =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape], i) => [
      name,
      tf.randomNormal(shape, 0, scale, 'float32', seed * 100 + i),
    ]),
  )

/** Parameters after some steps, each interpreter on its own. */
const trajectory = (transform: GradientTransform<unknown>, interpreter: 'tfjs' | 'fused', steps = 4) => {
  const optimizer = compile(transform, { interpreter })
  const params = random(1)
  let training = { params, state: optimizer.init(params) }
  for (let i = 0; i < steps; i++)
    training = optimizer.step(training, random(2 + i, i === 2 ? 100 : 0.1), {
      epoch: i + 1,
      totalEpochs: steps,
      loss: 1,
    })
  return flat(training.params)
}

const close = (transform: GradientTransform<unknown>): void => {
  const [expected, actual] = [trajectory(transform, 'tfjs'), trajectory(transform, 'fused')]
  for (const [leaf, values] of Object.entries(expected)) {
    const largest = Math.max(1, ...values.map(Math.abs).filter(Number.isFinite))
    values.forEach((value, i) => {
      const other = actual[leaf]?.[i] ?? Number.NaN
      const same = Object.is(value, other) || Math.abs(value - other) <= 2e-4 * largest
      if (!same) throw new Error(`${leaf}[${i}]: tfjs ${value}, fused ${other}`)
    })
  }
}

test.each<readonly [string, GradientTransform<unknown>]>([
  ['sgd', sgd({ momentum: 0.9 })],
  ['adam', adam()],
  ['neuroPlastic', neuroPlastic({ learningRate: 0.1, plasticity: { warmupEpochs: 2 } })],
  ['orthogonal', orthogonalNeuroPlastic({ orthogonalNormalization: 'matchGradNorm', orthogonalSchedule: 'cosine' })],
  ['hybrid', hybridAdamW({ modulationTarget: 'trustRatio', phaseScope: 'early', layerScope: 'convOnly' })],
  ['controller', controlledNeuroPlastic('global')],
  ['global norm', chain(clipByGlobalNorm(1), trace(0.5))],
  ['a branch on a tensor', applyIfFinite(chain(clipByGlobalNorm(1), scaleByAdam()))],
  ['every elementwise operation', leafwise(everyOperation)],
  [
    'division by numbers tiny and huge',
    leafwise(g =>
      g
        .mul(1e-20)
        .div(1e-40)
        .add(g.div(1e30))
        .add(g.div(g.norm().mul(1e-42).add(1e-44))),
    ),
  ],
  ['means per unit', plasticityGate(chain(gradientMagnitude(), normalizeSignal({ over: 'unit' }), clamp(0.5, 1.5)))],
  ['means over all leaves', plasticityGate(chain(gradientMagnitude(), normalizeSignal({ over: 'tree' })))],
  ['an opaque node', alphaShuffled({ seed: 3 })],
  ['an opaque node between norms', chain(clipByGlobalNorm(1), shuffleWithinLeaf(1), clipByGlobalNorm(0.5), trace(0.9))],
  ['conditions along an axis', leafwise(alongAxes)],
])('%s agrees with tfjs, on leaves empty, of one element, and odd', (_, transform) => close(transform))

test('a leaf is not overwritten while a node that runs through tfjs has yet to read it', () => {
  const after = (interpreter: 'tfjs' | 'fused') => {
    const optimizer = compile(readsWhatWas, { interpreter })
    const params = { w: tf.zeros([7, 5]) }
    let training = { params, state: optimizer.init(params) }
    for (let i = 0; i < 3; i++) training = optimizer.step(training, { w: tf.fill([7, 5], 0.1) })
    return flat(training.state.k).w?.[0]
  }
  expect(after('fused')).toBeCloseTo(after('tfjs') ?? Number.NaN, 5)
})

function alongAxes(g: Expr): Expr {
  if (g.shape.length < 2) return g
  const column = g.max([0])
  return g
    .greater(column.mul(0.5))
    .logicalAnd(g.less(1))
    .where(g.div(column.norm().add(1)), g.sum([1]).square())
    .add(g.mean())
}

function everyOperation(g: Expr): Expr {
  const positive = g.abs().add(0.1)
  const terms = [
    g.sigmoid(),
    g.tanh(),
    positive.log(),
    positive.pow(0.3),
    positive.sqrt(),
    g.neg().exp().clipByValue(0, 3),
    g.sign(),
    g.square().minimum(1),
    g.maximum(g.neg()).minimum(positive.mul(2)),
    g.greater(0).where(g, g.mul(-2)),
    g.less(0.5).logicalAnd(g.greaterEqual(-0.5)).where(1, 0),
    g.lessEqual(0).logicalOr(g.greater(1)).logicalNot().where(1, 2),
    g.equal(0).where(5, 0).add(g.notEqual(0).where(1, 0)),
    g.isNaN().where(1, 0).add(g.isFinite().where(1, 0)),
    g.lerp(positive, 0.25),
    g.sub(g.max()).div(g.max().sub(g.min()).add(1)),
    g.div(g.norm().add(1)).add(g.mean()).add(g.sum()),
    g.norm().greater(1).where(g, 0),
    g.div(g.sub(g.mean()).norm().add(1)),
  ]
  return terms.reduce((a, b) => a.add(b)).broadcastTo(g)
}

test('random chains agree with tfjs', () => {
  fc.assert(
    fc.property(arbitraryTransform({ depth: 3 }), ({ transform }) => close(transform)),
    { numRuns: 60, seed: 7 },
  )
})

test('the plan tells what is fused, and why not the rest', async () => {
  const params = random(1)
  const plan = (transform: GradientTransform<unknown>) => compile(transform).plan(params, { epoch: 1, totalEpochs: 2 })
  // Three passes a leaf: signals and their means; alpha and the norm; the step. Leaves of one element need none. All share one
  // program, but for the empty leaf, whose means divide by 1.
  expect(plan(neuroPlastic())).toEqual({ interpreter: 'fused', loops: 12, programs: 2, viaTfjs: [] })
  expect(plan(adam())).toEqual({ interpreter: 'fused', loops: 4, programs: 1, viaTfjs: [] })
  expect(plan(shuffleWithinLeaf())).toMatchObject({
    viaTfjs: ['conv/kernel', 'dense/kernel', 'dense/bias'].map(leaf => `shuffle of '${leaf}': outside the algebra`),
  })
  expect(plan(chain(gradientMagnitude(), normalizeSignal({ over: 'unit' })))).toMatchObject({
    viaTfjs: expect.arrayContaining(["sum of 'dense/kernel': runs along axes of the leaf"]),
  })
  expect(compile(adam(), { interpreter: 'tfjs' }).plan(params)).toEqual({
    interpreter: 'tfjs',
    reason: 'it was asked for',
  })
})

describe('in place', () => {
  test('parameters and moments are written over, and only where nobody else looks', () => {
    const optimizer = compile(trace(0.9), { interpreter: 'fused' })
    const params = { w: tf.tensor1d([1, 2, 3, 4, 5]), v: tf.tensor1d([1, 2, 3, 4, 5]) }
    const shared = params.v.reshape([5, 1])
    const grads = { w: tf.ones([5]), v: tf.ones([5]) }
    const next = optimizer.step({ params, state: optimizer.init(params) }, grads)
    expect(next.params.w).toBe(params.w)
    expect(Array.from(next.params.w.dataSync())).toEqual([2, 3, 4, 5, 6])
    expect(next.params.v).not.toBe(params.v)
    expect(Array.from(next.params.v.dataSync())).toEqual([2, 3, 4, 5, 6])
    expect(Array.from(shared.dataSync())).toEqual([1, 2, 3, 4, 5])
  })

  test('a matrix product sees the new values', () => {
    const optimizer = compile(sgd({ learningRate: 1 }))
    const params = { w: tf.ones([4, 3]) }
    const x = tf.ones([2, 4])
    expect(x.matMul(params.w).dataSync()[0]).toBe(4)
    const next = optimizer.step({ params, state: optimizer.init(params) }, { w: tf.ones([4, 3]) })
    expect(x.matMul(next.params.w).dataSync()[0]).toBe(0)
  })

  test('a memory that grows during a step is survived', () => {
    const optimizer = compile(scaleByAdam())
    const params = { w: tf.ones([1000]) }
    let training = { params, state: optimizer.init(params) }
    const bytes = () => (tf.backend() as unknown as { wasm: { HEAPF32: Float32Array } }).wasm.HEAPF32.length
    const before = bytes()
    const ballast: tf.Tensor[] = []
    while (bytes() === before) {
      // The results of an update are new, so it is an update that makes the heap grow.
      const [updates] = optimizer.update({ w: tf.ones([1000]) }, training.state, training.params)
      expect(updates.w?.dataSync()[999]).toBeCloseTo(1, 5)
      ballast.push(updates.w as tf.Tensor, tf.zeros([100_000]))
    }
    training = optimizer.step(training, { w: tf.ones([1000]) })
    expect(training.params.w.dataSync()[0]).toBeCloseTo(2, 5)
    tf.dispose(ballast)
  })

  test('100 steps leave the heap as it is', () => {
    const optimizer = compile(neuroPlastic())
    const params = { w: tf.ones([300, 300]), b: tf.zeros([300]) }
    const grads = { w: tf.randomNormal([300, 300]), b: tf.randomNormal([300]) }
    let training = { params, state: optimizer.init(params) }
    const bytes = () => (tf.backend() as unknown as { wasm: { HEAPF32: Float32Array } }).wasm.HEAPF32.length
    for (let i = 0; i < 10; i++) training = optimizer.step(training, grads)
    const [tensors, heap] = [tf.memory().numTensors, bytes()]
    for (let i = 0; i < 100; i++) training = optimizer.step(training, grads)
    expect([tf.memory().numTensors, bytes()]).toEqual([tensors, heap])
  })
})

test('elsewhere it is refused clearly', async () => {
  const optimizer = compile(sgd(), { interpreter: 'fused' })
  await useBackend('cpu')
  const params = { w: tf.ones([2]) }
  expect(compile(sgd()).plan(params)).toEqual({ interpreter: 'tfjs', reason: "the backend is 'cpu', not 'wasm'" })
  expect(() => optimizer.step({ params, state: optimizer.init(params) }, { w: tf.ones([2]) })).toThrow(
    "the fused interpreter runs on the 'wasm' backend; the current one is 'cpu': call useWasm()",
  )
})
