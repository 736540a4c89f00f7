/** Variables as leaves: each has a name that a tree can hold, and a place in the order in which they first came. */
import type * as tf from '@tensorflow/tfjs'
import { type Shape, sameShape } from '../../expr/shape.js'
import { badLeafName } from '../../expr/tree.js'

/** A leaf, and the variable that it is, unless the leaf was loaded and its variable has not come yet. */
export interface Leaf {
  readonly leaf: string
  /** The variable's name when it first came. */
  readonly name: string
  readonly shape: Shape
  readonly variable?: tf.Variable
}

/** A leaf whose variable is there. */
export type Bound = Leaf & { readonly variable: tf.Variable }

export const isBound = (leaf: Leaf): leaf is Bound => leaf.variable !== undefined

/** A name without the number that tfjs adds where another variable has it: a model that is loaded beside the one that was saved. */
const base = (name: string): string => name.replace(/_\d+$/, '')

/**
 * The names that leaves are to have, as masks see them: that of a layer's weight without the number that tfjs adds in a second
 * model (`head/kernel_1`), unless two of them were then called the same.
 */
const ownNames = (variables: readonly tf.Variable[]): readonly string[] => {
  const short = ({ name }: tf.Variable): string => (name.includes('/') ? base(name) : name)
  const count = new Map<string, number>()
  for (const variable of variables) count.set(short(variable), (count.get(short(variable)) ?? 0) + 1)
  return variables.map(variable => (count.get(short(variable)) === 1 ? short(variable) : variable.name))
}

/** A name that trees accept and that none has yet. A `tf.variable` without a name is called 0, 1, 2, ... */
const leafName = (name: string, taken: ReadonlySet<string>): string => {
  const safe = badLeafName([name]) === undefined ? name : `variable ${name}`
  let own = safe
  for (let i = 2; taken.has(own); i++) own = `${safe}~${i}`
  return own
}

type Fits = (leaf: Leaf, variable: tf.Variable) => boolean

/** Gives leaves that wait for one a variable, each the first that fits; says which variables are left. */
const matchAll = (leaves: readonly Leaf[], variables: readonly tf.Variable[], fits: Fits) => {
  const left = new Set(variables)
  const matched = leaves.map(leaf => {
    if (isBound(leaf)) return leaf
    const variable = [...left].find(candidate => sameShape(candidate.shape, leaf.shape) && fits(leaf, candidate))
    if (variable === undefined) return leaf
    left.delete(variable)
    return { ...leaf, variable }
  })
  return { matched, left: [...left] }
}

const show = (list: readonly { readonly name: string; readonly shape: Shape }[]): string =>
  list.map(({ name, shape }) => `'${name}' [${shape}]`).join(', ')

/** Loaded leaves that no variable has by name, each with the variable in its place: as many as there are, of their shapes. */
const byPlace = (leaves: readonly Leaf[], variables: readonly tf.Variable[]): readonly Leaf[] => {
  const fits = (leaf: Leaf, i: number) => sameShape(leaf.shape, variables[i]?.shape ?? [Number.NaN])
  if (leaves.length !== variables.length || !leaves.every(fits))
    throw new Error(
      `the state that was loaded is of ${show(leaves)}; none of the variables ${show(variables)} is among them`,
    )
  return leaves.map((leaf, i) => ({ ...leaf, variable: variables[i] as tf.Variable }))
}

/**
 * The leaves when new variables have come: each is a loaded leaf that waits for it (of its name, else of its name but for the
 * number that tfjs adds, else in its place), or one more at the end. Leaves whose variable was disposed are gone.
 *
 * @throws Error where leaves were loaded, and no variable is any of them
 */
export const meet = (known: readonly Leaf[], fresh: readonly tf.Variable[]): readonly Leaf[] => {
  const living = known.filter(leaf => !leaf.variable?.isDisposed)
  if (fresh.length === 0) return living
  const named = matchAll(living, fresh, (leaf, { name }) => leaf.name === name)
  const { matched, left } = matchAll(named.matched, named.left, (leaf, { name }) => base(leaf.name) === base(name))
  if (living.length > 0 && !matched.some(isBound)) return byPlace(matched, fresh)
  // Nobody inherits from a leaf that is gone, not even a variable of its name.
  const taken = new Set(known.map(({ leaf }) => leaf))
  const own = ownNames(left)
  const more = left.map((variable, i): Leaf => {
    const leaf = leafName(own[i] ?? variable.name, taken)
    taken.add(leaf)
    return { leaf, name: variable.name, shape: variable.shape, variable }
  })
  return [...matched, ...more]
}
