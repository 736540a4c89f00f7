/** Training as bytes, and back. */
import * as tf from '@tensorflow/tfjs'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { mapNest, showPath, valueAt } from '../../expr/nest.js'
import { type Shape, sameShape } from '../../expr/shape.js'
import { badLeafName, map, type Tree } from '../../expr/tree.js'
import type { GradientTransform } from '../../transform/types.js'
import { type ConfigErrors, isNonEmpty } from '../problems.js'
import type { Concrete, Tensors, Training } from '../types.js'
import { type Entry, type File, pack, unpack } from './safetensors.js'
import { beginningOf, type Place, type Structure, structureOf } from './structure.js'

/** What is written into the metadata, to tell versions of this layout apart. */
const version = '1'

/** The name of an optimizer that has one: two may have states of the same structure. */
const nameOf = ({ config }: GradientTransform<unknown>): string => config?.optimizer ?? ''

const shapesOf: (tensors: Tensors) => Tree<Shape> = map(x => x.shape)

const show = (x: unknown): string =>
  x instanceof tf.Tensor ? `a ${x.isDisposed ? 'disposed ' : ''}tensor ${x.dtype} [${x.shape}]` : typeof x

const entryOf = (values: unknown, root: string, { path, name, shape }: Place): Entry => {
  const value = valueAt(values, path)
  if (shape === undefined && typeof value === 'number') return { name, shape: [], data: Float64Array.of(value) }
  if (
    shape !== undefined &&
    value instanceof tf.Tensor &&
    !value.isDisposed &&
    value.dtype === 'float32' &&
    sameShape(value.shape, shape)
  )
    return { name, shape, data: value.dataSync<'float32'>() }
  throw new TypeError(
    `${root}${showPath(path)} is ${show(value)}, where ${shape === undefined ? 'a number' : `a float32 tensor of shape [${shape}]`} was expected`,
  )
}

/** Numbers first: they take eight bytes each, and what follows stays aligned. */
const numbersFirst = <T extends { readonly shape: Shape | undefined }>(places: readonly T[]): readonly T[] => [
  ...places.filter(({ shape }) => shape === undefined),
  ...places.filter(({ shape }) => shape !== undefined),
]

/**
 * Parameters and state as one file in the safetensors format, which any reader of it opens: float32 under
 * `params/dense/kernel`, `state/moments/mu/dense/kernel` and the like, numbers of the state as float64, exactly.
 *
 * Pure. The metadata hold the structure, for {@link decodeState} to compare, and a checksum of all of it.
 *
 * @param transform what the state is of
 * @param training as `step` takes it
 * @param note a text of one's own; any reader of the format finds it among the metadata, as `note`
 * @throws TypeError where the state is not one of this transform's for these parameters
 * @example
 * const state = compile(adam()).init(params)
 * const bytes = encodeState(adam(), { params, state })
 */
export const encodeState = <S>(
  transform: GradientTransform<S>,
  { params, state }: Training<S>,
  note?: string,
): Uint8Array => {
  const structure = structureOf(transform, shapesOf(params))
  const places = numbersFirst([
    ...structure.params.map(place => ({ ...place, root: 'params', values: params as unknown })),
    ...structure.state.map(place => ({ ...place, root: 'state', values: state as unknown })),
  ])
  return pack({
    metadata: {
      plastax: version,
      optimizer: nameOf(transform),
      structure: structure.text,
      ...(note !== undefined && { note }),
    },
    entries: places.map(place => entryOf(place.values, place.root, place)),
  })
}

/** A text that a person reads to the end. */
const brief = (text: string): string =>
  text.length > 600 ? `${text.slice(0, 600)} ... (${text.length} letters)` : text

const prefix = 'params/'

/** The shapes of the parameters that a file holds, in layer order. */
const shapesIn = ({ entries }: File): E.Either<ConfigErrors, Tree<Shape>> => {
  const params = entries.flatMap(({ name, shape }) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), shape] as const] : [],
  )
  const bad = badLeafName(params.map(([leaf]) => leaf))
  return bad === undefined
    ? E.right(Object.fromEntries(params))
    : E.left([`the checkpoint has a leaf '${bad}', a name that cannot keep its place in layer order`])
}

/** Whether a file says that it is of parameters of these shapes. */
const fitsParams = ({ metadata }: File, shapes: Tree<Shape>): boolean =>
  metadata.plastax === version && String(metadata.structure).startsWith(beginningOf(shapes))

/** What sets a file apart before the transform is asked for its state, which for made-up parameters may take long. */
const differsAtOnce = (file: File, transform: GradientTransform<unknown>, shapes: Tree<Shape>): readonly string[] => {
  const { metadata } = file
  if (metadata.plastax !== version)
    return [`the checkpoint has layout '${metadata.plastax}'; this version of plastax reads '${version}'`]
  const [theirs, ours] = [metadata.optimizer ?? '', nameOf(transform)]
  const another =
    theirs !== '' && ours !== '' && theirs !== ours
      ? [`the checkpoint is of optimizer '${theirs}', and this one is '${ours}'`]
      : []
  const beginning = beginningOf(shapes)
  return fitsParams(file, shapes)
    ? another
    : [
        ...another,
        `the checkpoint has another structure: it holds ${brief(String(metadata.structure))}, where these parameters are ${brief(beginning)}`,
      ]
}

/** What sets a file apart from what the transform needs. */
const differences = ({ metadata, entries }: File, { text, params, state }: Structure): readonly string[] => {
  if (metadata.structure !== text)
    return [
      `the checkpoint has another structure: it holds ${brief(String(metadata.structure))}, where this transform needs ${brief(text)}`,
    ]
  const expected = numbersFirst([...params, ...state])
  const fits = (place: Place | undefined, { name, shape, data }: Entry): boolean =>
    place !== undefined &&
    place.name === name &&
    sameShape(place.shape ?? [], shape) &&
    data instanceof Float64Array === (place.shape === undefined)
  const same = expected.length === entries.length && entries.every((entry, i) => fits(expected[i], entry))
  return same ? [] : ['the checkpoint does not hold what its structure says']
}

/** Fresh tensors in the places of a structure; if one cannot be made, none is left behind. */
const restored = <S, P extends Tensors>(structure: Structure, { entries }: File): Training<S, P> => {
  const byName = new Map(entries.map(entry => [entry.name, entry]))
  const made: tf.Tensor[] = []
  const value = ({ name, shape }: Place): tf.Tensor | number => {
    const { data } = byName.get(name) as Entry // what `differences` found to be there
    if (shape === undefined) return data[0] as number
    // Of its own: on cpu a tensor keeps the array that it is given, and this one looks at the whole file.
    const tensor = tf.tensor((data as Float32Array).slice(), [...shape], 'float32')
    made.push(tensor)
    return tensor
  }
  try {
    const params = Object.fromEntries(structure.params.map(place => [place.path[0], value(place)]))
    let i = 0
    const state = mapNest(() => value(structure.state[i++] as Place), structure.nesting)
    return { params: params as P, state: state as Concrete<S> }
  } catch (error) {
    tf.dispose(made)
    throw error
  }
}

const reasonOf = (error: unknown): ConfigErrors => [
  `the checkpoint cannot be read: ${error instanceof Error ? error.message : String(error)}`,
]

/**
 * What {@link encodeState} wrote, as fresh tensors, the caller's own.
 *
 * A file that is cut short, damaged or made up, or is of another structure, is refused, and then no tensor is made. The
 * checksum keeps off accidents; whoever can write your files can write one that holds other values.
 *
 * @param transform what the state is of: with the same structure, and with the same name if both have one
 * @param bytes the file, from anywhere
 * @param like parameters whose names, order and shapes the file must have; without them, those of the file
 * @returns right `{ params, state }` for `step`; left every problem, a sentence each
 * @example
 * const optimizer = compile(adam())
 * const bytes = encodeState(adam(), { params, state: optimizer.init(params) })
 * const found = decodeState(adam(), bytes)
 * const next = found._tag === 'Right' ? optimizer.step(found.right, grads) : found.left
 */
export const decodeState = <S, P extends Tensors = Tensors>(
  transform: GradientTransform<S>,
  bytes: Uint8Array,
  like?: P,
): E.Either<ConfigErrors, Training<S, P>> =>
  pipe(
    unpack(bytes),
    E.flatMap(file =>
      pipe(
        like === undefined ? shapesIn(file) : E.right(shapesOf(like)),
        E.flatMap(shapes => {
          const errors = differsAtOnce(file, transform, shapes)
          // Of the caller's own parameters the structure is asked for all the same, to tell every problem.
          return isNonEmpty(errors) && !(like !== undefined && fitsParams(file, shapes))
            ? E.left(errors)
            : E.tryCatch(() => ({ structure: structureOf(transform, shapes), before: errors }), reasonOf)
        }),
        E.flatMap(({ structure, before }) => {
          const errors = [...before, ...differences(file, structure)]
          return isNonEmpty(errors) ? E.left(errors) : E.tryCatch(() => restored<S, P>(structure, file), reasonOf)
        }),
      ),
    ),
  )
