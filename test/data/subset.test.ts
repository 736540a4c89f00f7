import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { balancedSubset, subset, withLabelNoise } from '../../src/data/index.js'
import { countOf, faultIn, numbered, places, right } from './sets.js'

const labelLists = fc.array(fc.nat(9), { minLength: 1, maxLength: 300 })
const fractions = fc.double({ min: 0.001, max: 1, noNaN: true })

describe('balancedSubset', () => {
  it('takes round(f n) of each class, at least one, each image once, in order, with its label', () => {
    fc.assert(
      fc.property(labelLists, fractions, fc.nat(), (labels, fraction, seed) => {
        const part = right(balancedSubset(fraction, seed)(numbered(labels)))
        const picked = places(part)
        for (let label = 0; label < 10; label++) {
          const n = countOf(labels, label)
          expect(countOf(part.labels, label)).toBe(n === 0 ? 0 : Math.max(1, Math.round(fraction * n)))
        }
        expect(picked).toEqual([...new Set(picked)].sort((a, b) => a - b))
        expect([...part.labels]).toEqual(picked.map(place => labels[place]))
        expect(part.count).toBe(picked.length)
      }),
    )
  })

  it('is decided by fraction and seed, and another seed takes others', () => {
    const set = numbered(Array.from({ length: 1000 }, (_, i) => i % 10))
    const take = (seed: number) => places(right(balancedSubset(0.3, seed)(set)))
    expect(take(7)).toEqual(take(7))
    expect(take(7)).not.toEqual(take(8))
  })

  it('takes each image about as often as any other', () => {
    const set = numbered(Array.from({ length: 100 }, (_, i) => i % 10))
    const times = new Array<number>(100).fill(0)
    for (let seed = 0; seed < 400; seed++)
      for (const place of places(right(balancedSubset(0.5, seed)(set)))) times[place]! += 1
    // Binomial(400, 1/2): mean 200, standard deviation 10; five of them are never met among 100 fair ones.
    expect(Math.min(...times)).toBeGreaterThan(150)
    expect(Math.max(...times)).toBeLessThan(250)
  })

  it('is the whole set for fraction 1', () => {
    const set = numbered([3, 1, 2])
    expect(right(balancedSubset(1, 5)(set))).toBe(set)
  })

  it.each([0, -0.1, 1.01, Number.NaN, Number.POSITIVE_INFINITY])('refuses fraction %s', fraction => {
    expect(faultIn(balancedSubset(fraction, 0)(numbered([1])))).toBe(
      `fraction: is ${fraction}; use a number in (0, 1], such as 0.1 for a tenth`,
    )
  })

  it('refuses a seed that is no integer', () => {
    expect(faultIn(balancedSubset(0.5, 1.5)(numbered([1])))).toBe('seed: is 1.5; use an integer, such as 0')
  })
})

describe('subset', () => {
  it('without balance takes round(f n) of all, at least one, each once, in order, with its label', () => {
    fc.assert(
      fc.property(labelLists, fractions, fc.nat(), (labels, fraction, seed) => {
        const part = right(subset(fraction, seed, { balanced: false })(numbered(labels)))
        const picked = places(part)
        expect(part.count).toBe(Math.max(1, Math.round(fraction * labels.length)))
        expect(picked).toEqual([...new Set(picked)].sort((a, b) => a - b))
        expect([...part.labels]).toEqual(picked.map(place => labels[place]))
      }),
    )
  })

  it('with one seed is contained in every larger one', () => {
    fc.assert(
      fc.property(labelLists, fractions, fractions, fc.nat(), fc.boolean(), (labels, a, b, seed, balanced) => {
        const take = (fraction: number) => places(right(subset(fraction, seed, { balanced })(numbered(labels))))
        const large = new Set(take(Math.max(a, b)))
        expect(take(Math.min(a, b)).every(place => large.has(place))).toBe(true)
      }),
    )
  })

  it('keeps the kind of values, the true labels, and whatever else is known', () => {
    const set = { ...numbered([0, 1, 2, 0, 1, 2], 3), normalization: { mean: [1], sd: [2] } }
    const floats = { ...right(withLabelNoise(1, 0)(set)), images: Float32Array.from(set.images) }
    const part = right(subset(0.5, 0)(floats))
    expect(part.images).toBeInstanceOf(Float32Array)
    expect([...(part.trueLabels ?? [])]).toEqual(places(part).map(place => place % 3))
    expect([part.classes, part.normalization]).toEqual([3, set.normalization])
  })
})
