/** The state of an adapter from step to step, while leaves come and go. */
import * as tf from '@tensorflow/tfjs'
import { sameShape } from '../../expr/shape.js'
import type { Concrete, Optimizer, Tensors } from '../types.js'

type Value = tf.Tensor | number

const isContainer = (x: unknown): x is object => typeof x === 'object' && x !== null && !(x instanceof tf.Tensor)

/** The values of a state by their paths. */
export const valuesOf = (state: unknown): ReadonlyMap<string, Value> => {
  const found = new Map<string, Value>()
  const visit = (part: unknown, path: readonly string[]): void => {
    if (isContainer(part)) for (const [key, value] of Object.entries(part)) visit(value, [...path, key])
    else if (part !== undefined) found.set(JSON.stringify(path), part as Value)
  }
  visit(state, [])
  return found
}

/** Lets the tensors of a state outlive the `tidy` around a training step. */
export const kept = <S>(state: Concrete<S>): Concrete<S> => {
  const visit = (part: unknown): void => {
    if (part instanceof tf.Tensor) tf.keep(part)
    else if (isContainer(part)) for (const key in part) visit((part as Readonly<Record<string, unknown>>)[key])
  }
  visit(state)
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
  const visit = (part: unknown, path: readonly string[]): unknown => {
    if (Array.isArray(part)) return part.map((value, i) => visit(value, [...path, String(i)]))
    if (isContainer(part))
      return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, visit(value, [...path, key])]))
    const old = earlier.get(JSON.stringify(path))
    if (!alike(part as Value, old)) return part
    tf.dispose(part as tf.Tensor)
    taken.add(old)
    return old
  }
  const state = visit(optimizer.init(params), []) as Concrete<unknown>
  return [kept(state), taken]
}
