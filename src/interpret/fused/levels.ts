/**
 * What a plan starts from: which values are cells and which vectors, what tfjs computes, which vectors form a space, and behind how
 * many reductions, one after another, each value stands.
 */
import type { Graph, NodeId, TensorNode } from '../../expr/graph.js'
import { sizeOf } from '../../expr/shape.js'
import type { Resolved } from '../resolve.js'

export interface Levels {
  readonly order: readonly NodeId[]
  readonly node: (id: NodeId) => TensorNode
  readonly args: (id: NodeId) => readonly NodeId[]
  /** Whether it is a value of one element. */
  readonly isCell: (id: NodeId) => boolean
  /** What no loop computes but tfjs, operands first. */
  readonly foreign: readonly NodeId[]
  readonly isForeign: (id: NodeId) => boolean
  /** Whether a loop finds it in memory before its pass. */
  readonly isGiven: (id: NodeId) => boolean
  /** Whether it is a reduction that ends a pass; of a cell it is an operation like another. */
  readonly isReduction: (id: NodeId) => boolean
  readonly vectors: readonly NodeId[]
  /** The representative of a vector's space. */
  readonly spaceOf: (vector: NodeId) => NodeId
  /** How many reductions, one after another, stand before a value. */
  readonly level: (id: NodeId) => number
  /** The space that a cell is computed in; cells of none or several spaces are the host's. */
  readonly home: (cell: NodeId) => NodeId | undefined
}

/** The nodes that tfjs has to compute: opaque ones, along axes, and what would hand conditions to them or take theirs. */
const foreignOf = (graph: Graph, { order, operands }: Resolved): readonly NodeId[] => {
  const node = (id: NodeId) => graph.tensors[id] as TensorNode
  const size = (id: NodeId) => sizeOf(node(id).shape)
  const args = (id: NodeId) => operands.get(id) ?? []
  const isCondition = (id: NodeId) => node(id).dtype === 'bool' && size(id) !== 1
  const along = (id: NodeId): boolean => {
    const { op } = node(id).operation
    return op === 'reduce' ? size(id) !== 1 : args(id).some(arg => size(arg) !== 1 && size(arg) !== size(id))
  }
  const found = new Set(order.filter(id => node(id).operation.op === 'opaque' || along(id)))
  for (let before = -1; before !== found.size; ) {
    before = found.size
    for (const id of order) {
      if (args(id).some(arg => found.has(arg) && isCondition(arg))) found.add(id)
      if (found.has(id)) for (const arg of args(id).filter(isCondition)) found.add(arg)
    }
  }
  return order.filter(id => found.has(id))
}

/** Where the values of a resolved graph belong. */
export const levelsOf = (graph: Graph, resolved: Resolved): Levels => {
  const { order, operands } = resolved
  const node = (id: NodeId) => graph.tensors[id] as TensorNode
  const args = (id: NodeId) => operands.get(id) ?? []
  const isCell = (id: NodeId) => sizeOf(node(id).shape) === 1
  const foreign = foreignOf(graph, resolved)
  const foreignNodes = new Set(foreign)
  const isForeign = (id: NodeId) => foreignNodes.has(id)
  const isGiven = (id: NodeId) => node(id).operation.op === 'input' || isForeign(id)
  const isReduction = (id: NodeId) =>
    node(id).operation.op === 'reduce' && !isForeign(id) && !isCell(args(id)[0] as NodeId)
  const vectors = order.filter(id => !isCell(id))
  const spaceOf = unionOf(vectors, id => (isForeign(id) ? [] : args(id).filter(arg => !isCell(arg))))
  const common = { order, node, args, isCell, foreign, isForeign, isGiven, isReduction, vectors, spaceOf }
  return { ...common, ...placed(common) }
}

/** Levels and homes, operands first. */
const placed = ({
  order,
  args,
  isCell,
  isForeign,
  isGiven,
  isReduction,
  spaceOf,
}: Omit<Levels, 'level' | 'home'>): Pick<Levels, 'level' | 'home'> => {
  const levels = new Map<NodeId, number>()
  const level = (id: NodeId) => levels.get(id) ?? 0
  // Of several homes two are as good as all: a total over the leaves, added up leaf by leaf, has them all in each of its parts.
  const homes = new Map<NodeId, readonly NodeId[]>()
  for (const id of order) {
    const after = (arg: NodeId) =>
      level(arg) + (isReduction(id) || (isForeign(id) && !isCell(arg) && !isGiven(arg)) ? 1 : 0)
    levels.set(id, Math.max(0, ...args(id).map(after)))
    if (isCell(id) && !isForeign(id)) {
      const of = args(id).flatMap(arg => (isCell(arg) ? [...(homes.get(arg) ?? [])] : [spaceOf(arg)]))
      homes.set(id, [...new Set(of)].slice(0, 2))
    }
  }
  const home = (cell: NodeId): NodeId | undefined => {
    const [first, ...others] = homes.get(cell) ?? []
    return others.length === 0 ? first : undefined
  }
  return { level, home }
}

/** The representative of the class of each item, where an item is in the class of its neighbours. */
const unionOf = (items: readonly NodeId[], neighbours: (id: NodeId) => readonly NodeId[]): ((id: NodeId) => NodeId) => {
  const parents = new Map<NodeId, NodeId>()
  const find = (id: NodeId): NodeId => {
    let root = id
    for (let parent = parents.get(root); parent !== undefined && parent !== root; parent = parents.get(root))
      root = parent
    for (let at = id; at !== root; ) {
      const next = parents.get(at) as NodeId
      parents.set(at, root)
      at = next
    }
    return root
  }
  for (const id of items) for (const other of neighbours(id)) parents.set(find(other), find(id))
  return find
}
