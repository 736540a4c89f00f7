/** What is drawn is as varied as the laws need it to be. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryQuadratic, arbitraryTransform, arbitraryTrial, gradientAt, valueAt } from '../../laws/index.js'
import { thorough } from './settings.js'

const options = { seed: thorough.seed ?? 0, numRuns: 500 }
const trials = fc.sample(arbitraryTrial(), options)
const leaves = trials.flatMap(({ params }) => Object.values(params))
const gradients = trials.flatMap(({ gradients }) => gradients.flatMap(tree => Object.values(tree)))

test('leaves of every rank, empty ones, single elements, odd sizes', () => {
  expect(new Set(leaves.map(({ shape }) => shape.length))).toEqual(new Set([0, 1, 2, 3, 4]))
  expect(new Set(leaves.map(({ values }) => values.length))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7]))
  for (const { shape, values } of leaves) expect(shape.reduce((n, size) => n * size, 1)).toBe(values.length)
})

test('gradients tiny, huge, zero, sparse; all of them float32', () => {
  const all = gradients.flatMap(({ values }) => values)
  expect(all.every(g => Math.fround(g) === g && Math.abs(g) <= Math.fround(1e12))).toBe(true)
  expect(Math.max(...all)).toBe(Math.fround(1e12))
  expect(all.some(g => g !== 0 && Math.abs(g) < 1e-30)).toBe(true)
  expect(gradients.some(({ values }) => values.length > 2 && values.every(g => g === 0))).toBe(true)
  expect(gradients.some(({ values }) => values.length > 2 && values.filter(g => g !== 0).length === 1)).toBe(true)
})

test('names whose alphabetical order is not their layer order', () => {
  const unsorted = trials.filter(({ params }) => Object.keys(params).join() !== Object.keys(params).toSorted().join())
  expect(unsorted.length).toBeGreaterThan(50)
})

test('transforms of one part and of many, which say how they are written', () => {
  const drawn = fc.sample(arbitraryTransform(), options)
  const counts = drawn.map(({ combinators }) => combinators)
  expect(Math.min(...counts)).toBe(1)
  expect(Math.max(...counts)).toBeGreaterThan(6)
  expect(new Set(drawn.map(({ source }) => source)).size).toBeGreaterThan(300)
})

test('quadratics are convex, and their gradients those of their values', () => {
  fc.assert(
    fc.property(arbitraryQuadratic(), quadratic => {
      const p = quadratic.eigenvalues.map((_, i) => i + 1)
      const [first] = gradientAt(quadratic, p)
      const h = 1e-5
      const slope = (valueAt(quadratic, p.with(0, 1 + h)) - valueAt(quadratic, p.with(0, 1 - h))) / (2 * h)
      expect(valueAt(quadratic, p)).toBeGreaterThan(0)
      expect(slope).toBeCloseTo(first as number, 6)
    }),
    options,
  )
})
