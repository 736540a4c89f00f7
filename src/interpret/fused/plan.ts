/**
 * From a resolved graph to passes: what to loop over, what each loop loads, computes, stores and reduces.
 *
 * A value of one element is a cell; any other is a vector. Vectors that meet in an elementwise operation form a space,
 * mostly a leaf. A reduction ends a pass: what depends on it has a higher level. Within a space the passes of all levels
 * follow each other; only where a space reads a cell made elsewhere (a global norm) do all spaces have to wait.
 */
import type { Graph, NodeId, TensorNode } from '../../expr/graph.js'
import { sizeOf } from '../../expr/shape.js'
import type { Resolved } from '../resolve.js'
import { type Levels, levelsOf } from './levels.js'
import { type Pass, passesOf } from './passes.js'

/** A cell that a space takes from outside: a host number, its complement to 1, or a cell of the host's. */
export type External =
  | { readonly from: 'number'; readonly id: NodeId }
  | { readonly from: 'complement'; readonly id: NodeId }
  | { readonly from: 'cell'; readonly id: NodeId }

export interface Space {
  readonly size: number
  readonly passes: readonly Pass[]
}

export interface Plan {
  readonly graph: Graph
  readonly resolved: Resolved
  readonly spaces: readonly Space[]
  /** The levels before which the host computes cells and all spaces wait, rising. */
  readonly barriers: readonly number[]
  /** Vectors that are neither inputs nor results, but kept between passes. */
  readonly temporaries: ReadonlySet<NodeId>
  /** What no loop computes but tfjs, between segments: opaque nodes, and what runs along axes. Operands first. */
  readonly foreign: readonly NodeId[]
  /** Vectors that are kept as tensors, for a foreign node to take. */
  readonly handed: ReadonlySet<NodeId>
  /** For each root, whether it may be written over the input it replaces. */
  readonly overwrites: readonly boolean[]
  /** The space a cell is computed in; cells of none or several spaces are the host's. */
  readonly home: (cell: NodeId) => number | undefined
  readonly isCell: (id: NodeId) => boolean
  /** How many reductions, one after another, stand before a value. */
  readonly level: (id: NodeId) => number
}

/**
 * For each root, whether it may be written over the input it replaces.
 *
 * @param passesAt the passes of the space of a vector
 */
const overwritesOf = (
  { order, node, args, isCell, foreign, level, spaceOf }: Levels,
  roots: readonly NodeId[],
  replaces: readonly (string | undefined)[],
  passesAt: (vector: NodeId) => readonly Pass[],
): readonly boolean[] => {
  const targets = new Set(roots)
  const inputs = new Map(order.map(id => [inputNameOf(node(id)), id]))
  const firstPlace = new Map(roots.map((root, i) => [root, i] as const).reverse())
  /** The level of the last foreign node that reads a value, and of the last that is a rule's own. */
  const lastRead = new Map<NodeId, number>()
  for (const id of foreign) for (const arg of args(id)) lastRead.set(arg, Math.max(level(id), lastRead.get(arg) ?? 0))
  const lastOpaque = foreign.reduce(
    (last, id) => (node(id).operation.op === 'opaque' ? Math.max(last, level(id)) : last),
    0,
  )
  return roots.map((root, i) => {
    const old = replaces[i] === undefined ? undefined : inputs.get(replaces[i])
    if (firstPlace.get(root) !== i) return false
    // A node of a rule's own may throw, and then nothing must have been written over. Cells are written at the very end.
    if (!isCell(root) && lastOpaque > level(root)) return false
    if (old === undefined) return true
    if (targets.has(old)) return false
    if (isCell(root)) return true
    if ((lastRead.get(old) ?? 0) > level(root)) return false
    return (
      spaceOf(old) === spaceOf(root) &&
      passesAt(root).every(pass => pass.level <= level(root) || !pass.loads.includes(old))
    )
  })
}

/** The levels before which all spaces have to wait: where one reads a cell that is made elsewhere, or tfjs computes. */
const barriersOf = (
  { args, isCell, foreign, level, home }: Levels,
  passes: ReadonlyMap<NodeId, readonly Pass[]>,
): readonly number[] => {
  const fromOutside = (cell: NodeId, space: NodeId) => isCell(cell) && home(cell) !== space && level(cell) > 0
  const awaited = [...passes].flatMap(([space, own]) =>
    own.flatMap(pass => pass.compute.flatMap(args).filter(arg => fromOutside(arg, space))),
  )
  const found = [...awaited, ...foreign].map(level).filter(l => l > 0)
  return [...new Set(found)].sort((a, b) => a - b)
}

/**
 * The plan for the roots of a resolved graph.
 *
 * @param replaces for each root, the input whose place it takes, if any
 */
export const planOf = (graph: Graph, resolved: Resolved, replaces: readonly (string | undefined)[]): Plan => {
  const levels = levelsOf(graph, resolved)
  const { node, args, isCell, isGiven, foreign, level, home, spaceOf } = levels
  const handed = new Set(foreign.flatMap(args).filter(id => !isCell(id) && !isGiven(id)))
  const { passes, temporaries } = passesOf(levels, new Set([...resolved.roots, ...handed]))
  const places = new Map([...passes.keys()].map((space, i) => [space, i]))
  return {
    graph,
    resolved,
    spaces: [...passes].map(([space, own]) => ({ size: sizeOf(node(space).shape), passes: own })),
    barriers: barriersOf(levels, passes),
    temporaries,
    foreign,
    handed,
    overwrites: overwritesOf(levels, resolved.roots, replaces, vector => passes.get(spaceOf(vector)) ?? []),
    home: cell => {
      const space = home(cell)
      return space === undefined ? undefined : places.get(space)
    },
    isCell,
    level,
  }
}

const inputNameOf = ({ operation }: TensorNode): string | undefined =>
  operation.op === 'input' ? operation.name : undefined
