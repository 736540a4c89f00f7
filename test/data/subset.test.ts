import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { imageSetOf } from '../../src/data/imageSet.js'
import { balancedSubset, type ImageSet, showDataError } from '../../src/data/index.js'

/** A set whose images tell their place: the first two pixels are the index. */
const numbered = (labels: readonly number[]): ImageSet => {
  const images = new Uint8Array(labels.length * 784)
  labels.forEach((_, i) => {
    images.set([i >> 8, i & 255], i * 784)
  })
  return imageSetOf(images, Uint8Array.from(labels))
}
const places = ({ images, count }: ImageSet): readonly number[] =>
  Array.from({ length: count }, (_, i) => images[i * 784]! * 256 + images[i * 784 + 1]!)
const countOf = (labels: Iterable<number>, label: number): number => [...labels].filter(each => each === label).length

const right = <T>(result: E.Either<unknown, T>): T => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}

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
    const result = balancedSubset(fraction, 0)(numbered([1]))
    expect(E.isLeft(result) && showDataError(result.left)).toBe(
      `fraction: is ${fraction}; use a number in (0, 1], such as 0.1 for a tenth`,
    )
  })

  it('refuses a seed that is no integer', () => {
    const result = balancedSubset(0.5, 1.5)(numbered([1]))
    expect(E.isLeft(result) && showDataError(result.left)).toBe('seed: is 1.5; use an integer, such as 0')
  })
})
