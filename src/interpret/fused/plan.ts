/**
 * From a resolved graph to passes: what to loop over, what each loop loads, computes, stores and reduces.
 *
 * A value of one element is a cell; any other is a vector. Vectors that meet in an elementwise operation form a space,
 * mostly a leaf. A reduction ends a pass: what depends on it has a higher level. Within a space the passes of all levels
 * follow each other; only where a space reads a cell made elsewhere (a global norm) do all spaces have to wait.
 */
import type { Graph, NodeId, TensorNode } from '../../expr/graph.js'
import { settle } from '../../expr/settle.js'
import { sizeOf } from '../../expr/shape.js'
import type { Resolved } from '../resolve.js'

/** A cell that a space takes from outside: a host number, its complement to 1, or a cell of the host's. */
export type External =
  | { readonly from: 'number'; readonly id: NodeId }
  | { readonly from: 'complement'; readonly id: NodeId }
  | { readonly from: 'cell'; readonly id: NodeId }

/** One loop over a space. Vectors are computed in order; `loads` are read from memory first. */
export interface Pass {
  readonly level: number
  readonly loads: readonly NodeId[]
  readonly compute: readonly NodeId[]
  readonly stores: readonly NodeId[]
  readonly reductions: readonly NodeId[]
}

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

const costs: Readonly<Record<string, number>> = { sqrt: 8, div: 8, exp: 30, log: 30, pow: 30, tanh: 30, sigmoid: 30 }
/** What a value may cost to be computed again rather than kept: four cheap operations or loads. */
const cheap = 4

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

/**
 * The plan for the roots of a resolved graph.
 *
 * @param replaces for each root, the input whose place it takes, if any
 */
export const planOf = (graph: Graph, resolved: Resolved, replaces: readonly (string | undefined)[]): Plan => {
  const { order, operands, roots } = resolved
  const node = (id: NodeId) => graph.tensors[id] as TensorNode
  const args = (id: NodeId) => operands.get(id) ?? []
  const isCell = (id: NodeId) => sizeOf(node(id).shape) === 1
  const foreign = foreignOf(graph, resolved)
  const foreignNodes = new Set(foreign)
  const isForeign = (id: NodeId) => foreignNodes.has(id)
  // What a loop finds in memory before its pass.
  const isGiven = (id: NodeId) => node(id).operation.op === 'input' || isForeign(id)
  // A reduction that ends a pass; of a cell it is an operation like another.
  const isReduction = (id: NodeId) =>
    node(id).operation.op === 'reduce' && !isForeign(id) && !isCell(args(id)[0] as NodeId)
  const vectors = order.filter(id => !isCell(id))
  const targets = new Set(roots)

  const spaceOf = unionOf(vectors, id => (isForeign(id) ? [] : args(id).filter(arg => !isCell(arg))))

  const levels = new Map<NodeId, number>()
  const level = (id: NodeId) => levels.get(id) ?? 0
  // Of several homes two are as good as all: a total over the leaves, added up leaf by leaf, has them all in each of its parts.
  const homes = new Map<NodeId, readonly number[]>()
  for (const id of order) {
    const after = (arg: NodeId) =>
      level(arg) + (isReduction(id) || (isForeign(id) && !isCell(arg) && !isGiven(arg)) ? 1 : 0)
    levels.set(id, Math.max(0, ...args(id).map(after)))
    if (isCell(id) && !isForeign(id)) {
      const of = args(id).flatMap(arg => (isCell(arg) ? [...(homes.get(arg) ?? [])] : [spaceOf(arg)]))
      homes.set(id, [...new Set(of)].slice(0, 2))
    }
  }
  const home = (cell: NodeId): number | undefined => {
    const [first, ...others] = homes.get(cell) ?? []
    return others.length === 0 ? first : undefined
  }

  const reductions = order.filter(isReduction)
  const handed = new Set(foreign.flatMap(args).filter(id => !isCell(id) && !isGiven(id)))
  const temporaries = new Set<NodeId>()
  const kept = (id: NodeId) => isGiven(id) || targets.has(id) || handed.has(id) || temporaries.has(id)
  /** What is left of a budget after computing a value again; below 0 where it does not suffice. */
  const afford = (id: NodeId, budget: number): number => {
    if (budget < 0 || kept(id)) return budget - 1
    const left = budget - (costs[node(id).operation.op] ?? 1)
    return args(id).reduce((rest, arg) => (isCell(arg) || rest < 0 ? rest : afford(arg, rest)), left)
  }

  // There may be thousands of leaves: what a space needs is looked up, never looked for.
  const ownOf = groupsOf(vectors, spaceOf)
  const endedIn = groupsOf(reductions, id => spaceOf(args(id)[0] as NodeId))
  const passesOf = (space: number): readonly Pass[] => {
    const own = ownOf.get(space) ?? []
    const ended = endedIn.get(space) ?? []
    const highest = Math.max(0, ...own.map(level))
    const passes: Pass[] = []
    // From the last pass to the first: what a later one does not care to compute again, an earlier one keeps.
    for (let current = highest; current >= 0; current--) {
      const loads: NodeId[] = []
      const compute: NodeId[] = []
      const [seen, finished] = [new Set<NodeId>(), new Set<NodeId>()]
      const isLoaded = (id: NodeId): boolean => isGiven(id) || (level(id) < current && kept(id))
      const missing = (id: NodeId): NodeId | undefined => {
        const earlier = level(id) < current
        if (!seen.has(id) && earlier && !kept(id) && node(id).dtype !== 'bool' && afford(id, cheap) < 0)
          temporaries.add(id)
        seen.add(id)
        return isLoaded(id) ? undefined : args(id).find(arg => !isCell(arg) && !finished.has(arg))
      }
      const finish = (id: NodeId): void => {
        finished.add(id)
        if (isLoaded(id)) loads.push(id)
        else compute.push(id)
      }
      const need = (id: NodeId): void => {
        if (!finished.has(id)) settle(id, missing, finish)
      }
      const stores = own.filter(id => level(id) === current && !isGiven(id) && kept(id))
      const here = ended.filter(id => level(args(id)[0] as NodeId) === current)
      for (const id of [...stores, ...here.map(id => args(id)[0] as NodeId)]) need(id)
      if (stores.length > 0 || here.length > 0)
        passes.unshift({ level: current, loads, compute, stores, reductions: here })
    }
    return passes
  }

  const spaceIds = [...ownOf.keys()]
  const spacePlaces = new Map(spaceIds.map((space, i) => [space, i]))
  const spaces = spaceIds.map(space => ({ size: sizeOf(node(space).shape), passes: passesOf(space) }))

  const fromOutside = (cell: NodeId, space: number) => isCell(cell) && home(cell) !== space && level(cell) > 0
  const awaited = spaceIds.flatMap((space, i) =>
    (spaces[i] as Space).passes.flatMap(pass => pass.compute.flatMap(args).filter(arg => fromOutside(arg, space))),
  )
  const barriers = [...awaited, ...foreign].map(level).filter(l => l > 0)

  const inputs = new Map(order.map(id => [inputNameOf(node(id)), id]))
  const firstPlace = new Map(roots.map((root, i) => [root, i] as const).reverse())
  /** The level of the last foreign node that reads a value, and of the last that is a rule's own. */
  const lastRead = new Map<NodeId, number>()
  for (const id of foreign) for (const arg of args(id)) lastRead.set(arg, Math.max(level(id), lastRead.get(arg) ?? 0))
  const lastOpaque = foreign.reduce(
    (last, id) => (node(id).operation.op === 'opaque' ? Math.max(last, level(id)) : last),
    0,
  )
  const overwrites = roots.map((root, i) => {
    const old = replaces[i] === undefined ? undefined : inputs.get(replaces[i])
    if (firstPlace.get(root) !== i) return false
    // A node of a rule's own may throw, and then nothing must have been written over. Cells are written at the very end.
    if (!isCell(root) && lastOpaque > level(root)) return false
    if (old === undefined) return true
    if (targets.has(old)) return false
    if (isCell(root)) return true
    if ((lastRead.get(old) ?? 0) > level(root)) return false
    const passes = spaces[spacePlaces.get(spaceOf(root)) ?? -1]?.passes ?? []
    return (
      spaceOf(old) === spaceOf(root) && passes.every(pass => pass.level <= level(root) || !pass.loads.includes(old))
    )
  })

  return {
    graph,
    resolved,
    spaces,
    barriers: [...new Set(barriers)].sort((a, b) => a - b),
    temporaries,
    foreign,
    handed,
    overwrites,
    home: cell => {
      const space = home(cell)
      return space === undefined ? undefined : spacePlaces.get(space)
    },
    isCell,
    level,
  }
}

const inputNameOf = ({ operation }: TensorNode): string | undefined =>
  operation.op === 'input' ? operation.name : undefined

/** Items by a key, in their order. */
export const groupsOf = <T, K>(items: readonly T[], key: (item: T) => K): ReadonlyMap<K, readonly T[]> => {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const group = groups.get(key(item)) ?? []
    groups.set(key(item), group)
    group.push(item)
  }
  return groups
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
