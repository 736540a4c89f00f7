/** A state as the named tensors that TensorFlow.js keeps beside a model's weights, and back. */
import * as tf from '@tensorflow/tfjs'
import { mapNest } from '../../expr/nest.js'
import { type Shape, sameShape } from '../../expr/shape.js'
import { badLeafName } from '../../expr/tree.js'
import type { GradientTransform } from '../../transform/types.js'
import { type Structure, structureOf } from '../codec/structure.js'
import type { Concrete } from '../types.js'
import type { Leaf } from './variables.js'

// Names that no variable of a model has: a saved model has one space of names for its weights and the optimizer's.
const described = 'plastax'
const numbered = 'plastax/numbers'
const nameOf = (place: string): string => `plastax/${place}`

/** A tensor with a name, as tfjs's optimizers hand them over. */
export type NamedTensor = Awaited<ReturnType<tf.Optimizer['getWeights']>>[number]

/** A state and the leaves that it is of. */
export interface Saved {
  readonly leaves: readonly Leaf[]
  readonly state: Concrete<unknown>
}

export const structureFor = (transform: GradientTransform<unknown>, leaves: readonly Leaf[]): Structure =>
  structureOf(transform, Object.fromEntries(leaves.map(({ leaf, shape }) => [leaf, shape])))

/** Doubles as pairs of int32, the low one first: no dtype of tfjs has 64 bits. */
const toInts = (numbers: readonly number[]): Int32Array => {
  const view = new DataView(new ArrayBuffer(8 * numbers.length))
  for (const [i, x] of numbers.entries()) view.setFloat64(8 * i, x, true)
  return Int32Array.from({ length: 2 * numbers.length }, (_, i) => view.getInt32(4 * i, true))
}

const fromInts = (ints: ArrayLike<number>): readonly number[] => {
  const view = new DataView(new ArrayBuffer(4 * ints.length))
  for (let i = 0; i < ints.length; i++) view.setInt32(4 * i, ints[i] as number, true)
  return Array.from({ length: ints.length / 2 }, (_, i) => view.getFloat64(8 * i, true))
}

/** The structure before the first step, when no leaf is known. */
const nothing: Pick<Structure, 'state' | 'text'> = { state: [], text: '' }

/** The description, the numbers, then the tensors of the state themselves. */
export const toWeights = (
  { state: places, text }: Pick<Structure, 'state' | 'text'> = nothing,
  leaves: readonly Leaf[] = [],
  values: readonly (tf.Tensor | number)[] = [],
): readonly NamedTensor[] => {
  const numbers = values.filter(value => typeof value === 'number')
  const description = JSON.stringify({
    version: 1,
    leaves: leaves.map(({ leaf, name, shape }) => ({ leaf, name, shape })),
    structure: text,
  })
  return [
    { name: described, tensor: tf.scalar(description, 'string') },
    { name: numbered, tensor: tf.tensor2d(toInts(numbers), [numbers.length, 2], 'int32') },
    ...places.flatMap(({ name }, i) => {
      const value = values[i]
      return value instanceof tf.Tensor ? [{ name: nameOf(name), tensor: value }] : []
    }),
  ]
}

const isShape = (x: unknown): x is Shape => Array.isArray(x) && x.every(n => Number.isSafeInteger(n) && n >= 0)

const isLeaf = (x: unknown): x is Leaf =>
  typeof x === 'object' &&
  x !== null &&
  'leaf' in x &&
  typeof x.leaf === 'string' &&
  badLeafName([x.leaf]) === undefined &&
  'name' in x &&
  typeof x.name === 'string' &&
  'shape' in x &&
  isShape(x.shape)

const refuse = (why: string): never => {
  throw new TypeError(`these weights are not of this optimizer: ${why}`)
}

const parse = (text: unknown): unknown => {
  try {
    return JSON.parse(String(text))
  } catch {
    return refuse(`'${described}' is not JSON`)
  }
}

const read = (text: unknown): { readonly leaves: readonly Leaf[]; readonly structure: unknown } => {
  const found = parse(text)
  if (typeof found !== 'object' || found === null || !('leaves' in found) || !('structure' in found))
    return refuse(`'${described}' describes nothing`)
  const { leaves, structure } = found
  return Array.isArray(leaves) && leaves.every(isLeaf)
    ? { leaves, structure }
    : refuse(`'${described}' describes no leaves`)
}

/**
 * What {@link toWeights} gave; the tensors are fresh, and kept. Nothing is made where the weights are refused.
 *
 * @throws TypeError for weights of anything else
 */
export const fromWeights = async (
  transform: GradientTransform<unknown>,
  weights: readonly NamedTensor[],
): Promise<Saved> => {
  const byName = new Map(weights.map(({ name, tensor }) => [name, tensor]))
  const [description, ints] = [byName.get(described), byName.get(numbered)]
  if (description === undefined || ints === undefined)
    return refuse(`they are ${weights.map(({ name }) => `'${name}'`).join(', ') || 'none'}, and none is '${described}'`)
  const { leaves, structure: text } = read((await description.data<'string'>())[0])
  const numbers = [...fromInts(await ints.data())]
  if (leaves.length === 0) return { leaves, state: {} }
  const structure = structureFor(transform, leaves)
  if (structure.text !== text) refuse(`they are of the structure ${text}, where ${structure.text} was expected`)
  const values = structure.state.map(({ name, shape }) => {
    if (shape === undefined) return numbers.shift() ?? refuse('a number is missing')
    const tensor = byName.get(nameOf(name))
    return tensor !== undefined && tensor.dtype === 'float32' && sameShape(tensor.shape, shape)
      ? tensor
      : refuse(`'${nameOf(name)}' is missing, or is not a float32 tensor of shape [${shape}]`)
  })
  let i = 0
  const state = mapNest(() => {
    const value = values[i++] as tf.Tensor | number
    return typeof value === 'number' ? value : tf.keep(value.clone())
  }, structure.nesting)
  return { leaves: leaves.map(({ leaf, name, shape }) => ({ leaf, name, shape })), state: state as Concrete<unknown> }
}
