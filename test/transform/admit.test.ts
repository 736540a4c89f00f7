/** What is no transform, and what a transform must not give, is said at the call, by name. */
import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import * as P from '../../src/index.js'

const none = undefined as unknown as P.GradientTransform<unknown>
const uncalled = P.sgd as unknown as P.GradientTransform<unknown>

describe('what is no transform is refused where it is given', () => {
  const takes: readonly (readonly [string, (f: P.GradientTransform<unknown>) => unknown, string])[] = [
    ['chain', f => P.chain(P.identity, f), 'chain: part 2 is'],
    ['namedChain', f => P.namedChain({ a: P.identity, b: f }), "namedChain: 'b' is"],
    ['weightedSum', f => P.weightedSum([1, f]), 'weightedSum: part 1 is'],
    ['difference', f => P.difference(P.identity, f), 'weightedSum: part 2 is'],
    ['lerp', f => P.lerp(P.identity, f, 0.5), 'lerp: part 2 is'],
    ['provide', f => P.provide('x', f, P.identity), "provide: 'x' is"],
    ['provide, body', f => P.provide('x', P.identity, f), "provide: 'body' is"],
    ['observe', f => P.observe('x', f), 'observe: what it is given is'],
    ['plasticityGate', f => P.plasticityGate(f), 'plasticityGate: what it is given is'],
    ['graft', f => P.graft(P.identity, f), 'graft: the direction is'],
    ['residual', f => P.residual(f), 'residual: what it is given is'],
    ['boundedResidual', f => P.boundedResidual(f), 'boundedResidual: what it is given is'],
    ['orthogonalResidual', f => P.orthogonalResidual(f), 'orthogonalResidual: what it is given is'],
    [
      'withLearningRateController',
      f => P.withLearningRateController(0.1, f),
      'withLearningRateController: what it is given is',
    ],
    ['masked', f => P.masked(P.allLeaves, f), 'masked: f is'],
    ['freeze', f => P.freeze(P.allLeaves, f ?? (null as never)), 'freeze: f is'],
    ['partition', f => P.partition(() => 'a', { a: f }), "partition: 'a' is"],
    ['when', f => P.when(() => P.scalar(1), f), 'when: what it is given is'],
    ['multiSteps', f => P.multiSteps(f, 2), 'multiSteps: what it is given is'],
    ['applyIfFinite', f => P.applyIfFinite(f), 'applyIfFinite: what it is given is'],
    ['skipLargeUpdates', f => P.skipLargeUpdates(f, { maxSquaredNorm: 1 }), 'when: what it is given is'],
    ['flatten', f => P.flatten(f), 'flatten: f is'],
    ['perLeaf', f => P.perLeaf(f), 'perLeaf: f is'],
    ['lookahead', f => P.lookahead(f), 'lookahead: the fast optimizer is'],
    ['sam', f => P.sam(P.sgd(), f), 'sam: the adversary is'],
    ['mechanize', f => P.mechanize(f), 'mechanize: the base is'],
    ['scheduleFree', f => P.scheduleFree(f, { learningRate: 1 }), 'scheduleFree: the base is'],
    [
      'injectHyperparameters',
      f => P.injectHyperparameters(() => f, { x: 1 }),
      'injectHyperparameters: its transform is',
    ],
    ['compile', f => P.compile(f), 'compile: the transform is'],
    ['evaluationParams', f => P.evaluationParams(f, {}, []), 'evaluationParams: the transform is'],
  ]

  test.each(takes)('%s', (_, take, message) => {
    expect(() => take(none)).toThrow(message)
    expect(() => take(uncalled)).toThrow(`${message} a function, perhaps one that makes a transform and was not called`)
    expect(() => take(P.identity)).not.toThrow()
  })

  test('a configuration is said to be one', () => {
    expect(() => P.compile({ optimizer: 'adam' } as never)).toThrow(
      /the transform is a configuration, of which fromConfig/,
    )
  })
})

test('a bound that is missing is refused', () => {
  expect(() => P.clamp(0.5, undefined as never)).toThrow('hi must be a number in (-inf, inf); got undefined')
  expect(() => P.clamp(null as never, 1)).toThrow('lo must be a number in (-inf, inf); got null')
  expect(() => P.clamp('0' as never, 1)).toThrow("lo must be a number in (-inf, inf); got '0'")
  expect(() => P.trace([0.9] as never)).toThrow(/must be a number in/)
})

describe('what a rule gives', () => {
  const params = { w: tf.tensor1d([1, 2]), v: tf.scalar(1) }
  const step = (rule: P.GradientTransform<unknown>) => () =>
    P.compile(rule).update(params, P.compile(rule).init(params), params)
  const gives = (out: unknown): P.GradientTransform<unknown> => ({ init: () => [], update: () => [out, []] as never })

  test.each([
    [
      'a number for each leaf',
      P.leafwise(() => 1 as never),
      "the function of a stateless transform gave 1 for 'w'; an Expr was expected",
    ],
    ['a text', P.leafwise(() => 'g' as never), "gave 'g' for 'w'"],
    ['nothing for a leaf', P.stateless(({ w }) => ({ w: w as P.Expr })), "gave nothing for 'v', which has a gradient"],
    ['a number', gives(3), 'update gave 3; a tree was expected'],
    ['an Expr', gives(P.expr(3)), 'update gave a single Expr; a tree was expected'],
    [
      'no pair',
      { init: () => [], update: (g: unknown) => g } as never,
      'update gave an object; a pair was expected, [updates, state]',
    ],
    ['a part of a chain', P.chain(P.identity, gives({ w: 1 }), P.scaleByAdam()), "part 2 of a chain gave 1 for 'w'"],
  ] as const)('%s is refused, naming leaf and rule', (_, rule, message) => {
    expect(step(rule as P.GradientTransform<unknown>)).toThrow(message)
  })

  test.each([
    ['a sum', (g: P.Expr) => ((g as never as number) + 1) as never],
    ['a product', (g: P.Expr) => ((g as never as number) * 2) as never],
    ['a comparison', (g: P.Expr) => ((g as never as number) > 0 ? g : g.neg())],
    ['a number', (g: P.Expr) => P.fill(g, Number(g))],
  ] as const)('%s of a symbol throws, and says what to write', (_, f) => {
    expect(step(P.leafwise(f))).toThrow(/a symbolic tensor has no value while a rule is traced: write x.add\(1\)/)
  })

  test('a symbolic number throws alike; as a text either says what it is', () => {
    expect(() => (P.scalar(2).add(P.scalar(1)) as never as number) + 1).toThrow(/a symbolic number has no value/)
    expect(`${P.expr(1)}, ${P.scalar(1)}`).toBe('a symbolic tensor, a symbolic number')
  })
})
