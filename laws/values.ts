/** Trees of plain numbers, tensors made of them, and back. */
import * as tf from '@tensorflow/tfjs'
import { type Shape, type Tensors, type Tree, tree } from '../src/index.js'

/** A tensor as plain data. */
export interface Leaf {
  readonly shape: Shape
  readonly values: readonly number[]
}

/** Plain numbers by leaf name, in layer order. */
export type Values = Tree<Leaf>

/** Applies a function to each number. */
export const mapValues =
  (f: (value: number, index: number, leaf: string) => number) =>
  (values: Values): Values =>
    tree.map(({ shape, values }: Leaf, leaf) => ({ shape, values: values.map((x, i) => f(x, i, leaf)) }))(values)

/** The same tree with one number everywhere. */
export const filled = (value: number): ((values: Values) => Values) => mapValues(() => value)

/** The numbers of all leaves, in order. */
export const numbers = (values: Values): readonly number[] => tree.values(values).flatMap(leaf => leaf.values)

/** Fresh float32 tensors with these values. */
export const toTensors: (values: Values) => Tensors = tree.map(({ shape, values }) =>
  tf.tensor([...values], [...shape], 'float32'),
)

/** A tensor's values. */
export const toLeaf = (x: tf.Tensor): Leaf => ({ shape: x.shape, values: Array.from(x.dataSync()) })

/** The values of tensors. */
export const fromTensors: (tensors: Tensors) => Values = tree.map(toLeaf)

/** Runs `f`, and disposes the tensors that it made but those it kept or disposed itself. */
export const scoped = <T>(f: () => T): T => {
  const results: T[] = []
  // Through a list: `tidy` would search what it is given for tensors.
  tf.tidy(() => void results.push(f()))
  return results[0] as T
}
