/** What a checkpoint is of: the places of its parameters and of its state, each with a name of its own. */

import { type Path, showPath } from '../../expr/nest.js'
import type { Shape } from '../../expr/shape.js'
import { names, type Tree } from '../../expr/tree.js'
import { stateOf } from '../../interpret/trace.js'
import type { GradientTransform } from '../../transform/types.js'

/** Where a value stands, the name that a file has for it, and the shape of its tensor, or `undefined` for a number. */
export interface Place {
  readonly path: Path
  readonly name: string
  readonly shape: Shape | undefined
}

export interface Structure {
  readonly params: readonly Place[]
  readonly state: readonly Place[]
  /** The nesting of the state, symbols in its places. */
  readonly nesting: unknown
  /** All of it, for people, and to be compared. */
  readonly text: string
}

/** Names that differ where paths do: `a/b` within `c` and `b` within `c/a` would both be `c/a/b`. */
const distinct = (names: readonly string[]): readonly string[] => {
  const taken = new Set<string>()
  return names.map(name => {
    let own = name
    for (let i = 2; taken.has(own); i++) own = `${name}~${i}`
    taken.add(own)
    return own
  })
}

const placesOf = (root: string, slots: readonly Omit<Place, 'name'>[]): readonly Place[] => {
  const named = distinct(slots.map(({ path }) => [root, ...path].join('/')))
  return slots.map((slot, i) => ({ ...slot, name: named[i] as string }))
}

const SEPARATOR = '; '

const textOf = (root: string, places: readonly Place[]): readonly string[] =>
  places.map(({ path, shape }) => `${root}${showPath(path)} ${shape === undefined ? 'number' : `[${shape}]`}`)

const paramsOf = (shapes: Tree<Shape>): readonly Place[] =>
  placesOf(
    'params',
    names(shapes).map(leaf => ({ path: [leaf], shape: shapes[leaf] })),
  )

/** How the text of a structure on parameters of these shapes begins, whatever the transform. */
export const beginningOf = (shapes: Tree<Shape>): string => textOf('params', paramsOf(shapes)).join(SEPARATOR)

/** The structure of a transform's training on parameters of these shapes. @throws what `init` does for such shapes */
export const structureOf = (transform: GradientTransform<unknown>, shapes: Tree<Shape>): Structure => {
  const { structure, slots } = stateOf(transform, shapes)
  const params = paramsOf(shapes)
  const state = placesOf('state', slots)
  return {
    params,
    state,
    nesting: structure,
    text: [...textOf('params', params), ...textOf('state', state)].join(SEPARATOR),
  }
}
