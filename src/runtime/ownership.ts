/** Who owns which tensor when a compiled transform hands over its results. */
import * as tf from '@tensorflow/tfjs'
import type { Value } from '../interpret/tfjs/evaluate.js'

const isTensor = (value: unknown): value is tf.Tensor => value instanceof tf.Tensor

/** Nestings of states that a step has consumed, each with the parameters beside it. */
const consumed = new WeakMap<object, unknown>()

/** Remembers that a step has consumed these, and gave another nesting. */
export const consume = (state: unknown, params: unknown): void => {
  if (typeof state === 'object' && state !== null) consumed.set(state, params)
}

/**
 * Whether a step has consumed a state. One that holds nothing may stand beside other parameters again.
 *
 * Tensors that were disposed say so themselves; those that were written over are the new ones, and only the nesting is old.
 */
export const isConsumed = (state: unknown, params: unknown, isEmpty: boolean): boolean => {
  const beside = typeof state === 'object' && state !== null ? consumed.get(state) : undefined
  return beside !== undefined && (!isEmpty || beside === params)
}

/** The same values in a nesting of its own. */
export const renewed = <T>(nesting: T): T =>
  isTensor(nesting) || typeof nesting !== 'object'
    ? nesting
    : ((Array.isArray(nesting) ? [...nesting] : { ...nesting }) as T) // of the same keys and values

/** Results of a pure call: fresh tensors all, a clone where one is an input or stands in an earlier place already. */
export const fresh = (values: readonly Value[], inputs: Iterable<Value>): readonly Value[] => {
  const taken = new Set<Value>(inputs)
  return values.map(value => {
    const own = isTensor(value) && taken.has(value) ? value.clone() : value
    taken.add(own)
    return own
  })
}

/** Of the first inputs those whose buffer occurs once among all. */
export const soleAmong = (inputs: readonly Value[], count: number): readonly (tf.Tensor | undefined)[] => {
  const seen = new Set<object>()
  const shared = new Set<object>()
  let tensors = 0
  for (const value of inputs)
    if (typeof value !== 'number') {
      seen.add(value.dataId)
      if (seen.size === tensors) shared.add(value.dataId)
      else tensors += 1
    }
  const sole = (value: tf.Tensor) => shared.size === 0 || !shared.has(value.dataId)
  return inputs.slice(0, count).map(value => (typeof value === 'object' && sole(value) ? value : undefined))
}

/**
 * Results of a call that consumes inputs: each a tensor of its own. What is not handed on is disposed, and a `tf.Variable` is
 * assigned and handed on.
 *
 * @param before for each result, the input that it replaces, if any
 * @param kept inputs that stay the caller's, even where they are among those consumed
 */
export const replacing = (
  values: readonly Value[],
  before: readonly (Value | undefined)[],
  inputs: readonly Value[],
  kept: ReadonlySet<unknown>,
): readonly Value[] => {
  const taken = new Set<Value>()
  const stays = values.map((value, i) => {
    const same = value === before[i] && !kept.has(value) && !taken.has(value)
    if (same) taken.add(value)
    return same
  })
  const given = new Set(inputs)
  const consumed = new Set(before.filter(isTensor).filter(x => !kept.has(x) && !(x instanceof tf.Variable)))
  const results = values.map((value, i) => {
    if (!isTensor(value) || stays[i]) return value
    const own = taken.has(value) || (given.has(value) && !consumed.has(value)) ? value.clone() : value
    taken.add(own)
    return own
  })
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
