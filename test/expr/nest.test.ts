/** Nests: whatever they are made of, walking them keeps form, order and values. */
import { readdirSync, readFileSync } from 'node:fs'
import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { flatten, mapNest, reader, showPath, unite, valueAt, writer } from '../../src/expr/nest.js'

const value = fc.integer({ min: -9, max: 9 })
const key = fc.constantFrom('mu', 'dense/kernel', '0', '__proto__x', 'constructor', 'a b')
const { nest } = fc.letrec(tie => ({
  nest: fc.oneof(
    { maxDepth: 4 },
    value,
    fc.array(tie('nest'), { maxLength: 3 }),
    fc.dictionary(key, tie('nest'), { maxKeys: 3 }),
  ),
}))

const isValue = (x: unknown): x is number => typeof x === 'number'

test('each value is found at its path, and paths differ', () => {
  fc.assert(
    fc.property(nest, given => {
      const entries = flatten(given)
      for (const [path, found] of entries) expect(valueAt(given, path)).toBe(found)
      expect(new Set(entries.map(([path]) => JSON.stringify(path))).size).toBe(entries.length)
      expect(valueAt(given, ['there', 'is', 'none'])).toBe(undefined)
    }),
  )
})

test('mapping keeps form and order, and the identity gives the same', () => {
  fc.assert(
    fc.property(nest, given => {
      expect(mapNest((x: number) => x, given)).toEqual(given)
      const mapped = mapNest((x: number, path) => [x, path] as const, given)
      expect(JSON.stringify(flatten(given).map(([path, x]) => [x, path]))).toBe(
        JSON.stringify(flatten(given).map(([path]) => valueAt(mapped, path))),
      )
    }),
  )
})

test('what is read in order is put back in order; parts in which nothing changes are taken over', () => {
  fc.assert(
    fc.property(nest, given => {
      const read: number[] = []
      expect(reader(given, isValue)(given, read)).toBe(true)
      expect(read).toEqual(flatten(given).map(([, x]) => x))
      expect(writer(given, 1, () => true)([Number.NaN, ...read])).toEqual(given)
      expect(
        writer(
          given,
          0,
          () => false,
        )(
          read.map(x => x + 1),
          given,
        ),
      ).toBe(typeof given === 'number' ? read.map(x => x + 1)[0] : given)
      // Negative values stand for those that change.
      const next = writer<number>(
        given,
        0,
        x => x < 0,
      )(
        read.map(x => (x < 0 ? x - 1 : x)),
        given,
      )
      expect(next).toEqual(mapNest((x: number) => (x < 0 ? x - 1 : x), given))
    }),
  )
})

test('a nest of another form is not read', () => {
  fc.assert(
    fc.property(nest, nest, (form, other) => {
      const paths = (x: unknown) =>
        JSON.stringify(
          flatten(x)
            .map(([path]) => JSON.stringify(path))
            .sort(),
        )
      if (paths(form) !== paths(other)) expect(reader(form, isValue)(other, [])).toBe(false)
    }),
  )
})

test('of two nests as one, each value is of the first; what one lacks is the other’s', () => {
  expect(unite((a: number) => a, { b: 1 }, { a: 2, b: 3, c: [4] })).toEqual({ a: 2, b: 1, c: [4] })
  expect(Object.keys(unite((a: number) => a, { c: 1, b: 1 }, { a: 2, b: 3 }) as object)).toEqual(['a', 'b', 'c'])
  expect(() => unite((a: number) => a, { x: [1] }, { x: [1, 2] })).toThrow('differ in structure at .x: 1 and 2 entries')
  expect(() => unite((a: number) => a, { x: 1 }, { x: {} })).toThrow('differ in structure at .x')
  expect(() => unite((a: number) => a, [1], { 0: 1 })).toThrow('differ in structure at the top')
})

test('what has a prototype of its own is a value', () => {
  const tensor = tf.scalar(1)
  expect(flatten({ a: tensor, b: Object.create(null, { c: { value: 1, enumerable: true } }) })).toEqual([
    [['a'], tensor],
    [['b', 'c'], 1],
  ])
  tensor.dispose()
})

test('paths are written as code writes them', () => {
  expect(showPath(['0', 'mu', 'dense/kernel'])).toBe("[0].mu['dense/kernel']")
})

test('nobody else walks nests', () => {
  const root = new URL('../../', import.meta.url)
  const others = ['src/', 'laws/'].flatMap(room =>
    readdirSync(new URL(room, root), { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.ts'))
      .map(file => room + file)
      // A function of a path that calls itself with a longer one.
      .filter(file => /\[\.\.\.path, (key|String)/.test(readFileSync(new URL(file, root), 'utf8'))),
  )
  expect(others).toEqual(['src/expr/nest.ts'])
})
