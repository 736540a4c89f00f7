/** Patterns from data mean what RegExp says, take no time to speak of, and name what they do not have. */

import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { patternOf } from '../../src/config/pattern.js'
import { fromConfig } from '../../src/index.js'
import { seed } from '../support/seed.js'

const letters = 'ab/_1-\n'
const text = fc.string({ unit: fc.constantFrom(...letters), maxLength: 8 })

const { pattern } = fc.letrec<{ pattern: string; term: string; atom: string }>(tie => ({
  pattern: fc
    .array(
      fc.array(tie('term'), { maxLength: 4 }).map(terms => terms.join('')),
      { minLength: 1, maxLength: 3 },
    )
    .map(alternatives => alternatives.join('|')),
  term: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('^', '$'),
    fc.tuple(tie('atom'), fc.constantFrom('', '', '*', '+', '?')).map(([atom, quantifier]) => atom + quantifier),
  ),
  atom: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', '/', '_', '1', '-', '.', '\\.', '\\n', ']', '}', '\\d', '\\W', '\\s', '\\/', '\\-'),
    fc.constantFrom(
      '[ab]',
      '[^/]',
      '[a-b1]',
      '[\\d_]',
      '[^\\w-]',
      '[-a]',
      '[a-]',
      '[]',
      '[^]',
      '[\\]a]',
      '[.^$]',
      '[^^]',
    ),
    tie('pattern').map(inner => `(${inner})`),
    tie('pattern').map(inner => `(?:${inner})`),
  ),
}))

test('a pattern matches where RegExp does', () => {
  fc.assert(
    fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 8 }), (source, texts) => {
      fc.pre(source.length <= 200)
      const matches = E.getOrElseW((what: string) => {
        throw new Error(`${JSON.stringify(source)}: ${what}`)
      })(patternOf(source))
      const reference = new RegExp(source)
      for (const x of texts) expect(matches(x), JSON.stringify([source, x])).toBe(reference.test(x))
    }),
    { seed, numRuns: 3000 },
  )
})

test('any text is a pattern that RegExp has too, or is refused', () => {
  const anything = fc.string({ unit: fc.constantFrom(...'ab()[]{}*+?|^$.\\-d=!<:1,'), maxLength: 10 })
  fc.assert(
    fc.property(anything, fc.array(text, { minLength: 1, maxLength: 4 }), (source, texts) => {
      const found = patternOf(source)
      if (E.isLeft(found)) return
      const reference = new RegExp(source)
      for (const x of texts) expect(found.right(x), JSON.stringify([source, x])).toBe(reference.test(x))
    }),
    { seed, numRuns: 3000 },
  )
})

test.each([
  ['a{2}', "a counted repetition, '{'"],
  ['(?=a)', "the group '(?='"],
  ['(?!a)', "the group '(?!'"],
  ['(?<=a)b', "the group '(?<'"],
  ['(?<x>a)', "the group '(?<'"],
  ['(a)\\1', "the reference '\\1'"],
  ['a*?', "a lazy quantifier, '*?'"],
  ['\\bkernel', "the escape '\\b'"],
  ['[\\b]', "the escape '\\b'"],
  ['\\u0061', "the escape '\\u'"],
  ['a**', "two quantifiers, '**'"],
  ['+a', "'+' after nothing"],
  ['(a', "a group that is not closed, '('"],
  ['a)', "a ')' that nothing opens"],
  ['[a', "a class that is not closed, '['"],
  ['[b-a]', "a range from 'b' down to 'a'"],
  ['[\\d-z]', 'a class in a range of characters'],
  ['a\\', 'a backslash at the end'],
  ['a'.repeat(201), 'more than 200 characters'],
])('%s is refused by what it has', (source, what) => {
  expect(patternOf(source)).toEqual(E.left(what))
})

test.each(['^(a+)+$', '(a|a)*$', '(a*)*b', '((a?)+)+$', '(a|aa)+$'])(
  '%s takes no time, however it would backtrack',
  source => {
    const matches = E.getOrElseW(() => expect.fail())(patternOf(source))
    const start = performance.now()
    matches(`${'a'.repeat(10_000)}!`)
    expect(performance.now() - start).toBeLessThan(5_000)
  },
)

test('a configuration says which construct its mask has and may not have', () => {
  expect(fromConfig({ optimizer: 'adamw', mask: '(?!bias)' })).toEqual(
    E.left([
      "mask must be a pattern of literals, '.', classes, '*', '+', '?', '|', groups, '^' and '$'; '(?!bias)' has the group '(?!'",
    ]),
  )
})
