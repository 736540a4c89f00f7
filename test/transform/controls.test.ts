/** Interventions, and controls that are made from the rule. */
import { describe, expect, test } from 'vitest'
import * as P from '../../src/index.js'
import { type Flat, flat, tensors } from '../support/tensors.js'
import { type Run, updates, waves } from './play.js'

type T = P.GradientTransform<unknown>

const { chain, controlsOf, intervene, observe, plasticity, plasticityGate, scaleByLearningRate, trace, tree } = P

const alpha = observe('alpha', plasticity())
const steps = [1, 2, 3, 4]
// The last two leaves are the classifier, the one before it early.
const shapes = { early: [2, 3], late: [3], kernel: [3, 2], bias: [2] }
const run: Run = {
  shapes,
  gradients: steps.map(step => waves(shapes, step)),
  context: { epoch: 3, totalEpochs: 10 },
}
const twice = (x: P.Expr): P.Expr => x.mul(2)
const played = (transform: T): readonly Flat[] => updates(transform, run)
const numbers = (all: readonly Flat[]) => all.flatMap(step => Object.values(step).flat())

const expectSame = (a: T, b: T, digits = 6) => {
  const [ours, theirs] = [numbers(played(a)), numbers(played(b))]
  const size = Math.max(...theirs.map(Math.abs))
  expect(ours.map(x => x / size)).toEqual(theirs.map(x => expect.closeTo(x / size, digits)))
}

/** A rule by how alpha comes to it, given what is done to alpha. */
const rules: Readonly<Record<string, (f: (alpha: T) => T) => T>> = {
  'a gate': f => plasticityGate(f(alpha)),
  'a gate before a momentum': f => chain(plasticityGate(f(alpha)), trace(0.9)),
  'provide and recall': f => P.provide('a', f(alpha), chain(trace(0.9), plasticityGate(P.recall('a')))),
  lerp: f => P.lerp(trace(0.9), plasticityGate(f(alpha)), 0.25),
  partition: f =>
    P.partition(name => (name === 'bias' ? name : 'kernel'), { kernel: plasticityGate(f(alpha)), bias: P.scale(3) }),
  masked: f => P.masked(P.named(/kernel/), plasticityGate(f(alpha))),
  'a controller': f =>
    P.provide('a', f(alpha), P.withLearningRateController(0.1, chain(P.recall('a'), P.averageOverLeaf()))),
  branches: f => P.when(count => count.mod(2).equal(0), plasticityGate(f(alpha))),
  'a branch that alpha decides': f => ({
    init: params => f(alpha).init(params),
    update: (g, state, params, context) => {
      const [a, next] = f(alpha).update(g, state, params, context)
      const condition = (tree.get('kernel')(a) as P.Expr).mean().greater(1.5)
      return [P.branch(condition, g, tree.map((x: P.Expr) => x.neg())(g)), next]
    },
  }),
  "a user's own function": f => ({
    init: params => f(alpha).init(params),
    update: (g, state, params, context) => {
      const [a, next] = f(alpha).update(g, state, params, context)
      return [tree.zipWith([g, a], (x, c) => x.mul(c.sqrt()).add(c)), next]
    },
  }),
}

describe('intervene', () => {
  test.each(Object.entries(rules))('what reads alpha reads f(alpha): %s', (_, rule) => {
    const doubled = (a: T): T => chain(a, P.scale(2))
    expect(numbers(played(rule(a => a)))).not.toEqual(numbers(played(rule(doubled))))
    expectSame(
      intervene(
        rule(a => a),
        'alpha',
        twice,
      ),
      rule(doubled),
    )
  })

  test('the value itself comes about as before, and what is observed is what is read', () => {
    const rule = observe('out', observe('alpha', chain(P.emaActivity(0.5), observe('inner', P.identity))))
    expectSame(intervene(rule, 'alpha', twice), chain(P.emaActivity(0.5), P.scale(2)))
  })

  test('state that keeps what was observed keeps what is read', () => {
    // The last alpha, which the next step reads.
    const late: P.GradientTransform<P.Tree<P.Expr>> = {
      init: tree.map((p: P.Expr) => P.fill(p, 0)),
      update: (g, last) => [
        tree.zipWith([g, last], (x, a) => x.mul(a)),
        tree.map((x: P.Expr) => x.abs().observe('alpha'))(g),
      ],
    }
    const [first, second] = played(intervene(late, 'alpha', twice)) as [Flat, Flat]
    const [g1, g2] = run.gradients as [Flat, Flat]
    expect(first.bias?.map(Math.abs)).toEqual([0, 0])
    expect(second.bias).toEqual((g2.bias ?? []).map((x, i) => expect.closeTo(2 * x * Math.abs(g1.bias?.[i] ?? 0), 6)))
  })

  test('what is read may depend on the leaf and the step', () => {
    const place: P.Intervention = (a, { leaf, step }) => (leaf === 'kernel' ? a.mul(step) : a)
    const [first, second] = played(intervene(plasticityGate(alpha), 'alpha', place)) as [Flat, Flat]
    expect(first.kernel?.every(x => Math.abs(x) === 0)).toBe(true)
    expect(second.kernel?.every(x => x !== 0)).toBe(true)
    expect(first.bias?.every(x => x !== 0)).toBe(true)
  })

  test('companions have the same done to them, and others nothing', () => {
    const both = (companionOf?: string): T =>
      P.provide(
        'a',
        alpha,
        P.provide('b', observe('b', P.identity, { companionOf }), P.difference(P.recall('a'), P.recall('b'))),
      )
    const to5 = () => 5
    expect(numbers(played(intervene(both('alpha'), 'alpha', to5))).every(x => x === 0)).toBe(true)
    expectSame(intervene(both(), 'alpha', to5), P.difference(chain(alpha, P.scale(0), leaf5), P.identity))
  })

  test('a gradient that is missing is no reason to refuse', () => {
    const rule = P.masked(P.named(/kernel/), plasticityGate(alpha))
    const only = { ...run, gradients: [{ bias: [1, 2] }] }
    expect(updates(intervene(rule, 'alpha', twice), only)).toEqual([{ bias: [1, 2] }])
  })
})

const leaf5 = P.leafwise(x => x.add(5))

describe('what the update does not read is refused, naming label and leaf', () => {
  const decoy: T = P.provide('alpha', alpha, chain(trace(0.9), scaleByLearningRate(0.1)))
  const stored: T = chain(
    P.provide('alpha', alpha, P.identity),
    {
      init: tree.map((p: P.Expr) => P.fill(p, 0)),
      update: g => [g, tree.map((x: P.Expr) => x.abs().observe('alpha'))(g)],
    },
    scaleByLearningRate(0.1),
  )
  test.each([
    ['beside the update', decoy, /'alpha' is observed at 'early', 'late', 'kernel', 'bias'/],
    ['in a state that nothing reads', stored, /'alpha' is observed at 'early', 'late', 'kernel', 'bias'/],
    ['nowhere', P.sgd(), /nothing is observed as 'alpha' at 'early', 'late', 'kernel', 'bias'/],
  ])('%s', (_, rule, message) => {
    expect(() => played(intervene(rule, 'alpha', twice))).toThrow(message)
    for (const control of Object.values(controlsOf(rule))) expect(() => played(control)).toThrow(message)
  })

  test('another label, and what is no function', () => {
    expect(() => intervene(P.sgd(), '', twice)).toThrow('label must be')
    expect(() => intervene(P.sgd(), 'alpha', 1 as unknown as P.Intervention)).toThrow('f must be')
    expect(() => controlsOf(P.neuroPlastic(), { seed: 0.5 })).toThrow('seed must be')
  })
})

describe("NeuroPlastic's own controls are those of its classic rule, bit for bit", () => {
  test.each([
    {},
    { learningRate: 0.1, weightDecay: 0.01, plasticity: { plasticityScale: 2, warmupEpochs: 2 } },
    { learningRate: 0.1, weightDecay: 0.01, decoupledWeightDecay: true, plasticity: { minAlpha: 0.5 } },
  ])('%j', options => {
    const { one, averaged, shuffled, grafted } = controlsOf(P.neuroPlastic(options), { seed: 7 })
    expect(played(one)).toEqual(played(P.alphaOne(options)))
    expect(played(averaged)).toEqual(played(P.alphaAveraged(options)))
    expect(played(shuffled)).toEqual(played(P.alphaShuffled({ ...options, seed: 7 })))
    expect(played(grafted)).toEqual(played(P.alphaGrafted(options)))
  })
})

/** What a graft at a given place gives: the rule with that part grafted by hand. */
const by = (part: T, plain: T): T => P.graft(part, plain)
const { recall, difference, identity, boundedResidual, withPlasticity } = P
const gate = plasticityGate(recall('alpha'))
const delta = difference(gate, identity)
const still = difference(identity, identity)
const controlled = (rule: T): T =>
  chain(rule, P.settle({}, P.withLearningRateController(0.1, P.plasticityController('global'))))

describe('the graft is at the smallest part that holds every reader and what it is read for', () => {
  test.each<[string, T, T]>([
    [
      'the gate, before all else',
      chain(gate, trace(0.9), P.clipByGlobalNorm(0.1)),
      chain(by(gate, identity), trace(0.9), P.clipByGlobalNorm(0.1)),
    ],
    [
      'the gate, after a momentum',
      chain(trace(0.9), gate, P.homeostasis()),
      chain(trace(0.9), by(gate, identity), P.homeostasis()),
    ],
    [
      'the capped sum of a residual',
      chain(boundedResidual(delta, 0.5), P.sgd()),
      chain(by(boundedResidual(delta, 0.5), identity), P.sgd()),
    ],
    [
      'the capped sum of an orthogonal residual',
      P.orthogonalRule({ orthogonalLambda: 2 }),
      by(P.orthogonalRule({ orthogonalLambda: 2 }), P.orthogonalResidual(still)),
    ],
    [
      'the capped sum of a hybrid',
      P.overSgdMomentum({ modulationStrength: 2 }),
      by(P.overSgdMomentum({ modulationStrength: 2 }), trace(0.9)),
    ],
    [
      'the capped sum of a hybrid over Adam',
      chain(P.overAdamW({ modulationTarget: 'momentum', modulationStrength: 1 }), scaleByLearningRate(0.1)),
      chain(
        by(P.overAdamW({ modulationTarget: 'momentum', modulationStrength: 1 }), P.scaleByAdam()),
        scaleByLearningRate(0.1),
      ),
    ],
    [
      'a hybrid in its scope and phase',
      P.overAdamW({ layerScope: 'earlyBlocks', phaseScope: 'early', modulationTarget: 'trustRatio' }),
      by(
        P.overAdamW({ layerScope: 'earlyBlocks', phaseScope: 'early', modulationTarget: 'trustRatio' }),
        P.scaleByAdam(),
      ),
    ],
    [
      'the whole step where a controller reads it',
      controlled(gate),
      by(controlled(gate), chain(P.settle({}, scaleByLearningRate(0.1)))),
    ],
    [
      'the whole step, with state of its own on either side',
      chain(gate, trace(0.9), P.withLearningRateController(0.1, recall('alpha'))),
      by(
        chain(gate, trace(0.9), P.withLearningRateController(0.1, recall('alpha'))),
        chain(trace(0.9), scaleByLearningRate(0.1)),
      ),
    ],
    [
      'both sides of a mixture',
      P.lerp(trace(0.9), gate, 0.25),
      by(P.lerp(trace(0.9), gate, 0.25), P.lerp(trace(0.9), identity, 0.25)),
    ],
    [
      'a finite check decides, and is no part of it',
      P.applyIfFinite(chain(gate, trace(0.9)), { maxConsecutive: 3 }),
      P.applyIfFinite(chain(by(gate, identity), trace(0.9)), { maxConsecutive: 3 }),
    ],
  ])('%s', (_, rule, expected) => {
    const within = (body: T): T => withPlasticity(plasticity(), {}, body)
    expect(numbers(played(within(rule)))).not.toEqual(numbers(played(within(expected))))
    expectSame(controlsOf(within(rule)).grafted, within(expected))
  })

  test('what another leaf feeds is within the part', () => {
    // All leaves have a rate that follows the alpha of the kernel; the bias has no alpha.
    const rule: T = P.provide(
      'alpha',
      P.masked(P.named(/kernel/), observe('alpha', plasticity())),
      P.stateless((g, _, context) => {
        const a = tree.get('kernel')(P.treeFrom(context, 'alpha', 'rule')) as P.Expr
        return tree.map((x: P.Expr) => x.mul(a.max()).mul(x.abs().add(1)))(g)
      }),
    )
    const plain = P.leafwise(x => x.mul(x.abs().add(1)))
    expectSame(controlsOf(rule).grafted, by(rule, plain))
  })
})

test('a control observes what its rule does: a value for each leaf, and what is read', () => {
  const rule = P.orthogonalNeuroPlastic()
  const labels = ['alpha', 'gradientOnly', '.base', '.orthogonal', '.rule']
  const read = (transform: T) => {
    const optimizer = P.compile(transform, { observe: labels })
    const params = tensors(waves(shapes), shapes)
    const [, , readings] = optimizer.update(tensors(waves(shapes, 1), shapes), optimizer.init(params), params)
    return tree.map(flat)(readings)
  }
  const { one, averaged, shuffled, grafted } = tree.map(read)(controlsOf(rule) as unknown as P.Tree<T>)
  const own = read(rule)
  expect(grafted?.alpha).toEqual(own.alpha)
  expect(one?.alpha).toEqual(tree.map((xs: readonly number[]) => xs.map(() => 1))(own.alpha as Flat))
  expect(new Set(averaged?.alpha?.kernel)).toHaveProperty('size', 1)
  expect(shuffled?.alpha?.kernel?.toSorted()).toEqual(own.alpha?.kernel?.toSorted())
  expect(shuffled?.alpha?.kernel).not.toEqual(own.alpha?.kernel)
})
