/** Orders that a seed decides. */
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

/**
 * A generator for one purpose under a seed. Streams are $2^{64}$ draws apart, so they never meet; the jump also leaves behind
 * the poor first draws of the generator.
 *
 * @param seed an integer; its low 32 bits count
 * @param stream which one, an integer >= 0
 * @see Blackman and Vigna, Scrambled linear pseudorandom number generators, 2018 (xoroshiro128+)
 */
export const randomStream = (seed: number, stream: number): RandomGenerator => {
  const random = xoroshiro128plus(seed)
  for (let i = 0; i <= stream; i++) random.jump()
  return random
}

/** The same values in a random order, each order equally likely (Fisher and Yates). Advances the generator. */
export const shuffled = (random: RandomGenerator, values: Uint32Array): Uint32Array => {
  const order = values.slice()
  for (let i = order.length - 1; i > 0; i--) {
    const j = uniformInt(random, 0, i)
    const swap = order[i] as number
    order[i] = order[j] as number
    order[j] = swap
  }
  return order
}

/** Stream 0 picks subsets; an epoch's order has the stream after its number. */
export const SUBSET_STREAM = 0

/**
 * The order of the examples in an epoch: a permutation of 0, ..., count - 1, the same for the same seed and epoch.
 *
 * @param count number of examples, an integer >= 0
 * @param seed an integer; its low 32 bits count
 * @param epoch an integer >= 0
 * @example
 * const order = shuffledIndices(set.count, 0, 1)
 * const { images, labels } = batch(set, order.subarray(0, 128))
 */
export const shuffledIndices = (count: number, seed: number, epoch: number): Uint32Array =>
  shuffled(
    randomStream(seed, 1 + epoch),
    Uint32Array.from({ length: count }, (_, i) => i),
  )
