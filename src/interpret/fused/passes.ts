/** The passes of each space: from the last to the first, what a later one does not care to compute again, an earlier one keeps. */
import type { NodeId } from '../../expr/graph.js'
import { settle } from '../../expr/settle.js'
import type { Levels } from './levels.js'

/** One loop over a space. Vectors are computed in order; `loads` are read from memory first. */
export interface Pass {
  readonly level: number
  readonly loads: readonly NodeId[]
  readonly compute: readonly NodeId[]
  readonly stores: readonly NodeId[]
  readonly reductions: readonly NodeId[]
}

const costs: Readonly<Record<string, number>> = { sqrt: 8, div: 8, exp: 30, log: 30, pow: 30, tanh: 30, sigmoid: 30 }
/** What a value may cost to be computed again rather than kept: four cheap operations or loads. */
const cheap = 4

/** What is kept in memory from pass to pass, and what that saves. */
interface Memory {
  readonly kept: (id: NodeId) => boolean
  /** Keeps a value where computing it again would cost more than that. */
  readonly keepIfDear: (id: NodeId) => void
}

/** @param results vectors that are kept anyway; `temporaries` gathers those that are kept besides */
const memoryOf = (
  { node, args, isCell, isGiven }: Levels,
  results: ReadonlySet<NodeId>,
  temporaries: Set<NodeId>,
): Memory => {
  const kept = (id: NodeId) => isGiven(id) || results.has(id) || temporaries.has(id)
  /** What is left of a budget after computing a value again; below 0 where it does not suffice. */
  const afford = (id: NodeId, budget: number): number => {
    if (budget < 0 || kept(id)) return budget - 1
    const left = budget - (costs[node(id).operation.op] ?? 1)
    return args(id).reduce((rest, arg) => (isCell(arg) || rest < 0 ? rest : afford(arg, rest)), left)
  }
  const keepIfDear = (id: NodeId): void => {
    if (!kept(id) && node(id).dtype !== 'bool' && afford(id, cheap) < 0) temporaries.add(id)
  }
  return { kept, keepIfDear }
}

/** The pass of a level that stores and reduces these, if any. */
const passAt = (
  current: number,
  { args, isCell, isGiven, level }: Levels,
  { kept, keepIfDear }: Memory,
  stores: readonly NodeId[],
  reductions: readonly NodeId[],
): readonly Pass[] => {
  const loads: NodeId[] = []
  const compute: NodeId[] = []
  const [seen, finished] = [new Set<NodeId>(), new Set<NodeId>()]
  const isLoaded = (id: NodeId): boolean => isGiven(id) || (level(id) < current && kept(id))
  const missing = (id: NodeId): NodeId | undefined => {
    if (!seen.has(id) && level(id) < current) keepIfDear(id)
    seen.add(id)
    return isLoaded(id) ? undefined : args(id).find(arg => !isCell(arg) && !finished.has(arg))
  }
  const finish = (id: NodeId): void => {
    finished.add(id)
    if (isLoaded(id)) loads.push(id)
    else compute.push(id)
  }
  for (const id of [...stores, ...reductions.map(id => args(id)[0] as NodeId)])
    if (!finished.has(id)) settle(id, missing, finish)
  return stores.length > 0 || reductions.length > 0 ? [{ level: current, loads, compute, stores, reductions }] : []
}

/**
 * The passes of every space, by its representative, and the vectors that are kept between passes.
 *
 * @param results vectors that have to be in memory in the end: roots, and what a foreign node takes
 */
export const passesOf = (
  levels: Levels,
  results: ReadonlySet<NodeId>,
): { readonly passes: ReadonlyMap<NodeId, readonly Pass[]>; readonly temporaries: ReadonlySet<NodeId> } => {
  const { order, vectors, spaceOf, isReduction, args, isGiven, level } = levels
  const temporaries = new Set<NodeId>()
  const memory = memoryOf(levels, results, temporaries)
  // There may be thousands of leaves: what a space needs is looked up, never looked for.
  const endedIn = groupsOf(order.filter(isReduction), id => spaceOf(args(id)[0] as NodeId))
  const passes = new Map<NodeId, readonly Pass[]>()
  for (const [space, own] of groupsOf(vectors, spaceOf)) {
    const found: Pass[] = []
    for (let current = Math.max(0, ...own.map(level)); current >= 0; current--) {
      const stores = own.filter(id => level(id) === current && !isGiven(id) && memory.kept(id))
      const here = (endedIn.get(space) ?? []).filter(id => level(args(id)[0] as NodeId) === current)
      found.unshift(...passAt(current, levels, memory, stores, here))
    }
    passes.set(space, found)
  }
  return { passes, temporaries }
}

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
