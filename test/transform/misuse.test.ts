/** What is no number, no function and no list is told where it is given, by name. */
import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { assertLaws, checkLaws, evaluatesAtEvery, ownGradientAt, signSymmetry } from '../../laws/index.js'
import * as P from '../../src/index.js'
import { explain, identityOf, modulationBounds, updateNormBound } from '../../src/interpret/analysis.js'

beforeAll(() => tf.setBackend('cpu'))

type Loose = never

const run = (f: (g: P.Expr, loss: P.Scalar) => P.Expr) => () =>
  tf.tidy(() => {
    const rule = P.stateless((u, _, context) => ({ w: f(u.w as P.Expr, P.scalarFrom(context, 'loss', 'the rule')) }))
    const p = { w: tf.tensor1d([1, 2, -3]) }
    const optimizer = P.compile(rule)
    return [...(optimizer.update(p, optimizer.init(p), p, { loss: 7 })[0].w as tf.Tensor).dataSync()]
  })

test('a symbolic tensor is no host number', () => {
  const what = 'a number or a Scalar was expected, and is a symbolic tensor, which no host number can depend on'
  expect(run((g, l) => g.mul(l.mul(3)).clipByValue(-5, g.max() as Loose))).toThrow(what)
  expect(run((g, l) => g.mul(l.mul(g.max() as Loose)))).toThrow(what)
  expect(run((g, l) => g.lerp(g, g.max() as Loose).mul(l))).toThrow(what)
})

test.each([['2'], [true], [{}], [[1, 2]], [undefined], [null]])('%j is no operand', x => {
  expect(run(g => g.mul(x as Loose))).toThrow(/^a number or a Scalar was expected, and is /)
})

test('axes are a list without repetitions', () => {
  expect(run(g => g.mul(g.sum(0 as Loose)))).toThrow('sum: axes is 0; a list was expected, such as [0]')
  expect(run(g => g.mul(g.max([0, 0])))).toThrow('max: axis 0 stands twice in [0,0]')
})

test('a selector is a function that says true or false', () => {
  const optimize = (rule: P.GradientTransform<unknown>) => () => P.compile(rule).init({ w: tf.scalar(1) })
  expect(() => P.masked('w' as Loose, P.scale(2))).toThrow(
    "masked: select is 'w'; a function of a name and all parameters",
  )
  expect(() => P.freeze(/w/ as Loose)).toThrow('freeze: select is an object; a function of a name')
  expect(() => P.partition('w' as Loose, { a: P.identity })).toThrow("partition: label is 'w'; a function")
  const large: P.LeafSelector = (name, params) => (params[name] as P.Expr).mean().greater(100) as Loose
  expect(optimize(P.masked(large, P.scale(5)))).toThrow(
    "masked: select('w', params) gave a symbol, whose value is not known while tracing; true or false was expected",
  )
  expect(optimize(P.freeze(large))).toThrow("select('w', params) gave a symbol")
})

test('a factory that was not called is no transform', () => {
  for (const read of [explain, modulationBounds, updateNormBound, identityOf, checkLaws])
    expect(() => (read as (x: unknown) => unknown)(P.sgd)).toThrow(/is a function, perhaps one that makes a transform/)
})

test('labels to observe are a list', () => {
  expect(() => P.compile(P.sgd(), { observe: 'alpha' as Loose })).toThrow(
    'compile: observe is "alpha"; a list of labels',
  )
})

test('a period and a step are counts', () => {
  expect(() => evaluatesAtEvery(0)).toThrow('period')
  expect(() => evaluatesAtEvery(Number.NaN)).toThrow('period')
  expect(() => ownGradientAt(1e6)).toThrow('step')
})

test('a path that leads to no case is refused: nothing was checked', () => {
  const square = P.leafwise(g => g.square())
  const repeat = { seed: 1, path: 'zzz' }
  expect(() => assertLaws(square, [signSymmetry], repeat)).toThrow('path is zzz, which leads to no case of any law')
})

test('what is shared in a rule is not written out again and again where its bounds are told', () => {
  const doubling = P.leafwise(g => {
    let x = g
    for (let i = 0; i < 60; i++) x = x.abs().add(x)
    return x
  })
  expect(modulationBounds(doubling)).toMatchObject({ kind: 'unbounded' })
})
