import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { channelStatistics, pixelsToUnit } from '../../src/data/index.js'
import { batch, pictures } from './sets.js'

const all = (count: number) => Uint32Array.from({ length: count }, (_, i) => i)

describe('normalization', () => {
  it('is to [-1, 1] for bytes without one, to the bit, and none for floats', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
    const set = { images: bytes, labels: Uint8Array.of(0), count: 1, shape: [256], classes: 1 }
    expect(batch(set, all(1)).images).toEqual(pixelsToUnit(bytes))
    const images = Float32Array.of(0.1, -3, 1e9)
    expect(batch({ ...set, images, shape: [3] }, all(1)).images).toEqual(images)
  })

  it('is by channel, which come last', () => {
    const set = { ...pictures(3, [2, 2, 3]), normalization: { mean: [1, 2, 3], sd: [2, 4, 8] } }
    const { images } = batch(set, all(3))
    set.images.forEach((byte, i) => {
      expect(images[i]).toBe(Math.fround((byte - (1 + (i % 3))) / 2 ** (1 + (i % 3))))
    })
    const floats = { ...set, images: Float32Array.from(set.images) }
    expect(batch(floats, all(3)).images).toEqual(images)
  })

  it('that does not fit the channels is refused', () => {
    const set = { ...pictures(1, [2, 2, 3]), normalization: { mean: [1, 2], sd: [1, 2] } }
    expect(() => batch(set, all(1))).toThrow('a normalization of 2 means and 2 deviations for 3 channels')
  })

  it('by the statistics of a set makes its channels have mean 0 and deviation 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 1, max: 3 }), (count, channels) => {
        const set = pictures(count, [3, 3, channels])
        const { images } = batch({ ...set, normalization: channelStatistics(set) }, all(count))
        for (let c = 0; c < channels; c++) {
          const values = [...images].filter((_, i) => i % channels === c)
          const mean = values.reduce((a, b) => a + b, 0) / values.length
          expect(mean).toBeCloseTo(0, 5)
          expect(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length).toBeCloseTo(1, 5)
        }
      }),
    )
  })

  it('of a channel that does not vary is finite', () => {
    const set = { ...pictures(2, [1, 1, 1]), images: Uint8Array.of(7, 7) }
    expect(channelStatistics(set)).toEqual({ mean: [7], sd: [1] })
  })
})
