/** From a plan to what runs: modules, shared by spaces of equal code, and tables of where every address comes from. */
import type { NodeId, TensorNode } from '../../expr/graph.js'
import { type Shape, sizeOf } from '../../expr/shape.js'
import { encodeModule } from '../../wasm/emit/encode.js'
import { emitSpace } from './emit.js'
import { imported } from './lanes.js'
import { type Layout, layoutOf, sameExternal, structureOf } from './layout.js'
import type { External, Plan } from './plan.js'

/** Runs one segment over consecutive descriptors. */
export type Segment = (descriptor: number, count: number) => void

/** Where a vector in memory comes from: an input, a tensor that the run makes, or a part of its scratch memory. */
export type Source =
  | { readonly from: 'input'; readonly index: number }
  | { readonly from: 'made'; readonly index: number }
  | { readonly from: 'scratch'; readonly word: number }

/** A tensor that a run makes. */
export interface Made {
  readonly id: NodeId
  readonly shape: Shape
  /** Who makes it: the loops, the host (a cell), or tfjs (a foreign node). */
  readonly by: 'loops' | 'host' | 'tfjs'
  /** The first root that it is, if any: else it is disposed at the end. */
  readonly root: number | undefined
  /** The place of the input that it may be written over, if there is one. */
  readonly over: number | undefined
}

export interface Member {
  readonly bytes: number
  /** For each slot and each external of the layout, its place among those of the program. */
  readonly vectors: Int32Array
  readonly externals: Int32Array
}

/** Spaces of equal code, whose descriptors follow each other. */
export interface SpaceClass {
  readonly segments: readonly Segment[]
  readonly words: number
  readonly members: readonly Member[]
}

export interface Program {
  readonly plan: Plan
  readonly classes: readonly SpaceClass[]
  /** All externals, each once, with the level from which on its value is known. */
  readonly externals: readonly (External & { readonly level: number })[]
  readonly vectors: readonly Source[]
  readonly made: readonly Made[]
  /** The place among them of each. */
  readonly madeAt: ReadonlyMap<NodeId, number>
  readonly roots: readonly Exclude<Source, { from: 'scratch' }>[]
  /** The input that a node is, by its place among the inputs. */
  readonly inputs: ReadonlyMap<NodeId, number>
  /** At which word of the scratch memory a reduced value is found. */
  readonly reductions: ReadonlyMap<NodeId, number>
  readonly scratchWords: number
}

const math: Readonly<Record<(typeof imported)[number], (x: number, y: number) => number>> = {
  exp: Math.exp,
  log: Math.log,
  pow: Math.pow,
}

const imports = imported.map(name => ({
  name,
  params: name === 'pow' ? (['f64', 'f64'] as const) : (['f64'] as const),
  results: ['f64'] as const,
}))

const known = new WeakMap<WebAssembly.Memory, Map<string, readonly Segment[]>>()

/** The code of a space, made once for each structure. */
const segmentsOf = (plan: Plan, index: number, layout: Layout, memory: WebAssembly.Memory): readonly Segment[] => {
  const instances = known.get(memory) ?? new Map<string, readonly Segment[]>()
  known.set(memory, instances)
  const structure = structureOf(plan, index, layout)
  const found = instances.get(structure)
  if (found !== undefined) return found
  const functions = emitSpace(plan, index, layout)
  const shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer
  const module = new WebAssembly.Module(encodeModule(imports, functions, { maximum: 65536, shared }))
  const { exports } = new WebAssembly.Instance(module, { env: { memory, ...math } })
  const segments = functions.map(({ name }) => exports[name] as Segment)
  instances.set(structure, segments)
  return segments
}

/** Numbers items as they are first asked about. */
const numbering = <T>(same: (a: T, b: T) => boolean) => {
  const items: T[] = []
  const place = (item: T): number => {
    const found = items.findIndex(known => same(known, item))
    return found >= 0 ? found : items.push(item) - 1
  }
  return { items, place }
}

// Vectors start at 16 bytes.
const padded = (words: number): number => Math.ceil(words / 4) * 4

/**
 * The program of a plan.
 *
 * @param inputNames the place of each input, by name
 * @param replaces for each root, the name of the input whose place it takes, if any
 */
export const programOf = (
  plan: Plan,
  memory: WebAssembly.Memory,
  inputNames: ReadonlyMap<string, number>,
  replaces: readonly (string | undefined)[],
): Program => {
  const { graph, resolved } = plan
  const node = (id: NodeId) => graph.tensors[id] as TensorNode
  const inputs = new Map(
    resolved.order.flatMap(id => {
      const { operation } = node(id)
      return operation.op === 'input' ? [[id, inputNames.get(operation.name) as number] as const] : []
    }),
  )

  const foreign = new Set(plan.foreign)
  const makers = [...new Set([...resolved.roots, ...plan.handed, ...plan.foreign])].filter(id => !inputs.has(id))
  const made = makers.map((id): Made => {
    const root = resolved.roots.indexOf(id)
    const by = foreign.has(id) ? 'tfjs' : plan.isCell(id) ? 'host' : 'loops'
    const over = inputNames.get((plan.overwrites[root] && replaces[root]) || '')
    return { id, shape: node(id).shape, by, root: root >= 0 ? root : undefined, over }
  })
  const madeAt = new Map(made.map(({ id }, i) => [id, i]))

  const externals = numbering<External>(sameExternal)
  const slots = new Map<NodeId, number>()
  const slotOf = (id: NodeId): number => {
    const known = slots.get(id) ?? slots.size
    slots.set(id, known)
    return known
  }
  const layouts = plan.spaces.flatMap(({ size, passes }, index) => {
    if (passes.length === 0) return []
    const layout = layoutOf(plan, index)
    const member: Member = {
      bytes: 4 * size,
      vectors: Int32Array.from(layout.slots, slotOf),
      externals: Int32Array.from(layout.externals, externals.place),
    }
    return [{ layout, member, segments: segmentsOf(plan, index, layout, memory) }]
  })
  const kinds = numbering<readonly Segment[]>((a, b) => a === b)
  for (const { segments } of layouts) kinds.place(segments)
  const grouped = kinds.items.map(segments => layouts.filter(item => item.segments === segments))

  // Scratch memory: the descriptors, class by class, then the vectors that live between passes only.
  const reductions = new Map<NodeId, number>()
  const words = grouped.flat().reduce((word, { layout }) => {
    const first = word + 1 + layout.slots.length + layout.externals.length
    for (const [i, id] of layout.reductions.entries()) reductions.set(id, first + i)
    return word + layout.words
  }, 0)
  const temporaries = new Map<NodeId, number>()
  const scratchWords = [...plan.temporaries].reduce((word, id) => {
    temporaries.set(id, word)
    return word + padded(sizeOf(node(id).shape))
  }, padded(words))

  const source = (id: NodeId): Exclude<Source, { from: 'scratch' }> => {
    const index = inputs.get(id)
    return index !== undefined ? { from: 'input', index } : { from: 'made', index: madeAt.get(id) as number }
  }
  return {
    plan,
    classes: grouped.map(items => ({
      segments: (items[0] as (typeof items)[number]).segments,
      words: (items[0] as (typeof items)[number]).layout.words,
      members: items.map(({ member }) => member),
    })),
    externals: externals.items.map(e => ({ ...e, level: e.from === 'cell' ? plan.level(e.id) : 0 })),
    vectors: [...slots.keys()].map(id => {
      const word = temporaries.get(id)
      return word === undefined ? source(id) : { from: 'scratch', word }
    }),
    made,
    madeAt,
    roots: resolved.roots.map(source),
    inputs,
    reductions,
    scratchWords,
  }
}
