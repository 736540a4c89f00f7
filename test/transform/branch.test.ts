/** What `branch` chooses between, and what is no choice. */
import { expect, test } from 'vitest'
import { exprInput } from '../../src/expr/expr.js'
import { scalarInput } from '../../src/expr/scalar.js'
import * as P from '../../src/index.js'
import { explain } from '../../src/interpret/analysis.js'

const [x, y] = [exprInput('x', [2], 'x'), exprInput('y', [2], 'y')]
const [n, m] = [scalarInput('n'), scalarInput('m')]
const c = scalarInput('c')

test('what differs is chosen between, what is the same is not', () => {
  const [tree, count, same] = P.branch(c, [{ x, y }, n, m] as const, [{ x, y: x }, m, m] as const)
  expect(tree.x).toBe(x)
  expect(tree.y.node).toEqual({ op: 'select', args: [y, x], scalars: [c] })
  expect(count.node).toEqual({ op: 'where', args: [c, n, m] })
  expect(same).toBe(m)
})

test('a truth value that is the same on both sides is a number as well', () => {
  const truth = x.greater(0)
  expect(P.branch(c, truth, truth).dtype).toBe('float32')
})

test('a leaf on one side only is taken from there, whatever the condition', () => {
  for (const condition of [P.scalar(0), P.scalar(1), c]) {
    expect(P.branch<Readonly<Record<string, P.Expr>>>(condition, { x }, { x, y })).toEqual({ x, y })
    expect(P.branch<Readonly<Record<string, P.Expr>>>(condition, { x, y }, { x })).toEqual({ x, y })
  }
})

test('`explain` says nothing of what stays either way', () => {
  const { text } = explain(P.multiSteps(P.trace(0.9), 2))
  expect(text).not.toMatch(/(\S+) if .* else \1$/m)
})
