/** Parameters to evaluate at: what a rule keeps for that, through whatever it is wrapped in, as tensors of the caller's own. */
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import * as P from '../../src/index.js'
import { backends, useBackend } from '../support/backend.js'
import { flat, type Shapes, tensors } from '../support/tensors.js'

const shapes: Shapes = { kernel: [2, 1], bias: [] }
const start = { kernel: [1, 2], bias: [3] }
const params = () => tensors(start, shapes)
const grads = () => tensors({ kernel: [0.5, -1], bias: [0.25] }, shapes)

/** What is trained and what is evaluated after so many steps by the same gradient, at a loss of 1 and in epoch 1 of 2. */
const after = (transform: P.GradientTransform<unknown>, steps: number) => {
  const optimizer = P.compile(transform)
  const first = params()
  const gradient = grads()
  let training = { params: first, state: optimizer.init(first) }
  for (let i = 0; i < steps; i++)
    training = optimizer.step(training, gradient, { loss: 1, epoch: 1, totalEpochs: 2 }) as typeof training
  return {
    trained: flat(training.params),
    evaluated: flat(P.evaluationParams(transform, training.params, training.state)),
  }
}

const slow = () => P.lookahead(P.scale(-1), { syncPeriod: 4 })
const is = (leaf: string) => (name: string) => name === leaf

const part = (name: string) => (name === 'kernel' ? 'kernel' : 'bias')

/** Wrappers that give each step of what they wrap, in more or fewer calls. */
const wrappers: Readonly<Record<string, (f: P.GradientTransform<unknown>) => P.GradientTransform<unknown>>> = {
  chain: f => P.chain(P.identity, f),
  namedChain: f => P.namedChain({ before: P.identity, rule: f }),
  'chain in chain': f => P.chain(P.chain(f)),
  weightedSum: f => P.weightedSum([1, f], [0, P.identity]),
  lerp: f => P.lerp(P.identity, f, 1),
  graft: f => P.graft(f, f.evaluate === undefined ? f : P.scale(-1)),
  provide: f => P.provide('x', P.identity, f),
  'provide, what it provides': f => P.provide('x', f, P.recall('x')),
  observe: f => P.observe('u', f),
  masked: f => P.masked(P.allLeaves, f),
  freeze: f => P.freeze(() => false, f),
  partition: f => P.partition(() => 'all', { all: f }),
  when: f => P.when(() => P.scalar(1), f),
  multiSteps: f => P.multiSteps(f, 1),
  applyIfFinite: f => P.applyIfFinite(f),
  skipLargeUpdates: f => P.skipLargeUpdates(f, { maxSquaredNorm: 1e9 }),
  flatten: f => P.flatten(f),
  perLeaf: f => P.perLeaf(f),
  intervene: f => P.intervene(P.chain(P.observe('alpha', P.identity), f), 'alpha', alpha => alpha),
  injectHyperparameters: f => P.injectHyperparameters(() => f, { unread: 1 }),
}

describe.each(backends)('on %s', backend => {
  beforeAll(() => useBackend(backend))

  test('a rule that keeps none is evaluated at its parameters', () => {
    for (const rule of [P.sgd({ momentum: 0.9 }), P.prodigy(), P.neuroPlastic(), P.mechanize(P.sgd())]) {
      const { trained, evaluated } = after(rule, 3)
      expect(evaluated).toEqual(trained)
    }
  })

  test('scheduleFree is evaluated at its average', () => {
    // z is p - g, then p - 2 g: their mean.
    const { trained, evaluated } = after(P.scheduleFree(P.scale(-1), { learningRate: 1, b1: 0.5 }), 2)
    expect(evaluated).toEqual({ kernel: [0.25, 3.5], bias: [2.625] })
    expect(trained).toEqual({ kernel: [0.125, 3.75], bias: [2.5625] })
  })

  test('lookahead is evaluated at its slow parameters', () => {
    expect(after(slow(), 3)).toEqual({ trained: { kernel: [-0.5, 5], bias: [2.25] }, evaluated: start })
    const met = { kernel: [0, 4], bias: [2.5] }
    expect(after(slow(), 4)).toEqual({ trained: met, evaluated: met })
    expect(after(slow(), 6).evaluated).toEqual(met)
  })

  test('emaParams is evaluated at its average', () => {
    const { trained, evaluated } = after(P.chain(P.scale(-1), P.emaParams(0.5)), 2)
    expect(trained).toEqual({ kernel: [0, 4], bias: [2.5] })
    expect(evaluated).toEqual({ kernel: [0.375, 3.25], bias: [2.6875] })
  })

  test('sam is evaluated where it climbs from, and its optimizer has the say there', () => {
    const climbing = P.sam(P.scale(-1), P.scale(-4), { syncPeriod: 3 })
    const down = { kernel: [0.5, 3], bias: [2.75] }
    expect(after(climbing, 1)).toEqual({ trained: { kernel: [3, -2], bias: [4] }, evaluated: start })
    expect(after(climbing, 2).evaluated).toEqual(start)
    expect(after(climbing, 3)).toEqual({ trained: down, evaluated: down })
    expect(after(climbing, 5).evaluated).toEqual(down)
    const averaged = P.sam(P.chain(P.scale(-1), P.emaParams(0.5)), P.scale(-4))
    expect(after(averaged, 3).evaluated).toEqual({ kernel: [0.75, 2.5], bias: [2.875] })
  })

  test.each(Object.entries(wrappers))('%s hands on where to evaluate', (_, wrap) => {
    expect(after(wrap(slow()), 5).evaluated).toEqual({ kernel: [0, 4], bias: [2.5] })
    expect(wrap(P.scale(-1)).evaluate).toBeUndefined()
  })

  test('the outer one has the say where one encloses the other', () => {
    expect(after(P.lookahead(P.chain(P.scale(-1), P.emaParams(0.5)), { syncPeriod: 4 }), 3).evaluated).toEqual(start)
  })

  test('masked and partition evaluate by leaf', () => {
    const { trained } = after(P.scale(-1), 3)
    const kernelOnly = P.partition(part, { kernel: slow(), bias: P.scale(-1) })
    expect(after(kernelOnly, 3).evaluated).toEqual({ kernel: start.kernel, bias: trained.bias })
    const each = P.chain(P.scale(-1), P.masked(is('kernel'), P.emaParams(0.5)), P.masked(is('bias'), P.emaParams(0)))
    expect(after(each, 2).evaluated).toEqual({ kernel: [0.375, 3.25], bias: [2.5] })
    const both = P.partition(part, { kernel: slow(), bias: P.chain(P.scale(-1), P.emaParams(0.5)) })
    expect(after(both, 2).evaluated).toEqual({ kernel: start.kernel, bias: [2.6875] })
  })

  test('hyperparameters are those of the state', () => {
    const rule = P.injectHyperparameters(({ b1 }) => P.scheduleFree(P.scale(-1), { learningRate: 1, b1 }), { b1: 0.5 })
    expect(after(rule, 2).evaluated).toEqual({ kernel: [0.25, 3.5], bias: [2.625] })
  })

  test('fresh tensors, which a later step leaves alone; variables are not touched', () => {
    const rule = P.chain(P.scale(-1), P.emaParams(0.5))
    const optimizer = P.compile(rule)
    const variables = Object.fromEntries(
      Object.entries(params()).map(([leaf, x]) => [leaf, tf.variable(x)] as const),
    ) as P.Tensors
    let training = { params: variables, state: optimizer.init(variables) }
    training = optimizer.step(training, grads())
    const before = tf.memory().numTensors
    const evaluated = P.evaluationParams(rule, training.params, training.state)
    const plain = P.evaluationParams(P.sgd(), training.params, P.compile(P.sgd()).init(training.params))
    expect(tf.memory().numTensors).toBe(before + 4)
    const values = [flat(evaluated), flat(plain)]
    training = optimizer.step(training, grads())
    expect([flat(evaluated), flat(plain)]).toEqual(values)
    expect(Object.values({ ...evaluated, ...plain }).some(x => x instanceof tf.Variable)).toBe(false)
    tf.dispose([evaluated, plain])
    expect(flat(training.params)).toEqual({ kernel: [0, 4], bias: [2.5] })
    tf.disposeVariables()
  })

  test('a state that is another one is refused, naming the place', () => {
    const state = P.compile(P.sgd()).init(params())
    expect(() => P.evaluationParams(P.emaParams(0.5), params(), state as never)).toThrow('state.ema.kernel is missing')
    const short = P.compile(P.emaParams(0.5)).init({ kernel: tf.zeros([2, 1]) })
    expect(() => P.evaluationParams(P.emaParams(0.5), params(), short)).toThrow('state.ema.bias is missing')
  })
})

describe('two that keep weights for one leaf are refused', () => {
  const average = () => P.emaParams(0.5)

  test('when they are put together', () => {
    for (const build of [
      () => P.chain(slow(), average()),
      () => P.chain(P.scale(-1), P.masked(is('bias'), average()), average()),
      () => P.namedChain({ slow: slow(), average: average() }),
      () => P.weightedSum([1, slow()], [1, slow()]),
      () => P.lerp(slow(), average(), 0.5),
      () => P.graft(slow(), average()),
      () => P.provide('x', slow(), average()),
      () => P.chain(P.multiSteps(slow(), 2), P.observe('u', average())),
    ])
      expect(build).toThrow(/both keep weights to evaluate all leaves at; enclose one in the other/)
    expect(() => P.chain(slow(), P.identity, average())).toThrow('chain: part 1 and part 3 both')
    expect(() => P.namedChain({ slow: slow(), average: average() })).toThrow("namedChain: 'slow' and 'average' both")
  })

  test('by leaf, when the leaves are known', () => {
    const twice = P.chain(
      P.scale(-1),
      P.masked(P.allLeaves, average()),
      P.when(() => P.scalar(1), P.masked(is('bias'), average())),
    )
    expect(() => P.compile(twice).init(params())).toThrow(
      "chain: part 2 and part 3 both keep weights to evaluate 'bias' at",
    )
    expect(() => P.compile(twice).init({ kernel: tf.zeros([2]) })).not.toThrow()
  })

  test('mechanize refuses a base whose weights scaled steps do not lead to', () => {
    expect(() => P.mechanize(P.chain(P.scale(-1), average()))).toThrow(/mechanize: its base keeps weights/)
  })
})

test('evaluate may give some leaves, of their shapes, and no others', () => {
  const giving = (tree: (params: P.tree.Tree<P.Expr>) => P.tree.Tree<P.Expr>): P.GradientTransform<P.Stateless> => ({
    ...P.identity,
    evaluate: tree,
  })
  const rule = giving(({ kernel }) => ({ kernel: (kernel as P.Expr).mul(2) }))
  expect(flat(P.evaluationParams(rule, params(), []))).toEqual({ kernel: [2, 4], bias: [3] })
  expect(() =>
    P.evaluationParams(
      giving(({ kernel }) => ({ other: kernel as P.Expr })),
      params(),
      [],
    ),
  ).toThrow("no leaf 'other'")
  expect(() =>
    P.evaluationParams(
      giving(({ kernel }) => ({ bias: kernel as P.Expr })),
      params(),
      [],
    ),
  ).toThrow("evaluate gave 'bias' the shape [2,1]")
})
