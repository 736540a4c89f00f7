/** Numbers that float32 holds, and how large they are. */
import * as fc from 'fast-check'

/** How gradients are drawn: what a network gives, or everything that may come, up to a magnitude of 1e12. */
export type Magnitudes = 'typical' | 'wild'

/** A number of a few digits: often an ordinary one, now and then zero; among `wild` ones, one in eight from a heavy tail. */
export const arbitraryNumber = (magnitudes: Magnitudes = 'wild'): fc.Arbitrary<number> => {
  const ordinary = { weight: 6, arbitrary: fc.integer({ min: -300, max: 300 }).map(n => Math.fround(n / 100)) }
  const none = { weight: 1, arbitrary: fc.constant(0) }
  const tail = fc
    .tuple(fc.constantFrom(1, -1), fc.integer({ min: -6, max: 6 }))
    .map(([s, e]) => Math.fround(s * 10 ** e))
  return magnitudes === 'typical' ? fc.oneof(ordinary, none) : fc.oneof(ordinary, none, { weight: 1, arbitrary: tail })
}

/** The size of a whole gradient: ordinary, small, tiny, large, huge, or zero. Shrinks to 1. */
export const arbitraryScale = (magnitudes: Magnitudes = 'wild'): fc.Arbitrary<number> =>
  magnitudes === 'typical'
    ? fc.constantFrom(1, 1, 0.25, 8)
    : fc.constantFrom(1, 1, 1, 1, 2 ** -10, 2 ** -40, 2 ** -100, 2 ** 20, 1e12, 0)

/** A number times a scale, in float32, at most 1e12 in magnitude. */
export const scaled = (x: number, scale: number): number => Math.fround(Math.max(-1e12, Math.min(1e12, x * scale)))
