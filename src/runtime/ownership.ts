/** Who owns which tensor when a compiled transform hands over its results. */
import * as tf from '@tensorflow/tfjs'
import type { Value } from '../interpret/tfjs/evaluate.js'

const isTensor = (value: unknown): value is tf.Tensor => value instanceof tf.Tensor

/**
 * Makes each result a tensor of its own: a clone where it is an input, or stands in an earlier place already.
 *
 * @param movable inputs that may be handed on as they are, since the caller gave them away
 */
const apart = (
  values: readonly Value[],
  inputs: ReadonlySet<unknown>,
  movable: ReadonlySet<unknown>,
): readonly Value[] => {
  const taken = new Set<unknown>()
  return values.map(value => {
    if (!isTensor(value)) return value
    const own = taken.has(value) || (inputs.has(value) && !movable.has(value)) ? value.clone() : value
    taken.add(own)
    return own
  })
}

/** Results of a pure call: fresh tensors all. */
export const fresh = (values: readonly Value[], inputs: Iterable<Value>): readonly Value[] =>
  apart(values, new Set(inputs), new Set())

/**
 * Results of a call that consumes inputs: what is not handed on is disposed, and a `tf.Variable` is assigned and handed on.
 *
 * @param before for each result, the input that it replaces, if any
 * @param kept inputs that stay the caller's, even where they are among those consumed
 */
export const replacing = (
  values: readonly Value[],
  before: readonly (Value | undefined)[],
  inputs: Iterable<Value>,
  kept: ReadonlySet<unknown>,
): readonly Value[] => {
  const consumed = new Set(before.filter(isTensor).filter(x => !kept.has(x) && !(x instanceof tf.Variable)))
  // A variable whose bytes were overwritten, or that did not change, stays where it is.
  const stays = values.filter((value, i) => value === before[i] && value instanceof tf.Variable)
  const results = apart(values, new Set(inputs), new Set([...consumed, ...stays]))
  // All clones are made by now: assigning a variable changes none of them.
  const settled = results.map((result, i) => {
    const old = before[i]
    if (!(old instanceof tf.Variable) || !isTensor(result) || result === old) return result
    old.assign(result)
    result.dispose()
    return old
  })
  const handedOn = new Set(settled)
  for (const tensor of consumed) if (!handedOn.has(tensor)) tensor.dispose()
  return settled
}
