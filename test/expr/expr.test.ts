/** Symbols, trees, and the graph that sharing gives. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exprInput } from '../../src/expr/expr.js'
import { graphOf } from '../../src/expr/graph.js'
import { unite } from '../../src/expr/nest.js'
import { scalarInput } from '../../src/expr/scalar.js'
import { symbolsOf } from '../../src/expr/symbols.js'
import { type Expr, expr, scalar, tree } from '../../src/index.js'
import { hostNumbers, resolve } from '../../src/interpret/resolve.js'

const x = exprInput('x', [2, 3], 'w')
const y = exprInput('y', [3], 'b')
const operations = (root: Expr) => graphOf([root]).tensors.map(node => node.operation.op)

describe('scalars', () => {
  test('literals fold, in double precision', () => {
    expect(
      scalar(2 ** 53 - 1)
        .add(1)
        .sub(1).node,
    ).toEqual({ op: 'literal', value: 2 ** 53 - 1 })
    expect(scalar(0.9).pow(3).clipByValue(0, 0.5).node).toEqual({ op: 'literal', value: 0.5 })
    expect(scalar(-7).mod(3).node).toEqual({ op: 'literal', value: 2 })
    expect(scalar(3).less(2).where(1, 5).node).toEqual({ op: 'literal', value: 5 })
    expect(scalarInput('t').add(1).node).toMatchObject({ op: 'add' })
  })
})

describe('tensors', () => {
  test('shapes broadcast as in tfjs, and differences are named', () => {
    expect(x.add(y).shape).toEqual([2, 3])
    expect(x.sum([0]).shape).toEqual([1, 3])
    expect(x.norm().shape).toEqual([])
    expect(x.mul(y.norm()).leaf).toBe('w')
    expect(x.norm().add(y.norm()).leaf).toBeNull()
    expect(() => x.add(exprInput('z', [2]))).toThrow('shapes [2,3] and [2] do not broadcast to each other')
    expect(() => y.sum([1])).toThrow('sum: axis 1 of a tensor of rank 1; axes count from 0')
    expect(() => x.broadcastTo(y)).toThrow('shape [2,3] does not broadcast to [3]')
  })

  test('what changes nothing costs nothing', () => {
    expect([x.add(0), x.sub(0), x.mul(1), x.div(1), x.lerp(x.abs(), 0), x.broadcastTo(x)].every(e => e === x)).toBe(
      true,
    )
    expect(operations(x.greater(0).mul(1))).toContain('cast')
  })

  test('equal subexpressions are one node', () => {
    const signal = () => x.abs().div(x.abs().mean().add(1e-8))
    expect(operations(signal().add(signal().mul(2))).filter(op => op === 'abs')).toHaveLength(1)
    expect(operations(expr(0).mul(x).add(expr(-0).mul(x))).filter(op => op === 'constant')).toHaveLength(2)
    expect(graphOf([x.sum([0]), x.sum([1]), x.sum(), x.max()]).tensors).toHaveLength(5)
  })

  test('observed values are names on nodes, not nodes', () => {
    const graph = graphOf([x.abs().observe('a').add(x.abs()), y.norm().add(x.norm()).observe('n')])
    expect(graph.tensors.filter(node => node.operation.op === 'abs')).toHaveLength(1)
    expect(graph.observations.map(({ label, leaf }) => [label, leaf])).toEqual([
      ['a', 'w'],
      ['n', '*'],
    ])
  })

  test('operands come before what uses them', () => {
    const { tensors } = graphOf([x.abs().add(y).mul(x.norm()), y.neg()])
    expect(tensors.every((node, id) => node.args.every(arg => arg < id))).toBe(true)
  })
})

describe('trees', () => {
  const leafNames = fc.uniqueArray(fc.string(), { minLength: 1 })

  test('layer order is insertion order, or refused', () => {
    fc.assert(
      fc.property(leafNames, list => {
        const entries = list.map((name, i) => [name, i] as const)
        const bad = list.some(
          name => String(Number(name)) === name && Number.isInteger(Number(name)) && Number(name) >= 0,
        )
        if (bad || list.includes('__proto__')) {
          expect(() => tree.fromEntries(entries)).toThrow(/layer order/)
          return
        }
        const made = tree.fromEntries(entries)
        const same = (t: tree.Tree<unknown>) => expect(tree.names(t)).toEqual(list)
        same(made)
        same(tree.map((value: number) => value + 1)(made))
        same(tree.zipWith([made, Object.fromEntries([...entries].reverse())], (a, b) => a + b))
        expect(tree.values(tree.zipWith([made, made], (a, b) => a - b)).every(v => v === 0)).toBe(true)
        expect(tree.names(tree.filter(name => name !== list[0])(made))).toEqual(list.slice(1))
      }),
    )
  })

  test('a leaf that is not there is named', () => {
    expect(() => tree.zipWith([{ a: 1 }, { b: 2 }], (p, q) => p + q)).toThrow("no leaf 'a' among 'b'")
    expect(() => tree.fromEntries([['7', 1]])).toThrow("leaf name '7' cannot keep its place")
  })
})

describe('structures', () => {
  test('uniting keeps what only one side has, in the order of the whole', () => {
    const [a, b, c] = [scalar(1), scalar(2), scalar(3)]
    const whole = { mu: { first: a, second: b }, count: c }
    expect(unite(fresh => fresh, { mu: { second: c }, count: a }, whole)).toEqual({
      mu: { first: a, second: c },
      count: a,
    })
    expect(Object.keys(unite(fresh => fresh, { second: c }, whole.mu) as object)).toEqual(['first', 'second'])
    expect(() => unite(fresh => fresh, [a], [a, b])).toThrow(/differ in structure at the top: 1 and 2/)
    expect(() => unite(fresh => fresh, { mu: a }, { mu: [a] })).toThrow(/differ in structure at \.mu/)
  })

  test('anything but symbols in a state is refused by its path', () => {
    expect(() => symbolsOf({ mu: [scalar(1), 3] })).toThrow('state.mu[1] is 3; a state is a nesting')
  })
})

test('a chain of 100,000 operations, on tensors and on numbers, has a graph and is resolved', () => {
  const times = Array.from({ length: 100_000 })
  const long = times.reduce((value: Expr) => value.neg(), x)
  const count = times.reduce((value: ReturnType<typeof scalarInput>) => value.add(1), scalarInput('t'))
  const graph = graphOf([long, count])
  const [tensors, numbers] = [graph.tensors.length, graph.scalars.length]
  expect([tensors, numbers]).toEqual([100_001, 100_002])
  const number = hostNumbers(
    graph,
    () => 7,
    () => 0,
  )
  expect(number(graph.roots[1]?.id as number)).toBe(100_007)
  expect(resolve(graph, [graph.roots[0]?.id as number], number).order).toHaveLength(100_001)
})
