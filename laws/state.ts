/** States on tensors as plain data: by path, for a law to compare and to change. */
import * as tf from '@tensorflow/tfjs'
import { type Leaf, toLeaf } from './values.js'

/** A state on tensors, of a transform that the law does not know. */
export type AnyState = Readonly<Record<never, never>>

/** A value of a state, and where it stands. */
export interface Slot {
  readonly path: readonly string[]
  /** A tensor's values, or a number. */
  readonly value: Leaf | number
}

const isContainer = (x: unknown): x is object => typeof x === 'object' && x !== null && !(x instanceof tf.Tensor)

/** The values of a state, in order. */
export const slotsOf = (state: unknown, path: readonly string[] = []): readonly Slot[] =>
  isContainer(state)
    ? Object.entries(state).flatMap(([key, value]) => slotsOf(value, [...path, key]))
    : [{ path, value: state instanceof tf.Tensor ? toLeaf(state) : Number(state) }]

/** The tensors of a state, in order. */
export const tensorsOf = (state: unknown): readonly tf.Tensor[] =>
  isContainer(state) ? Object.values(state).flatMap(tensorsOf) : state instanceof tf.Tensor ? [state] : []

/** The same nesting with each value replaced. */
export const mapState = (
  f: (value: tf.Tensor | number, path: readonly string[]) => tf.Tensor | number,
  state: AnyState,
): AnyState => {
  const visit = (value: unknown, path: readonly string[]): unknown =>
    Array.isArray(value)
      ? value.map((x, i) => visit(x, [...path, String(i)]))
      : isContainer(value)
        ? Object.fromEntries(Object.entries(value).map(([key, x]) => [key, visit(x, [...path, key])]))
        : f(value as tf.Tensor | number, path)
  return visit(state, []) as AnyState
}

/** A path as a person writes it: `state[0].mu['dense/kernel']`. */
export const showSlot = (path: readonly string[]): string =>
  `state${path.map(key => (/^\d+$/.test(key) ? `[${key}]` : /^\w+$/.test(key) ? `.${key}` : `['${key}']`)).join('')}`
