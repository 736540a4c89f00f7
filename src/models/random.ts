/** Reproducible streams of random bits, one for each purpose, place and moment. */
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

const TWO_TO_32 = 2 ** 32

// The finalizer of MurmurHash3: each bit of the input changes each bit of the output with probability near 1/2.
const scramble = (bits: number): number => {
  const a = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35)
  return b ^ (b >>> 16)
}

// Both halves of a key: seeds may exceed 32 bits, and seeds that agree in the low half must still differ.
const absorb = (hash: number, key: number): number =>
  [key | 0, Math.floor(key / TWO_TO_32) | 0].reduce(
    (state, half) => scramble((Math.imul(state, 0x9e3779b1) + half) | 0),
    hash,
  )

/**
 * A fresh generator for a list of keys: the same keys give the same bits, and keys that differ in one give unrelated bits.
 * Its `next` advances it in place, for speed; keep it local.
 *
 * The generator itself starts poorly from small seeds, so its four words of state are hashed from the keys.
 *
 * @param keys integers, such as a purpose, a seed, an epoch and a step
 * @example
 * stream(1, seed, epoch, step).next() // 32 bits, as a signed integer
 * @see Blackman and Vigna, Scrambled linear pseudorandom number generators, 2018 (xoroshiro128+)
 */
export const stream = (...keys: readonly number[]): RandomGenerator =>
  // A state of zeros only would stay there: the lowest bit of one word is set.
  xoroshiro128plusFromState([1, 2, 3, 4].map(word => keys.reduce(absorb, scramble(word)) | (word & 1)))

/** What a stream is for; keeps the bits of one purpose apart from those of another under the same seed. */
export const purpose = { init: 1, dropout: 2 } as const
