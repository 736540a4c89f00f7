/** States on tensors as plain data: by path, for a law to compare and to change. */
import * as tf from '@tensorflow/tfjs'
import { flatten, mapNest, type Path, showPath } from '../src/expr/nest.js'
import { type Leaf, toLeaf } from './values.js'

/** A state on tensors, of a transform that the law does not know. */
export type AnyState = Readonly<Record<never, never>>

/** A value of a state, and where it stands. */
export interface Slot {
  readonly path: Path
  /** A tensor's values, or a number. */
  readonly value: Leaf | number
}

/** The values of a state, in order. */
export const slotsOf = (state: unknown): readonly Slot[] =>
  flatten(state).map(([path, value]) => ({
    path,
    value: value instanceof tf.Tensor ? toLeaf(value) : Number(value),
  }))

/** The tensors of a state, in order. */
export const tensorsOf = (state: unknown): readonly tf.Tensor[] =>
  flatten(state).flatMap(([, value]) => (value instanceof tf.Tensor ? [value] : []))

/** The same nest with each value replaced. */
export const mapState = (f: (value: tf.Tensor | number, path: Path) => tf.Tensor | number, state: AnyState): AnyState =>
  mapNest(f, state) as AnyState // the same records and tuples

/** A path as a person writes it: `state[0].mu['dense/kernel']`. */
export const showSlot = (path: Path): string => `state${showPath(path)}`
