import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { validationSplit } from '../../src/data/index.js'
import { faultIn, numbered, perClass, places, right } from './sets.js'

const fractions = fc.double({ min: 0.05, max: 0.95, noNaN: true })
// Two of each class at least, so that any fraction of a half and more leaves some.
const labelLists = fc
  .array(fc.nat(9), { maxLength: 200 })
  .map(more => [...Array(40).keys()].map(i => i % 10).concat(more))

describe('validationSplit', () => {
  it('splits without overlap or loss, each class in proportion, both parts in order', () => {
    fc.assert(
      fc.property(labelLists, fractions, fc.integer(), (labels, fraction, seed) => {
        const set = numbered(labels)
        const n = perClass(set)
        const wanted = n.map(size => Math.min(Math.round(fraction * size), size - 1))
        fc.pre(wanted.some(size => size > 0))
        const { train, validation } = right(validationSplit(fraction, seed)(set))
        expect([...places(train), ...places(validation)].sort((a, b) => a - b)).toEqual(places(set))
        expect(perClass(validation)).toEqual(wanted)
        for (const part of [train, validation]) {
          const picked = places(part)
          expect(picked).toEqual([...picked].sort((a, b) => a - b))
          expect([...part.labels]).toEqual(picked.map(place => labels[place]))
        }
      }),
    )
  })

  it('is decided by fraction and seed', () => {
    const set = numbered(Array.from({ length: 500 }, (_, i) => i % 10))
    const aside = (seed: number) => places(right(validationSplit(0.2, seed)(set)).validation)
    expect(aside(3)).toEqual(aside(3))
    expect(aside(3)).not.toEqual(aside(4))
  })

  it.each([0, 1, -1, Number.NaN])('refuses fraction %s', fraction => {
    expect(faultIn(validationSplit(fraction, 0)(numbered([1, 1])))).toMatch(
      /^validation: is .*; use a number in \(0, 1\)/,
    )
  })

  it('refuses a fraction of which no example is left', () => {
    expect(faultIn(validationSplit(0.1, 0)(numbered([1, 2, 3])))).toBe(
      'validation: is 0.1, of which 3 examples leave none; use a larger fraction',
    )
  })
})
