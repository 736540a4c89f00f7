/** The decoders by themselves: what they read, and what they say. */
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { number, oneOf, optional, record, selector } from '../../src/config/decode.js'
import { suggestion } from '../../src/schema/suggestion.js'

const errorOf = (read: E.Either<readonly string[], unknown>): unknown => (E.isLeft(read) ? read.left : read)

test('the nearest word is meant, within a third of its letters, or two', () => {
  const words = ['minAlpha', 'maxAlpha', 'eps', 'learningRate']
  expect(suggestion('minalpha', words)).toBe("; did you mean 'minAlpha'?")
  expect(suggestion('maxAlpah', words)).toBe("; did you mean 'maxAlpha'?")
  expect(suggestion('MAXALPHA', words)).toBe("; did you mean 'maxAlpha'?")
  // Inserted, removed, replaced, at both ends.
  expect(suggestion('xeps', words)).toBe("; did you mean 'eps'?")
  expect(suggestion('ps', words)).toBe("; did you mean 'eps'?")
  expect(suggestion('epsx', words)).toBe("; did you mean 'eps'?")
  expect(suggestion('ep', words)).toBe("; did you mean 'eps'?")
  expect(suggestion('e', words)).toBe("; did you mean 'eps'?")
  // Three letters of three are too many, four of twelve are not, five are.
  expect(suggestion('xyz', words)).toBe('')
  expect(suggestion('learningXXXX', words)).toBe("; did you mean 'learningRate'?")
  expect(suggestion('learninXXXXX', words)).toBe('')
  // Only the beginning of a long word is looked at.
  expect(suggestion(`${'x'.repeat(61)}eps${'y'.repeat(1000)}`, [`${'x'.repeat(61)}eps`])).not.toBe('')
})

test('what is not an object is said to be none, and where', () => {
  const read = record({ a: number('[0, 1]') })
  for (const [value, shown] of [
    [null, 'null'],
    [[], 'an array'],
    ['x', "'x'"],
    [3, '3'],
  ] as const) {
    expect(errorOf(read(value, ''))).toEqual([`the configuration must be an object; got ${shown}`])
    expect(errorOf(read(value, 'inner'))).toEqual([`inner must be an object; got ${shown}`])
  }
  expect(errorOf(number('[0, 1]')({}, 'a'))).toEqual(['a must be a number in [0, 1]; got an object'])
})

test('every field is read, and what is absent stays so', () => {
  const read = record({ a: number('[0, 1]'), b: optional(number('[0, 1]')), c: number('[0, 1]', 0.5) })
  expect(read({ a: 1 }, '')).toEqual(E.right({ a: 1, c: 0.5 }))
  expect(Object.keys(E.getOrElseW(() => ({}))(read({ a: 1 }, '')))).toEqual(['a', 'c'])
  expect(errorOf(read({ b: 2, d: 1 }, 'x'))).toEqual([
    'x.d is not a key',
    'x.a must be a number in [0, 1]; got undefined',
    'x.b must be a number in [0, 1]; got 2',
  ])
})

test('a word has its hint only where one is near', () => {
  expect(errorOf(oneOf('one', 'two')('ones', 'w'))).toEqual([
    "w must be one of 'one', 'two'; got 'ones'; did you mean 'one'?",
  ])
  expect(errorOf(oneOf('one', 'two')(1, 'w'))).toEqual(["w must be one of 'one', 'two'; got 1"])
})

test('a selector is a pattern', () => {
  const read = selector('kernel$', 'mask')
  if (E.isLeft(read)) throw new Error(read.left.join())
  expect([read.right('a/kernel', {}), read.right('a/bias', {})]).toEqual([true, false])
  expect(errorOf(selector('(', 'mask'))).toEqual([
    "mask must be a pattern of literals, '.', classes, '*', '+', '?', '|', groups, '^' and '$'; '(' has a group that is not closed, '('",
  ])
  expect(errorOf(selector(3, 'mask'))).toEqual(['mask must be a pattern of leaf names, as a string; got 3'])
})
