/** The state of an adapter from step to step, while leaves come and go. */
import * as tf from '@tensorflow/tfjs'
import { flatten, mapNest, type Path } from '../../expr/nest.js'
import { sameShape } from '../../expr/shape.js'
import type { Concrete, Optimizer, Tensors } from '../types.js'

type Value = tf.Tensor | number

const keyOf = (path: Path): string => JSON.stringify(path)

/** The values of a state by their paths. */
export const valuesOf = (state: unknown): ReadonlyMap<string, Value> =>
  new Map(
    flatten<Value | undefined>(state).flatMap(([path, value]) => (value === undefined ? [] : [[keyOf(path), value]])),
  )

/** Lets the tensors of a state outlive the `tidy` around a training step. */
export const kept = <S>(state: Concrete<S>): Concrete<S> => {
  for (const [, value] of flatten(state)) if (value instanceof tf.Tensor) tf.keep(value)
  return state
}

const alike = (a: Value, b: Value | undefined): b is Value =>
  typeof a === 'number' ? typeof b === 'number' : b instanceof tf.Tensor && sameShape(a.shape, b.shape)

/**
 * The state for these parameters that has from an earlier one all that is also in this one. What is new is as `init` gives it.
 *
 * @param earlier values by path; of its tensors, those that are not taken stay the caller's
 * @returns the state, and the tensors that it has from the earlier one
 */
export const grown = (
  optimizer: Optimizer<unknown>,
  params: Tensors,
  earlier: ReadonlyMap<string, Value>,
): readonly [state: Concrete<unknown>, taken: ReadonlySet<Value>] => {
  const taken = new Set<Value>()
  const state = mapNest((fresh: Value, path) => {
    const old = earlier.get(keyOf(path))
    if (!alike(fresh, old)) return fresh
    tf.dispose(fresh as tf.Tensor)
    taken.add(old)
    return old
  }, optimizer.init(params)) as Concrete<unknown> // the same nest
  return [kept(state), taken]
}
