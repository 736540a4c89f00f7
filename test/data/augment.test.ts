import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cifarAugmentation, cropOf, type Examples, noAugmentation } from '../../src/data/index.js'
import { augmentedBatch, batch, numbered, pictures } from './sets.js'

const moments = fc.record({ seed: fc.integer(), epoch: fc.nat(1000) })
const shapes = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 3 }))

/** Pad, crop and mirror as one would say it, a pixel at a time. */
const slow = (set: Examples, index: number, crop: ReturnType<typeof cropOf>): number[] => {
  const [height, width, channels] = set.shape as [number, number, number]
  const { images } = batch(set, Uint32Array.of(index))
  const black = batch(
    { ...set, images: new Uint8Array(height * width * channels), count: 1, labels: Uint8Array.of(0) },
    Uint32Array.of(0),
  ).images
  const out: number[] = []
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) {
        const from = crop.mirrored ? width - 1 - x : x
        const [row, column] = [y + crop.down, from + crop.right]
        const inside = row >= 0 && row < height && column >= 0 && column < width
        out.push((inside ? images[(row * width + column) * channels + c] : black[c]) as number)
      }
  return out
}

describe('augmentedWriter', () => {
  it('cuts and mirrors as said a pixel at a time, whatever the shape, padding and normalization', () => {
    fc.assert(
      fc.property(shapes, fc.nat(12), fc.boolean(), moments, fc.boolean(), (shape, pad, flip, at, normalized) => {
        const bytes = pictures(4, shape)
        const normalization = { mean: shape[2] === 3 ? [10, 20, 30] : [10], sd: shape[2] === 3 ? [1, 2, 3] : [7] }
        const set = normalized ? { ...bytes, normalization } : bytes
        const { images } = augmentedBatch({ pad, flip }, at)(set, Uint32Array.of(2, 0, 3))
        const expected = [2, 0, 3].flatMap(index => slow(set, index, cropOf({ pad, flip }, at, index)))
        expect([...images]).toEqual(expected)
      }),
      { numRuns: 200 },
    )
  })

  it('is the batch as it is where it does nothing', () => {
    const set = pictures(6, [4, 5, 3])
    fc.assert(
      fc.property(fc.array(fc.nat(5), { maxLength: 8 }), moments, (indices, at) => {
        const which = Uint32Array.from(indices)
        expect(augmentedBatch(noAugmentation, at)(set, which)).toEqual(batch(set, which))
      }),
    )
  })

  it('keeps labels, order and size', () => {
    const set = pictures(20, [8, 8, 3])
    fc.assert(
      fc.property(fc.array(fc.nat(19), { maxLength: 8 }), moments, (indices, at) => {
        const { images, labels } = augmentedBatch(cifarAugmentation, at)(set, Uint32Array.from(indices))
        expect([...labels]).toEqual(indices.map(index => set.labels[index]))
        expect(images.length).toBe(indices.length * 192)
      }),
    )
  })

  it('is decided by seed, epoch and index, not by the batch that an image is in', () => {
    const set = pictures(40, [8, 8, 3])
    const augment = (seed: number, epoch: number, ...indices: number[]) => [
      ...augmentedBatch(cifarAugmentation, { seed, epoch })(set, Uint32Array.from(indices)).images,
    ]
    const all = [...Array(40).keys()]
    expect(augment(1, 2, ...all)).toEqual(all.flatMap(index => augment(1, 2, index)))
    expect(augment(1, 2, ...all)).not.toEqual(augment(1, 3, ...all))
    expect(augment(1, 2, ...all)).not.toEqual(augment(2, 2, ...all))
  })

  it('takes floats that are images too', () => {
    const set = { ...pictures(2, [3, 3, 1]), images: Float32Array.from({ length: 18 }, (_, i) => i / 4 + 1) }
    const { images } = augmentedBatch({ pad: 1, flip: false }, { seed: 0, epoch: 1 })(set, Uint32Array.of(1))
    expect([...images].every(value => value === 0 || set.images.subarray(9).includes(value))).toBe(true)
  })

  it('refuses what is no image, an index outside, and a padding out of range', () => {
    const at = { seed: 0, epoch: 1 }
    expect(() => augmentedBatch(cifarAugmentation, at)(numbered([1]), Uint32Array.of(0))).toThrow(
      new RangeError('examples of shape [2] are no images: they need height, width and channels'),
    )
    expect(() => augmentedBatch(cifarAugmentation, at)(pictures(1, [4, 4, 3]), Uint32Array.of(1))).toThrow(
      /no image 1 in a set of 1/,
    )
    expect(() => augmentedBatch({ pad: 0.5, flip: true }, at)).toThrow(/pad must be an integer in \[0, 127\]; got 0.5/)
  })
})

describe('cropOf', () => {
  it('takes each of the 81 windows, mirrored or not, about equally often', () => {
    const times = new Map<string, number>()
    for (let index = 0; index < 32_400; index++) {
      const key = Object.values(cropOf(cifarAugmentation, { seed: 0, epoch: 1 }, index)).join()
      times.set(key, (times.get(key) ?? 0) + 1)
    }
    expect(times.size).toBe(162)
    // Binomial(32400, 1/162): mean 200, standard deviation 14.1.
    expect(Math.min(...times.values())).toBeGreaterThan(140)
    expect(Math.max(...times.values())).toBeLessThan(260)
  })

  it('stays within the padding, and mirrors only where that is asked for', () => {
    fc.assert(
      fc.property(fc.nat(127), fc.boolean(), moments, fc.nat(), (pad, flip, at, index) => {
        const { down, right, mirrored } = cropOf({ pad, flip }, at, index)
        expect(Math.abs(down)).toBeLessThanOrEqual(pad)
        expect(Math.abs(right)).toBeLessThanOrEqual(pad)
        if (!flip) expect(mirrored).toBe(false)
        expect(cropOf({ pad, flip: !flip }, at, index)).toMatchObject({ down, right })
      }),
    )
  })
})
