import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { imageSetOf } from '../../src/data/imageSet.js'
import { pixelsToUnit, shuffledIndices } from '../../src/data/index.js'
import { batch } from './sets.js'

describe('pixelsToUnit', () => {
  it('maps 0..255 to [-1, 1] as the ToTensor and Normalize of the authors do', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
    const unit = pixelsToUnit(bytes)
    expect([unit[0], unit[255]]).toEqual([-1, 1])
    bytes.forEach(byte => {
      expect(unit[byte]).toBeCloseTo((byte / 255 - 0.5) / 0.5, 6)
    })
  })
})

describe('writeBatch', () => {
  const count = 7
  const set = imageSetOf(
    Uint8Array.from({ length: count * 784 }, (_, i) => (i * 31) % 256),
    Uint8Array.from({ length: count }, (_, i) => i),
  )

  it('has the images and labels at the indices, in their order, repeated ones too', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(count - 1), { maxLength: 10 }), places => {
        const { images, labels } = batch(set, Uint32Array.from(places))
        expect([...labels]).toEqual(places)
        places.forEach((place, i) => {
          const image = pixelsToUnit(set.images.subarray(place * 784, (place + 1) * 784))
          expect(images.subarray(i * 784, (i + 1) * 784)).toEqual(image)
        })
        expect(images.length).toBe(places.length * 784)
      }),
      { numRuns: 30 },
    )
  })

  it('refuses an index outside the set', () => {
    expect(() => batch(set, Uint32Array.of(0, 7))).toThrow(new RangeError('no image 7 in a set of 7 (0..6)'))
  })
})

describe('shuffledIndices', () => {
  it('is a permutation that count, seed and epoch decide', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(), fc.nat(20), (count, seed, epoch) => {
        const order = shuffledIndices(count, seed, epoch)
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i))
        expect(shuffledIndices(count, seed, epoch)).toEqual(order)
      }),
    )
  })

  it('differs between epochs and between seeds', () => {
    const orders = [
      shuffledIndices(50, 0, 1),
      shuffledIndices(50, 0, 2),
      shuffledIndices(50, 1, 1),
      shuffledIndices(50, 1, 2),
    ]
    expect(new Set(orders.map(String)).size).toBe(4)
  })

  it('puts each example in each place about equally often, small seeds included', () => {
    const times = new Array<number>(25).fill(0)
    for (let seed = 0; seed < 1000; seed++)
      shuffledIndices(5, seed, 1).forEach((value, place) => {
        times[value * 5 + place]! += 1
      })
    // Binomial(1000, 1/5): mean 200, standard deviation 12.6.
    expect(Math.min(...times)).toBeGreaterThan(137)
    expect(Math.max(...times)).toBeLessThan(263)
  })
})
