/** What a space takes from its descriptor in memory: addresses, numbers from outside, and its own reduced values. */
import type { NodeId, TensorNode } from '../../expr/graph.js'
import { settle } from '../../expr/settle.js'
import type { Pass } from './passes.js'
import type { External, Plan, Space } from './plan.js'

/**
 * The words of a leaf's descriptor, 4 bytes each: its size in bytes, the address of each slot, each external as a float32,
 * each reduction's result as a float32.
 */
export interface Layout {
  /** Vectors in memory. */
  readonly slots: readonly NodeId[]
  readonly externals: readonly External[]
  /** Reduce nodes. */
  readonly reductions: readonly NodeId[]
  readonly words: number
}

export const slotWord = (index: number): number => 1 + index
export const externalWord = ({ slots }: Layout, index: number): number => 1 + slots.length + index
export const reductionWord = ({ slots, externals }: Layout, index: number): number =>
  1 + slots.length + externals.length + index

/** The numbers that an elementwise operation takes from the host. */
export const numbersOf = ({ operation, scalars }: TensorNode): readonly External[] => {
  const [first, second] = scalars as readonly [NodeId, NodeId]
  if (operation.op === 'clip')
    return [
      { from: 'number', id: first },
      { from: 'number', id: second },
    ]
  if (operation.op === 'lerp')
    return [
      { from: 'complement', id: first },
      { from: 'number', id: first },
    ]
  return []
}

/** Whether the bounds of a minimum, maximum or clip are literals and no NaN. */
export const hasPlainBounds = ({ graph, resolved }: Plan, id: NodeId): boolean => {
  const isLiteral = (number: NodeId | undefined): boolean => {
    const node = graph.scalars[number ?? -1]
    return node?.op === 'literal' && !Number.isNaN(node.value)
  }
  const { operation, scalars } = graph.tensors[id] as TensorNode
  if (operation.op === 'clip') return scalars.every(isLiteral)
  const bound = graph.tensors[resolved.operands.get(id)?.[1] ?? -1]
  return bound?.operation.op === 'constant' && isLiteral(bound.scalars[0])
}

/** What stands behind a cell that a space uses: a number or host cell from outside, or a cell of its own. */
export const externalOf = (plan: Plan, space: number, cell: NodeId): External | undefined => {
  if (plan.home(cell) === space) return undefined
  const { operation, scalars } = plan.graph.tensors[cell] as TensorNode
  return operation.op === 'constant' ? { from: 'number', id: scalars[0] as NodeId } : { from: 'cell', id: cell }
}

export const sameExternal = (a: External, b: External): boolean => a.from === b.from && a.id === b.id

/** The cells of its own that a pass needs, operands first, reductions included. */
export const ownCells = (plan: Plan, space: number, pass: Pass): readonly NodeId[] => {
  const found = new Set<NodeId>()
  const operands = (id: NodeId) => plan.resolved.operands.get(id) ?? []
  const isMissing = (cell: NodeId): boolean => !found.has(cell) && plan.home(cell) === space
  const missing = (cell: NodeId): NodeId | undefined =>
    operands(cell).every(plan.isCell) ? operands(cell).find(isMissing) : undefined
  for (const id of pass.compute)
    for (const cell of operands(id)) if (plan.isCell(cell) && isMissing(cell)) settle(cell, missing, x => found.add(x))
  return [...found]
}

/** The layout of a space's descriptor. */
export const layoutOf = (plan: Plan, index: number): Layout => {
  const { passes } = plan.spaces[index] as Space
  const externals: External[] = []
  const add = (external: External | undefined) => {
    if (external !== undefined && !externals.some(known => sameExternal(known, external))) externals.push(external)
  }
  const node = (id: NodeId) => plan.graph.tensors[id] as TensorNode
  for (const pass of passes) {
    for (const id of [...ownCells(plan, index, pass), ...pass.compute]) {
      numbersOf(node(id)).forEach(add)
      for (const arg of plan.resolved.operands.get(id) ?? []) if (plan.isCell(arg)) add(externalOf(plan, index, arg))
    }
  }
  const slots = [...new Set(passes.flatMap(pass => [...pass.loads, ...pass.stores]))]
  const reductions = passes.flatMap(pass => pass.reductions)
  return { slots, externals, reductions, words: 1 + slots.length + externals.length + reductions.length }
}

/**
 * All that the code of a space depends on, as a text: operations and their operands by place, without sizes or names.
 * Spaces of equal text have equal code.
 */
export const structureOf = (plan: Plan, index: number, layout: Layout): string => {
  const places = new Map<NodeId, number>()
  const place = (id: NodeId): number => {
    const known = places.get(id) ?? places.size
    places.set(id, known)
    return known
  }
  const outside = (external: External) => `x${layout.externals.findIndex(known => sameExternal(known, external))}`
  const write = (id: NodeId): string => {
    const node = plan.graph.tensors[id] as TensorNode
    const kind = node.operation.op === 'reduce' ? node.operation.kind : ''
    const operands = (plan.resolved.operands.get(id) ?? []).map(arg => {
      const external = plan.isCell(arg) ? externalOf(plan, index, arg) : undefined
      const type = plan.graph.tensors[arg]?.dtype
      return `${plan.isCell(arg) ? 'c' : 'v'}${type}${external === undefined ? place(arg) : outside(external)}`
    })
    const plain = hasPlainBounds(plan, id) ? '!' : ''
    return `${place(id)}=${node.operation.op}${kind}${plain}${node.dtype}(${operands};${numbersOf(node).map(outside)})`
  }
  const passes = (plan.spaces[index] as Space).passes.map(pass =>
    [
      `${plan.barriers.filter(barrier => barrier <= pass.level).length}`,
      pass.loads.map(place),
      ownCells(plan, index, pass).map(write),
      pass.compute.map(write),
      pass.stores.map(place),
      pass.reductions.map(write),
    ].join('|'),
  )
  return [plan.barriers.length, layout.slots.map(place), layout.reductions.map(place), ...passes].join('\n')
}
