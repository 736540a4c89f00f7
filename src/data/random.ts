/** Reproducible random bits, each stream keyed by what it is for. */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

/** The first key of a stream: what its bits decide. Apart from the purposes of the models, so that no two share bits. */
export const purpose = {
  augmentation: 101,
  labelNoise: 102,
  validation: 103,
  blobs: 104,
  teacher: 105,
  student: 106,
  quadratic: 107,
  noise: 108,
} as const

const TWO_TO_32 = 2 ** 32

// The finalizer of MurmurHash3: each bit of the input changes each bit of the output with probability near 1/2.
const scramble = (bits: number): number => {
  const a = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35)
  return b ^ (b >>> 16)
}

// Both halves of a key: seeds may exceed 32 bits, and seeds that agree in the low half must still differ.
const absorb = (hash: number, key: number): number => {
  const low = scramble((Math.imul(hash, 0x9e3779b1) + (key | 0)) | 0)
  return scramble((Math.imul(low, 0x9e3779b1) + (Math.floor(key / TWO_TO_32) | 0)) | 0)
}

/**
 * 32 bits, as an unsigned integer, that a list of keys decides: far cheaper than a generator where one draw is enough.
 *
 * @param keys integers, such as a purpose, a seed and an index
 * @example
 * hash(purpose.augmentation, 0, 1, 17) // in [0, 2 ** 32)
 */
export const hash = (...keys: readonly number[]): number => keys.reduce(absorb, scramble(1)) >>> 0

/**
 * A fresh generator for a list of keys: the same keys give the same bits, and keys that differ in one give unrelated bits.
 * Its `next` advances it in place, for speed; keep it local. It starts poorly from small seeds, so its four words of state are
 * hashed from the keys.
 *
 * @param keys integers, such as a purpose and a seed
 * @example
 * stream(purpose.labelNoise, 0).next() // 32 bits, as a signed integer
 * @see Blackman and Vigna, Scrambled linear pseudorandom number generators, 2018 (xoroshiro128+)
 */
export const stream = (...keys: readonly number[]): RandomGenerator =>
  // A state of zeros only would stay there: the lowest bit of one word is set.
  xoroshiro128plusFromState([1, 2, 3, 4].map(word => keys.reduce(absorb, scramble(word)) | (word & 1)))

/**
 * Draws of the standard normal distribution. Advances the generator, by the same amount for the same count.
 *
 * $$ z_1, z_2 = \sqrt{-2 \ln u}\,(\cos 2 \pi v, \sin 2 \pi v) $$
 *
 * @param count how many, an integer >= 0
 * @example
 * normals(stream(purpose.blobs, 0), 3) // a Float32Array of three
 * @see Box and Muller, A note on the generation of random normal deviates, 1958
 */
export const normals = (random: RandomGenerator, count: number): Float32Array => {
  const draws = new Float32Array(count)
  for (let i = 0; i < count; i += 2) {
    // 1 - u lies in (0, 1], where the logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(random)))
    const angle = 2 * Math.PI * uniformFloat64(random)
    draws[i] = radius * Math.cos(angle)
    if (i + 1 < count) draws[i + 1] = radius * Math.sin(angle)
  }
  return draws
}
