/** Nodes that tfjs computes between loops: what they are given is there, and what they do to memory or throw changes nothing else. */
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  compile,
  type Expr,
  type ExprLike,
  fill,
  type GradientTransform,
  leafwise,
  opaque,
  type Tree,
  tree,
} from '../../src/index.js'
import { useBackend } from '../support/backend.js'
import { grow } from './fuzz/heap.js'

beforeAll(() => useBackend('wasm'))

const viaTfjs = (name: string, run: (x: tf.Tensor) => unknown, x: Expr): Expr =>
  opaque({ name, version: 1, run: ([value]) => run(value as tf.Tensor) }, x.shape, [x])

const updateOf = (rule: GradientTransform<unknown>, x: tf.Tensor, observe: readonly string[] = []) => {
  const optimizer = compile(rule, { interpreter: 'fused', observe })
  const [{ x: update }] = optimizer.update({ x }, optimizer.init({ x }), { x })
  return Array.from(update?.dataSync() ?? [])
}

describe('a value of one element', () => {
  const rule = leafwise(g => {
    const total = g.sum().observe('total')
    return g.sum([1]).greater(2.5).where(g, total)
  })

  test('that is observed is what it is to a node along axes', () => {
    const g = tf.tensor2d([
      [1, 1, 1],
      [0, 0, 0],
    ])
    expect(updateOf(rule, g)).toEqual([1, 1, 1, 3, 3, 3])
    expect(updateOf(rule, g, ['total'])).toEqual([1, 1, 1, 3, 3, 3])
  })

  test('that is the next state is not the old state to a node along axes', () => {
    const remembers: GradientTransform<Tree<Expr>> = {
      init: params => tree.map((p: Expr) => fill(p.sum(), 100))(params),
      update: (updates, _) => {
        const totals = tree.map((g: Expr) => g.sum())(updates)
        return [tree.zipWith([updates, totals], (g, c) => g.sum([1]).greater(2.5).where(g, c)), totals]
      },
    }
    const optimizer = compile(remembers, { interpreter: 'fused' })
    const params = { x: tf.zeros([2, 3]) }
    const grads = { x: tf.tensor2d([1, 1, 1, 0, 0, 0], [2, 3]) }
    const next = optimizer.step({ params, state: optimizer.init(params) }, grads)
    expect(Array.from(next.params.x.dataSync())).toEqual([1, 1, 1, 3, 3, 3])
  })

  test('goes to a node after one that made the heap grow', () => {
    const rule = leafwise(g => {
      const first = viaTfjs(
        'grows',
        x => {
          grow()
          return tf.neg(x)
        },
        g.mul(2),
      )
      return first.add(viaTfjs('doubles', x => tf.mul(x, 2), g.sum().add(1)))
    })
    expect(updateOf(rule, tf.tensor1d([1, 2, 3]))).toEqual([12, 10, 8])
  })
})

test('a NaN in a bound of one element goes through minimum, maximum and clip', () => {
  const g = tf.tensor1d([1, 2, Number.NaN])
  const nothing = [Number.NaN, Number.NaN, Number.NaN]
  for (const interpreter of ['fused', 'tfjs'] as const) {
    const of = (f: (x: Expr, bound: ExprLike) => Expr) => {
      const optimizer = compile(
        leafwise(x => f(x, x.mean())),
        { interpreter },
      )
      return Array.from(optimizer.update({ g }, [], { g })[0].g?.dataSync() ?? [])
    }
    expect(of((x, bound) => x.maximum(bound))).toEqual(nothing)
    expect(of((x, bound) => x.minimum(bound))).toEqual(nothing)
    expect(of((x, bound) => x.mean().maximum(bound).broadcastTo(x))).toEqual(nothing)
    expect(of((x, bound) => x.isNaN().where(1, x).minimum(bound).maximum(0))).toEqual(nothing)
  }
})

describe('a node that throws', () => {
  const settings = { throws: false }
  const doubling: GradientTransform<{ readonly m: Tree<Expr>; readonly total: Expr }> = {
    init: params => ({ m: tree.map((p: Expr) => fill(p, 1))(params), total: fill(params.w?.sum() as Expr, 0) }),
    update: (updates, { m, total }) => {
      const next = tree.zipWith([updates, m], (_, old) => old.mul(2))
      const out = tree.zipWith([updates, next], (g, twice) => {
        const node = viaTfjs(
          'throws',
          x => {
            if (settings.throws) throw new Error('not now')
            return x.clone()
          },
          twice.sub(twice.mean()),
        )
        return g.add(node)
      })
      return [out, { m: next, total: total.add(updates.w?.sum() as Expr) }]
    },
  }

  test.each(['fused', 'tfjs'] as const)('leaves params, state and memory as they were: %s', interpreter => {
    const optimizer = compile(doubling, { interpreter })
    const params = { w: tf.tensor1d([1, 2, 3]), b: tf.tensor1d([4, 5]) }
    const grads = { w: tf.ones([3]), b: tf.ones([2]) }
    let training = { params, state: optimizer.init(params) }
    training = optimizer.step(training, grads)
    const all = () =>
      [...Object.values(training.params), ...Object.values(training.state.m), training.state.total].map(x =>
        Array.from(x.dataSync()),
      )
    const [before, { numTensors, numBytes }] = [all(), tf.memory()]
    settings.throws = true
    for (let i = 0; i < 3; i++) expect(() => optimizer.step(training, grads)).toThrow('not now')
    expect(() => optimizer.update(grads, training.state, training.params)).toThrow('not now')
    settings.throws = false
    expect(all()).toEqual(before)
    expect(tf.memory()).toMatchObject({ numTensors, numBytes })
    training = optimizer.step(training, grads)
    expect(all().slice(2)).toEqual([[4, 4, 4], [4, 4], [6]])
  })
})

test.each(['fused', 'tfjs'] as const)(
  'a view of a parameter that a node gives is not written over with it: %s',
  interpreter => {
    const keeps: GradientTransform<Tree<Expr>> = {
      init: params => tree.map((p: Expr) => fill(p, 0))(params),
      update: (updates, _, params) => [
        tree.map((g: Expr) => g.add(g.mean()))(updates),
        tree.map((p: Expr) => viaTfjs('views', x => x.reshape([x.size]).reshape(x.shape), p))(params),
      ],
    }
    const optimizer = compile(keeps, { interpreter })
    const params = { w: tf.tensor1d([1, 2, 3]) }
    const next = optimizer.step({ params, state: optimizer.init(params) }, { w: tf.ones([3]) })
    expect(Array.from(next.params.w.dataSync())).toEqual([3, 4, 5])
    expect(Array.from(next.state.w?.dataSync() ?? [])).toEqual([1, 2, 3])
  },
)

test('a node that gives another shape, or no tensor, is named', () => {
  const gives = (value: unknown) => leafwise(g => viaTfjs('odd', () => value, g))
  for (const interpreter of ['fused', 'tfjs'] as const) {
    const run = (value: unknown) => () => {
      const x = tf.ones([3])
      compile(gives(value), { interpreter }).update({ x }, [], { x })
    }
    expect(run(tf.ones([2]))).toThrow(
      "the opaque node 'odd' gave a tensor of shape [2]; a tensor of shape [3] was expected",
    )
    expect(run(Promise.resolve())).toThrow("the opaque node 'odd' gave object; a tensor of shape [3] was expected")
  }
})
