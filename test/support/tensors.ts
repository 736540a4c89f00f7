/** Tensors from plain data and back, for tests. */
import * as tf from '@tensorflow/tfjs'
import type { Tensors } from '../../src/index.js'

export type Flat = Readonly<Record<string, readonly number[]>>
export type Shapes = Readonly<Record<string, readonly number[]>>

export const tensors = (values: Flat, shapes: Shapes): Tensors =>
  Object.fromEntries(
    Object.keys(shapes).map(name => [name, tf.tensor([...(values[name] ?? [])], [...(shapes[name] ?? [])], 'float32')]),
  )

export const flat = (tree: Tensors): Flat =>
  Object.fromEntries(Object.entries(tree).map(([name, x]) => [name, Array.from(x.dataSync())]))
