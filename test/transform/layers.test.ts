/** Which leaves are meant, and what is said where a label or a branch goes wrong. */
import { expect, test } from 'vitest'
import { exprInput } from '../../src/expr/expr.js'
import {
  branch,
  classifierOnly,
  convOnly,
  earlyBlocks,
  expr,
  identity,
  type LeafSelector,
  lateBlocks,
  partition,
  scalar,
  scale,
} from '../../src/index.js'

const treeOf = (shapes: Readonly<Record<string, readonly number[]>>) =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, exprInput(name, [...shape], name)]))

const params = treeOf({ a: [3, 3, 1, 2], b: [2], c: [4, 4], d: [4], e: [4, 4], head: [4, 2], bias: [2] })
const chosen = (select: LeafSelector) => Object.keys(params).filter(name => select(name, params))

test('groups of leaves by their place', () => {
  expect(chosen(convOnly)).toEqual(['a'])
  expect(chosen(classifierOnly)).toEqual(['head', 'bias'])
  // Five leaves before the classifier: the one in the middle is early and late.
  expect(chosen(earlyBlocks)).toEqual(['a', 'b', 'c'])
  expect(chosen(lateBlocks)).toEqual(['c', 'd', 'e'])
})

test('a leaf whose label no transform has is named, with its label and those that there are', () => {
  const rule = partition(name => (name === 'head' ? 'other' : 'body') as 'body', { body: identity, rest: scale(2) })
  expect(() => rule.init(params)).toThrow("the label of leaf 'head' must be one of 'body', 'rest'; got 'other'")
  expect(() => partition(() => 'body', { body: identity }).init(params)).not.toThrow()
})

test('a branch says where its sides differ, and what a condition has to be', () => {
  const x = exprInput('x', [2], 'x')
  expect(() => branch(x, [expr(1)], [expr(2)])).toThrow(
    'branch: the condition has shape [2]; reduce it to one value, by min() or max()',
  )
  for (const [a, b] of [
    [{ s: expr(1) }, { s: scalar(1) }],
    [{ s: scalar(1) }, { s: expr(1) }],
  ] as const)
    expect(() => branch(scalar(1), a as object, b)).toThrow(
      /^branch: at .*s.* one side is a tensor, the other a number/,
    )
})
