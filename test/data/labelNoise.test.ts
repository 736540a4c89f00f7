import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withLabelNoise } from '../../src/data/index.js'
import { faultIn, numbered, places, right } from './sets.js'

const labelLists = fc.array(fc.nat(9), { minLength: 1, maxLength: 300 })
const rates = fc.double({ min: 0, max: 1, noNaN: true })

describe('withLabelNoise', () => {
  it('changes exactly round(rate n) labels, to other classes, and keeps what they were', () => {
    fc.assert(
      fc.property(labelLists, rates, fc.integer(), (labels, rate, seed) => {
        const set = numbered(labels)
        const noisy = right(withLabelNoise(rate, seed)(set))
        const wrong = labels.filter((label, i) => noisy.labels[i] !== label)
        expect(wrong.length).toBe(Math.round(rate * labels.length))
        expect([...(noisy.trueLabels ?? [])]).toEqual(labels)
        expect(Math.max(...noisy.labels)).toBeLessThan(10)
        expect(places(noisy)).toEqual(places(set))
        // The set that was given stays as it was.
        expect([...set.labels]).toEqual(labels)
      }),
    )
  })

  it('is decided by rate and seed; a higher rate changes the same labels to the same classes, and more', () => {
    const set = numbered(Array.from({ length: 300 }, (_, i) => i % 10))
    fc.assert(
      fc.property(rates, rates, fc.nat(), (a, b, seed) => {
        const low = right(withLabelNoise(Math.min(a, b), seed)(set))
        const high = right(withLabelNoise(Math.max(a, b), seed)(set))
        expect(right(withLabelNoise(Math.min(a, b), seed)(set))).toEqual(low)
        low.labels.forEach((label, i) => {
          if (label !== set.labels[i]) expect(high.labels[i]).toBe(label)
        })
      }),
      { numRuns: 30 },
    )
    const of = (seed: number) => [...right(withLabelNoise(0.3, seed)(set)).labels]
    expect(of(1)).not.toEqual(of(2))
  })

  it('takes each other class about equally often', () => {
    const set = numbered(new Array<number>(9000).fill(3))
    const { labels } = right(withLabelNoise(1, 5)(set))
    const times = Array.from({ length: 10 }, (_, label) => labels.filter(each => each === label).length)
    expect(times[3]).toBe(0)
    // Binomial(9000, 1/9): mean 1000, standard deviation 29.8.
    expect(Math.min(...times.filter((_, label) => label !== 3))).toBeGreaterThan(850)
    expect(Math.max(...times)).toBeLessThan(1150)
  })

  it('put in twice keeps the first truth', () => {
    const set = numbered([0, 1, 2, 3])
    const once = right(withLabelNoise(0.5, 0)(set))
    expect(right(withLabelNoise(0.5, 1)(once)).trueLabels).toEqual(set.labels)
  })

  it.each([-0.1, 1.1, Number.NaN])('refuses rate %s', rate => {
    expect(faultIn(withLabelNoise(rate, 0)(numbered([1])))).toBe(
      `labelNoise: is ${rate}; use a number in [0, 1], such as 0.2 for a fifth`,
    )
  })

  it('refuses a seed that is no integer, and a set of one class', () => {
    expect(faultIn(withLabelNoise(0.5, 0.5)(numbered([1])))).toMatch(/^seed: is 0.5; use an integer/)
    expect(faultIn(withLabelNoise(1, 0)(numbered([0, 0], 1)))).toMatch(/there is only one; use two or more classes/)
    expect(right(withLabelNoise(0, 0)(numbered([0, 0], 1))).count).toBe(2)
  })
})
