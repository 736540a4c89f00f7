/**
 * From a resolved graph to passes: what to loop over, what each loop loads, computes, stores and reduces.
 *
 * A value of one element is a cell; any other is a vector. Vectors that meet in an elementwise operation form a space,
 * mostly a leaf. A reduction ends a pass: what depends on it has a higher level. Within a space the passes of all levels
 * follow each other; only where a space reads a cell made elsewhere (a global norm) do all spaces have to wait.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Graph, NodeId, TensorNode } from '../../expr/graph.js'
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
  /** For each root, whether it may be written over the input it replaces. */
  readonly overwrites: readonly boolean[]
  /** The space a cell is computed in; cells of none or several spaces are the host's. */
  readonly home: (cell: NodeId) => number | undefined
  readonly isCell: (id: NodeId) => boolean
  /** How many reductions, one after another, stand before a value. */
  readonly level: (id: NodeId) => number
}

const costs: Readonly<Record<string, number>> = { sqrt: 8, div: 8, exp: 30, log: 30, pow: 30 }
/** What a value may cost to be computed again rather than kept: four cheap operations or loads. */
const cheap = 4

/** Why a graph cannot be fused, in words. */
export type Unfusable = string

const obstacle = (graph: Graph, { order, operands }: Resolved): Unfusable | undefined => {
  const size = (id: NodeId) => sizeOf(graph.tensors[id]?.shape ?? [])
  for (const id of order) {
    const { operation } = graph.tensors[id] as TensorNode
    if (operation.op === 'opaque') return `the opaque node '${operation.opaque.name}'`
    const args = operands.get(id) ?? []
    if (operation.op === 'reduce') {
      if (size(id) !== 1) return `a ${operation.kind} over some axes of a leaf`
    } else if (args.some(arg => size(arg) !== 1 && size(arg) !== size(id)))
      return `'${operation.op}' broadcasts along an axis`
  }
  return undefined
}

/**
 * The plan for the roots of a resolved graph, or why there is none.
 *
 * @param replaces for each root, the input whose place it takes, if any
 */
export const planOf = (
  graph: Graph,
  resolved: Resolved,
  replaces: readonly (string | undefined)[],
): E.Either<Unfusable, Plan> => {
  const reason = obstacle(graph, resolved)
  if (reason !== undefined) return E.left(reason)

  const { order, operands, roots } = resolved
  const node = (id: NodeId) => graph.tensors[id] as TensorNode
  const args = (id: NodeId) => operands.get(id) ?? []
  const isCell = (id: NodeId) => sizeOf(node(id).shape) === 1
  const isInput = (id: NodeId) => node(id).operation.op === 'input'
  const vectors = order.filter(id => !isCell(id))
  const targets = new Set(roots)

  const spaceOf = unionOf(vectors, id =>
    node(id).operation.op === 'reduce' ? [] : args(id).filter(arg => !isCell(arg)),
  )

  const levels = new Map<NodeId, number>()
  const level = (id: NodeId) => levels.get(id) ?? 0
  const homes = new Map<NodeId, ReadonlySet<number>>()
  for (const id of order) {
    const ended = node(id).operation.op === 'reduce' && !isCell(args(id)[0] as NodeId)
    levels.set(id, Math.max(0, ...args(id).map(level)) + (ended ? 1 : 0))
    if (isCell(id)) {
      const of = args(id).flatMap(arg => (isCell(arg) ? [...(homes.get(arg) ?? [])] : [spaceOf(arg)]))
      homes.set(id, new Set(of))
    }
  }
  const home = (cell: NodeId): number | undefined => {
    const [first, ...others] = homes.get(cell) ?? []
    return others.length === 0 ? first : undefined
  }

  const reductions = order.filter(id => node(id).operation.op === 'reduce' && !isCell(args(id)[0] as NodeId))
  const temporaries = new Set<NodeId>()
  const kept = (id: NodeId) => isInput(id) || targets.has(id) || temporaries.has(id)
  /** What is left of a budget after computing a value again; below 0 where it does not suffice. */
  const afford = (id: NodeId, budget: number): number => {
    if (budget < 0 || kept(id)) return budget - 1
    const left = budget - (costs[node(id).operation.op] ?? 1)
    return args(id).reduce((rest, arg) => (isCell(arg) || rest < 0 ? rest : afford(arg, rest)), left)
  }

  const passesOf = (space: number): readonly Pass[] => {
    const own = vectors.filter(id => spaceOf(id) === space)
    const ended = reductions.filter(id => spaceOf(args(id)[0] as NodeId) === space)
    const highest = Math.max(0, ...own.map(level))
    const passes: Pass[] = []
    // From the last pass to the first: what a later one does not care to compute again, an earlier one keeps.
    for (let current = highest; current >= 0; current--) {
      const loads: NodeId[] = []
      const compute: NodeId[] = []
      const seen = new Set<NodeId>()
      const need = (id: NodeId): void => {
        if (seen.has(id)) return
        seen.add(id)
        const earlier = level(id) < current
        if (earlier && !kept(id) && node(id).dtype !== 'bool' && afford(id, cheap) < 0) temporaries.add(id)
        if (isInput(id) || (earlier && kept(id))) {
          loads.push(id)
          return
        }
        for (const arg of args(id)) if (!isCell(arg)) need(arg)
        compute.push(id)
      }
      const stores = own.filter(id => level(id) === current && !isInput(id) && kept(id))
      const here = ended.filter(id => level(args(id)[0] as NodeId) === current)
      for (const id of [...stores, ...here.map(id => args(id)[0] as NodeId)]) need(id)
      if (stores.length > 0 || here.length > 0)
        passes.unshift({ level: current, loads, compute, stores, reductions: here })
    }
    return passes
  }

  const spaceIds = [...new Set(vectors.map(spaceOf))]
  const spaces = spaceIds.map(space => ({ size: sizeOf(node(space).shape), passes: passesOf(space) }))

  const foreign = (cell: NodeId, space: number) => home(cell) !== space && level(cell) > 0
  const barriers = spaceIds.flatMap((space, i) =>
    (spaces[i] as Space).passes.flatMap(pass =>
      pass.compute.flatMap(id =>
        args(id)
          .filter(arg => isCell(arg) && foreign(arg, space))
          .map(level),
      ),
    ),
  )

  const overwrites = roots.map((root, i) => {
    const old = order.find(id => isInput(id) && inputNameOf(node(id)) === replaces[i])
    if (isCell(root) || roots.indexOf(root) !== i) return false
    if (old === undefined) return true
    if (roots.includes(old)) return false
    const passes = spaces[spaceIds.indexOf(spaceOf(root))]?.passes ?? []
    return (
      spaceOf(old) === spaceOf(root) && passes.every(pass => pass.level <= level(root) || !pass.loads.includes(old))
    )
  })

  return E.right({
    graph,
    resolved,
    spaces,
    barriers: [...new Set(barriers)].sort((a, b) => a - b),
    temporaries,
    overwrites,
    home: cell => {
      const space = home(cell)
      return space === undefined ? undefined : spaceIds.indexOf(space)
    },
    isCell,
    level,
  })
}

const inputNameOf = ({ operation }: TensorNode): string | undefined =>
  operation.op === 'input' ? operation.name : undefined

/** The representative of the class of each item, where an item is in the class of its neighbours. */
const unionOf = (items: readonly NodeId[], neighbours: (id: NodeId) => readonly NodeId[]): ((id: NodeId) => NodeId) => {
  const parents = new Map<NodeId, NodeId>()
  const find = (id: NodeId): NodeId => {
    const parent = parents.get(id) ?? id
    if (parent === id) return id
    const root = find(parent)
    parents.set(id, root)
    return root
  }
  for (const id of items) for (const other of neighbours(id)) parents.set(find(other), find(id))
  return find
}
