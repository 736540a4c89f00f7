/** A control that needs randomness: the same values, in places that mean nothing. */
import * as tf from '@tensorflow/tfjs'
import { pipe } from 'fp-ts/lib/function.js'
import { opaque } from '../expr/expr.js'
import { type Scalar, scalar } from '../expr/scalar.js'
import { map } from '../expr/tree.js'
import { admit } from './hyperparameter.js'
import type { Counted } from './scale.js'
import type { GradientTransform } from './types.js'

/** Hashes a string to 32 bits (FNV-1a). */
const hash = (text: string): number =>
  [...text].reduce((h, char) => Math.imul(h ^ (char.codePointAt(0) ?? 0), 0x01000193), 0x811c9dc5) >>> 0

/** The permutation of 0 ... n - 1 that a key determines: Fisher-Yates over the mulberry32 generator. */
export const permutation = (n: number, key: string): Int32Array => {
  let seed = hash(key)
  const uniform = () => {
    seed = (seed + 0x6d2b79f5) | 0
    let x = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
  const order = Int32Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1))
    const held = order[i] as number
    order[i] = order[j] as number
    order[j] = held
  }
  return order
}

/**
 * Permutes the elements within each leaf, anew at each step: the distribution stays, the pattern goes.
 *
 * The permutation is a function of seed, leaf and step, so runs repeat and resume. An opaque node: it runs through tfjs.
 *
 * @param seed a whole number, default 0
 * @throws HyperparameterError
 * @example
 * plasticityGate(chain(plasticity(), shuffleWithinLeaf())) // as control: what is left of alpha without its pattern?
 */
export const shuffleWithinLeaf = (seed = 0): GradientTransform<Counted> => {
  admit('seed', seed, `integer in [0, ${Number.MAX_SAFE_INTEGER}]`)
  return {
    init: (): { count: Scalar } => ({ count: scalar(0) }),
    update: (updates, { count }) => {
      const shuffled = pipe(
        updates,
        map((x, name) => {
          if (x.size < 2) return x // nothing to permute; and tf.gather from an empty tensor loses a buffer
          const run = ([values]: readonly unknown[], [step]: readonly number[]) => {
            const indices = tf.tensor1d(permutation(x.size, `${seed}/${name}/${step}`), 'int32')
            return tf.gather((values as tf.Tensor).flatten(), indices).reshape([...x.shape])
          }
          return opaque({ name: 'shuffle', run }, x.shape, [x], [count])
        }),
      )
      return [shuffled, { count: count.add(1) }]
    },
  }
}
