/** Parameters of several leaves, and gradients for several steps. */

import * as fc from 'fast-check'
import type { Shape } from '../../src/index.js'
import { type OptionsOf, options, plain, value } from '../../src/schema/index.js'
import type { Trial } from '../law.js'
import { arbitraryNumber, arbitraryScale, type Magnitudes, scaled } from './number.js'

const trialOptions = options({
  /** The least number of leaves; default 1. */
  minLeaves: plain('integer in [0, inf)', 1),
  /** The greatest number of leaves; default 3. */
  maxLeaves: plain('integer in [0, inf)', 3),
  /** The least number of elements a leaf; default 0. */
  minElements: plain('integer in [0, inf)', 0),
  /** The greatest number of elements a leaf; default 7. */
  maxElements: plain('integer in [0, inf)', 7),
  /** The least number of steps; default 1. */
  minSteps: plain('integer in [0, inf)', 1),
  /** The greatest number of steps; default 5. */
  maxSteps: plain('integer in [0, inf)', 5),
  /** How large gradients are; default `'wild'`. */
  magnitudes: value<Magnitudes, 'wild'>('wild'),
})

export interface TrialOptions extends OptionsOf<typeof trialOptions> {}

// Names whose alphabetical order is not their layer order, with separators, blanks, quotes, and one that every object has.
const leafNames = ['w', 'dense/kernel', 'dense/bias', 'a', 'conv 2', "it's", 'constructor', 'é', '01']

/** The shape of `n` elements at a rank; the axes left over have size 1. */
export const shapeOf = (n: number, rank: number, transposed: boolean): Shape => {
  const divisors = Array.from({ length: Math.floor(Math.sqrt(n)) }, (_, i) => i + 1).filter(d => n % d === 0)
  const small = divisors.at(-1) ?? 0
  const large = small === 0 ? 3 : n / small
  const [a, b] = transposed ? [large, small] : [small, large]
  return rank === 0 && n === 1
    ? []
    : rank <= 1
      ? [n]
      : rank === 2
        ? [a, b]
        : [...Array.from({ length: rank - 2 }, () => 1), a, b]
}

/**
 * Parameter trees of leaves of ranks 0 to 4, odd sizes, one element or none, with gradients for a few steps: typical, tiny,
 * huge, sparse, zero, heavy-tailed, leaf by leaf and step by step.
 *
 * Elements are drawn as wholes, with their share of every step, so that shrinking drops elements, leaves and steps freely.
 *
 * @example
 * fc.assert(fc.property(arbitraryTrial({ maxLeaves: 2 }), ({ params, gradients }) => { ... }))
 */
export const arbitraryTrial = (given: TrialOptions = {}): fc.Arbitrary<Trial> => {
  const read = trialOptions.read('arbitraryTrial', given)
  const { minLeaves, maxLeaves, minElements, maxElements, minSteps, maxSteps, magnitudes } = read
  const element = fc.tuple(
    arbitraryNumber('typical'),
    fc.array(arbitraryNumber(magnitudes), { minLength: maxSteps, maxLength: maxSteps }),
  )
  const leaf = fc.record({
    name: fc.constantFrom(...leafNames),
    elements: fc.array(element, { minLength: minElements, maxLength: maxElements, size: 'max' }),
    rank: fc.nat({ max: 4 }),
    transposed: fc.boolean(),
    scales: fc.array(arbitraryScale(magnitudes), { minLength: maxSteps, maxLength: maxSteps }),
  })
  const leaves = fc.uniqueArray(leaf, {
    selector: ({ name }) => name,
    minLength: minLeaves,
    maxLength: maxLeaves,
    size: 'max',
  })
  // A part of the steps drawn, which shrinks by dropping any of them.
  const steps = fc.subarray([...Array(maxSteps).keys()], { minLength: minSteps })
  return fc.record({ leaves, steps }).map(({ leaves, steps }) => {
    const tree = (pick: (element: readonly [number, readonly number[]], scales: readonly number[]) => number) =>
      Object.fromEntries(
        leaves.map(({ name, elements, rank, transposed, scales }) => [
          name,
          { shape: shapeOf(elements.length, rank, transposed), values: elements.map(e => pick(e, scales)) },
        ]),
      )
    return {
      params: tree(([param]) => param),
      gradients: steps.map(t => tree(([, gradient], scales) => scaled(gradient[t] as number, scales[t] as number))),
    }
  })
}
