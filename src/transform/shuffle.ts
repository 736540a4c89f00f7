/** A control that needs randomness: the same values, in places that mean nothing. */
import * as tf from '@tensorflow/tfjs'
import { type Expr, opaque } from '../expr/expr.js'
import { type Scalar, scalar } from '../expr/scalar.js'
import { map } from '../expr/tree.js'
import { admit } from '../schema/hyperparameter.js'
import { permutation } from './random.js'
import type { Counted } from './scale.js'
import type { GradientTransform } from './types.js'

type Place = {
  readonly seed: number
  readonly leaf: string
}

const run = ([values]: readonly unknown[], [step]: readonly number[], { seed, leaf }: Place) => {
  const x = values as tf.Tensor
  const indices = tf.tensor1d(permutation(x.size, `${seed}/${leaf}/${step}`), 'int32')
  return tf.gather(x.flatten(), indices).reshape(x.shape)
}

/** The elements of a leaf in an order that seed, leaf and step determine. */
export const shuffled = (x: Expr, seed: number, leaf: string, step: Scalar): Expr => {
  if (x.size < 2) return x // nothing to permute; and tf.gather from an empty tensor loses a buffer
  return opaque({ name: 'shuffle', version: 1, attributes: { seed, leaf }, run }, x.shape, [x], [step])
}

/** Checks the seed of permutations. */
export const admitSeed = (seed: number): number => admit('seed', seed, `integer in [0, ${Number.MAX_SAFE_INTEGER}]`)

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
  admitSeed(seed)
  return {
    init: (): { count: Scalar } => ({ count: scalar(0) }),
    update: (updates, { count }) => [
      map((x: Expr, leaf) => shuffled(x, seed, leaf, count))(updates),
      { count: count.add(1) },
    ],
  }
}
