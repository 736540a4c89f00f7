/** What the caller hands in, held against what the transform expects; every difference is named on both sides. */
import * as tf from '@tensorflow/tfjs'
import { isExpr } from '../expr/expr.js'
import { flatten, type Reader, reader, showPath, valueAt } from '../expr/nest.js'
import { type Shape, sameShape } from '../expr/shape.js'
import type { SymbolicValue } from '../expr/symbols.js'
import { badLeafName, names } from '../expr/tree.js'
import type { Signature, StateSlot } from '../interpret/trace.js'
import type { Gradients, StepContext, Tensors } from './types.js'

const quoted = (list: readonly string[]): string => (list.length > 0 ? `'${list.join("', '")}'` : 'none')

const checkTensor = (what: string, x: unknown, shape?: Shape): void => {
  if (!(x instanceof tf.Tensor))
    throw new TypeError(`${what} is ${x === null ? 'null' : typeof x}; a tf.Tensor was expected`)
  if (x.isDisposed) throw new Error(`${what} is disposed; was it consumed by an earlier step?`)
  if (x.dtype !== 'float32') throw new TypeError(`${what} has dtype ${x.dtype}; leaves are float32`)
  if (shape !== undefined && !sameShape(x.shape, shape))
    throw new TypeError(`${what} has shape [${x.shape}], where [${shape}] was expected`)
}

/** Whether a value is a live float32 tensor, of the given shape. Says nothing: for that there are the checks below. */
const fits = (x: unknown, shape: Shape): x is tf.Tensor =>
  x instanceof tf.Tensor && !x.isDisposed && x.dtype === 'float32' && sameShape(x.shape, shape)

const sameKeys = (object: object, keys: readonly string[]): boolean => {
  let i = 0
  for (const key in object) if (key !== keys[i++]) return false
  return i === keys.length
}

/** Whether inputs are those of a signature, so that its trace serves them and nothing needs checking again. */
export const matches = (
  {
    signature: { params: shapes, present, scalars, trees },
    leaves,
  }: { readonly signature: Signature; readonly leaves: readonly string[] },
  grads: Gradients,
  params: Tensors,
  context: StepContext,
): boolean => {
  if (!sameKeys(params, leaves)) return false
  for (const leaf of leaves) if (!fits(params[leaf], shapes[leaf] as Shape)) return false
  let given = 0
  for (const leaf in grads) if (grads[leaf] !== null && grads[leaf] !== undefined) given += 1
  if (given !== present.length) return false
  for (const leaf of present) if (!fits(grads[leaf], shapes[leaf] as Shape)) return false
  return (
    Object.keys(context).length === scalars.length + Object.keys(trees).length &&
    scalars.every(entry => typeof context[entry] === 'number') &&
    Object.entries(trees).every(([entry, tree]) => {
      const found = context[entry]
      const names = Object.keys(tree)
      return (
        typeof found === 'object' &&
        sameKeys(found, names) &&
        names.every(name => fits(found[name], tree[name] as Shape))
      )
    })
  )
}

type Value = number | tf.Tensor

/** Appends a state's values in the order of its slots; tells whether it is of the structure that it should be. */
export type ReadState = Reader<Value>

/** How to read the states that `init` gives. */
export const readingState = (structure: unknown): ReadState =>
  reader<SymbolicValue, Value>(structure, (value, symbol): value is Value =>
    isExpr(symbol) ? fits(value, symbol.shape) : typeof value === 'number',
  )

/** Parameters: float32 tensors under names that keep their order. */
export const checkParams = (params: Tensors): void => {
  const bad = badLeafName(names(params))
  if (bad !== undefined)
    throw new RangeError(`leaf name '${bad}' cannot keep its place in layer order; name it, say, 'layer${bad}'`)
  for (const name of names(params)) checkTensor(`params['${name}']`, params[name])
}

/** Gradients: for some of the parameters, of their shapes. */
export const checkGradients = (grads: Gradients, params: Tensors): void => {
  for (const [name, grad] of Object.entries(grads)) {
    const param = Object.hasOwn(params, name) ? params[name] : undefined
    if (param === undefined)
      throw new TypeError(`grads has leaf '${name}', which params has not (it has ${quoted(names(params))})`)
    if (grad !== null && grad !== undefined) checkTensor(`grads['${name}']`, grad, param.shape)
  }
}

/** Says what is wrong with a state, which has to be just the places that `init` gives for these parameters. */
export const refuseState = (state: unknown, slots: readonly StateSlot[]): never => {
  for (const { path, shape } of slots) {
    const what = `state${showPath(path)}`
    const value = valueAt(state, path)
    if (value === undefined)
      throw new TypeError(`${what} is missing; the state is not one that this transform's init gives for these params`)
    if (shape !== undefined) checkTensor(what, value, shape)
    else if (typeof value !== 'number') throw new TypeError(`${what} is ${typeof value}; a number was expected`)
  }
  throw new TypeError(
    `state has ${flatten(state).length} values, where this transform's init gives ${slots.length} for these params`,
  )
}

/** A context: numbers, and trees of tensors. */
export const checkContext = (context: StepContext): void => {
  for (const [entry, value] of Object.entries(context)) {
    if (typeof value === 'number') continue
    if (typeof value !== 'object' || value === null || value instanceof tf.Tensor)
      throw new TypeError(
        `context.${entry} is ${value instanceof tf.Tensor ? 'a tensor' : String(value)}; a number or a tree of tensors was expected`,
      )
    for (const name of names(value)) checkTensor(`context.${entry}['${name}']`, value[name])
  }
}

/**
 * Variables that a step assigns stand in one place each: in two, the second update would overwrite the first.
 *
 * @param values those that a step replaces, then those of the leaves without a gradient
 * @param placeOf what a value is called
 * @throws TypeError naming both places
 */
export const checkAssigned = (values: readonly unknown[], placeOf: (index: number) => string): void => {
  const places = new Map<tf.Variable, number>()
  for (const [i, value] of values.entries()) {
    if (!(value instanceof tf.Variable)) continue
    const first = places.get(value)
    if (first !== undefined)
      throw new TypeError(
        `${placeOf(first)} and ${placeOf(i)} are one tf.Variable, which a step can assign once; give a tied weight one name, and the sum of its gradients`,
      )
    places.set(value, i)
  }
}
