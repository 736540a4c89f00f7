/** The table is complete: whatever the library exports that is a transform, or makes one, has a row. */
import { expect, test } from 'vitest'
import * as library from '../../src/index.js'
import { table } from './table/index.js'

const isTransform = (x: unknown): boolean =>
  typeof x === 'object' && x !== null && 'init' in x && 'update' in x && !('step' in x)

const initOf = (x: unknown): unknown => (x as library.GradientTransform<unknown>).init

const { allLeaves, identity, scalar } = library
/** What constructors take, which must not be what they give: one of these lists of arguments makes each of them give a transform. */
const samples: readonly (readonly unknown[])[] = [
  [],
  [0.5],
  [0.1, 0.9],
  [{}],
  ['global'],
  ['name'],
  [identity],
  [identity, identity],
  [{ only: identity }],
  [[1, identity]],
  [identity, identity, 0.5],
  ['name', identity],
  ['name', identity, identity],
  [0.1, identity],
  [{}, identity],
  [identity, {}, identity],
  [identity, 2],
  [identity, 'name', (x: unknown) => x],
  [identity, { maxSquaredNorm: 1 }],
  [identity, { learningRate: 0.1 }],
  [() => identity, {}],
  [allLeaves, identity],
  [() => 'only', { only: identity }],
  [() => scalar(1), identity],
  [(x: unknown) => x],
]

const makesTransform = (x: unknown): boolean =>
  isTransform(x) ||
  (typeof x === 'function' &&
    samples.some(sample => {
      try {
        const made: unknown = x(...sample)
        return isTransform(made) && !sample.some(given => isTransform(given) && initOf(given) === initOf(made))
      } catch {
        return false
      }
    }))

const transforms = Object.entries(library).flatMap(([name, x]) => (makesTransform(x) ? [name] : []))

test('every exported transform has a row', () => {
  const rows = new Set(table.map(({ name }) => name))
  expect(transforms.filter(name => !rows.has(name))).toEqual([])
})

test('every row is about an export that makes a transform', () => {
  expect([...new Set(table.map(({ name }) => name))].filter(name => !transforms.includes(name))).toEqual([])
})

test('a new export would be noticed', () => {
  expect(makesTransform(() => identity)).toBe(true)
  expect(makesTransform(identity)).toBe(true)
  expect(makesTransform(library.compile)).toBe(false)
})

test('sources are unique', () => {
  expect(new Set(table.map(({ source }) => source)).size).toBe(table.length)
})
