/** From a plan to what runs: modules, shared by spaces of equal code, and tables of where everything comes from. */
import type { Graph, NodeId, TensorNode } from '../../expr/graph.js'
import { type Shape, sizeOf } from '../../expr/shape.js'
import { encodeModule } from '../../wasm/emit/encode.js'
import { type Recent, recent } from '../recent.js'
import { emitSpace } from './emit.js'
import { externalWord, type Layout, layoutOf, reductionWord, slotWord, structureOf } from './layout.js'
import { groupsOf } from './passes.js'
import type { External, Plan } from './plan.js'

/** Runs one segment over consecutive descriptors. */
export type Segment = (descriptor: number, count: number) => void

/** A tensor that a run makes. */
export interface Made {
  readonly id: NodeId
  readonly shape: Shape
  readonly size: number
  /** Who makes it: the loops, the host (a cell), or tfjs (a foreign node). */
  readonly by: 'loops' | 'host' | 'tfjs'
  /** The place of the input that it may be written over, if there is one. */
  readonly over: number | undefined
}

/** Spaces of equal code, whose descriptors follow each other. */
export interface SpaceClass {
  readonly segments: readonly Segment[]
  /** How many there are, and the words of each one's descriptor. */
  readonly members: number
  readonly words: number
}

/** Which words of the descriptors are copied from where. */
export interface Copies {
  readonly words: Int32Array
  readonly sources: Int32Array
}

/**
 * What has an address has a place: first the inputs, then the tensors that a run makes, then the vectors that it keeps in its
 * scratch memory, behind the descriptors.
 */
export interface FusedProgram {
  readonly plan: Plan
  readonly classes: readonly SpaceClass[]
  /** The inputs whose bytes are looked at or overwritten. */
  readonly read: readonly number[]
  readonly made: readonly Made[]
  readonly firstMade: number
  /** Of what is made: what the host computes, by index, and by place what is disposed at the end. */
  readonly hostMade: readonly number[]
  readonly passing: readonly number[]
  readonly placeOf: ReadonlyMap<NodeId, number>
  readonly roots: readonly number[]
  /** All externals that are no literals, each once, with the level from which on its value is known. */
  readonly externals: readonly (External & { readonly level: number })[]
  /** The descriptors with sizes and literals, and what is to be added: an address for each slot, a number for each external. */
  readonly descriptors: Int32Array
  readonly slots: Copies
  readonly externalWords: Copies
  /** At which word of the scratch memory a reduced value is found, and where each vector kept in it begins. */
  readonly reductions: ReadonlyMap<NodeId, number>
  readonly temporaries: readonly number[]
  readonly scratchWords: number
}

/** How many structures of code are kept: those of many rules at once, for a rule has a few. */
const mostStructures = 256

const known = new WeakMap<WebAssembly.Memory, Recent<string, readonly Segment[]>>()

/** The code of a space, made once for each structure. */
const segmentsOf = (plan: Plan, index: number, layout: Layout, memory: WebAssembly.Memory): readonly Segment[] => {
  const instances = known.get(memory) ?? recent<string, readonly Segment[]>(mostStructures)
  known.set(memory, instances)
  const structure = structureOf(plan, index, layout)
  const found = instances.get(structure)
  if (found !== undefined) return found
  const functions = emitSpace(plan, index, layout)
  const shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer
  const module = new WebAssembly.Module(encodeModule(functions, { maximum: 65536, shared }))
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  const segments = Object.values(exports) as Segment[]
  instances.set(structure, segments)
  return segments
}

/** Numbers items as they are first asked about; those of equal key are one. */
const numbering = <T>(key: (item: T) => unknown) => {
  const items: T[] = []
  const places = new Map<unknown, number>()
  const place = (item: T): number => {
    const found = places.get(key(item)) ?? items.push(item) - 1
    places.set(key(item), found)
    return found
  }
  return { items, place }
}

/** The value of an external that is the same in every run. */
const literalOf = ({ scalars }: Graph, { from, id }: External): number | undefined => {
  const number = from === 'cell' ? undefined : scalars[id]
  if (number?.op !== 'literal') return undefined
  return from === 'number' ? number.value : 1 - number.value
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
): FusedProgram => {
  const { graph, resolved } = plan
  const node = (id: NodeId) => graph.tensors[id] as TensorNode
  const placeOf = new Map(
    resolved.order.flatMap(id => {
      const { operation } = node(id)
      return operation.op === 'input' ? [[id, inputNames.get(operation.name) as number] as const] : []
    }),
  )
  const inputs = [...placeOf.values()]

  const foreign = new Set(plan.foreign)
  const rootOf = new Map(resolved.roots.map((id, i) => [id, i] as const).reverse())
  const makers = [...new Set([...resolved.roots, ...plan.handed, ...plan.foreign])].filter(id => !placeOf.has(id))
  const made = makers.map((id): Made => {
    const root = rootOf.get(id) ?? -1
    const by = foreign.has(id) ? 'tfjs' : plan.isCell(id) ? 'host' : 'loops'
    const over = by === 'tfjs' ? undefined : inputNames.get((plan.overwrites[root] && replaces[root]) || '')
    return { id, shape: node(id).shape, size: sizeOf(node(id).shape), by, over }
  })
  const firstMade = inputNames.size
  for (const id of [...makers, ...plan.temporaries]) placeOf.set(id, inputNames.size + placeOf.size - inputs.length)

  const externals = numbering<External>(({ from, id }) => `${from} ${id}`)
  const layouts = plan.spaces.flatMap(({ size, passes }, index) => {
    if (passes.length === 0) return []
    const layout = layoutOf(plan, index)
    return [{ layout, size, segments: segmentsOf(plan, index, layout, memory) }]
  })
  const grouped = groupsOf(layouts, ({ segments }) => segments)

  // Scratch memory: the descriptors, class by class, then the vectors that live between passes only.
  const reductions = new Map<NodeId, number>()
  const sizes: (readonly [word: number, bytes: number])[] = []
  const slots: (readonly [word: number, place: number])[] = []
  const numbers: (readonly [word: number, external: number])[] = []
  const literals: (readonly [word: number, value: number])[] = []
  const classes = [...grouped.values()]
  const words = classes.flat().reduce((word, { layout, size }) => {
    sizes.push([word, 4 * size])
    for (const [i, id] of layout.slots.entries()) slots.push([word + slotWord(i), placeOf.get(id) as number])
    for (const [i, external] of layout.externals.entries()) {
      const value = literalOf(graph, external)
      if (value === undefined) numbers.push([word + externalWord(layout, i), externals.place(external)])
      else literals.push([word + externalWord(layout, i), value])
    }
    for (const [i, id] of layout.reductions.entries()) reductions.set(id, word + reductionWord(layout, i))
    return word + layout.words
  }, 0)
  const descriptors = new Int32Array(words)
  const floats = new Float32Array(descriptors.buffer)
  for (const [word, bytes] of sizes) descriptors[word] = bytes
  for (const [word, value] of literals) floats[word] = value
  const temporaries: number[] = []
  const scratchWords = [...plan.temporaries].reduce((word, id) => {
    temporaries.push(word)
    return word + padded(sizeOf(node(id).shape))
  }, padded(words))

  return {
    plan,
    classes: classes.map(items => {
      const { segments, layout } = items[0] as (typeof items)[number]
      return { segments, members: items.length, words: layout.words }
    }),
    read: [...new Set([...inputs, ...made.flatMap(({ over }) => over ?? [])])],
    made,
    firstMade,
    hostMade: made.flatMap(({ by }, i) => (by === 'host' ? [i] : [])),
    passing: made.flatMap(({ id }, i) => (rootOf.has(id) ? [] : [firstMade + i])),
    placeOf,
    roots: resolved.roots.map(id => placeOf.get(id) as number),
    externals: externals.items.map(e => ({ ...e, level: e.from === 'cell' ? plan.level(e.id) : 0 })),
    descriptors,
    slots: copies(slots),
    externalWords: copies(numbers),
    reductions,
    temporaries,
    scratchWords,
  }
}

const copies = (pairs: readonly (readonly [number, number])[]): Copies => ({
  words: Int32Array.from(pairs, ([word]) => word),
  sources: Int32Array.from(pairs, ([, source]) => source),
})
