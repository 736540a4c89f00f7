/** From a plan to modules that run: spaces of equal code share one, across traces and transforms. */
import type { NodeId } from '../../expr/graph.js'
import { type EmittedFunction, encodeModule } from '../../wasm/emit/encode.js'
import { emitSpace } from './emit.js'
import { imported } from './lanes.js'
import { type Layout, layoutOf, sameExternal } from './layout.js'
import type { External, Plan } from './plan.js'

/** Runs one segment over consecutive descriptors. */
export type Segment = (descriptor: number, count: number) => void

/** Spaces of equal code, whose descriptors follow each other. */
export interface SpaceClass {
  readonly segments: readonly Segment[]
  readonly words: number
  readonly members: readonly SpaceLayout[]
}

export interface SpaceLayout extends Layout {
  readonly size: number
  /** For each external of the layout, its place among those of the program. */
  readonly places: readonly number[]
}

export interface Program {
  readonly plan: Plan
  readonly classes: readonly SpaceClass[]
  /** All externals, each once. */
  readonly externals: readonly External[]
  /** At which word of the descriptors a reduced value is found. */
  readonly reductions: ReadonlyMap<NodeId, number>
}

const math: Readonly<Record<(typeof imported)[number], (x: number, y: number) => number>> = {
  exp: Math.exp,
  log: Math.log,
  pow: Math.pow,
}

const instances = new WeakMap<WebAssembly.Memory, Map<string, readonly Segment[]>>()

const instantiate = (functions: readonly EmittedFunction[], memory: WebAssembly.Memory): readonly Segment[] => {
  const known = instances.get(memory) ?? new Map<string, readonly Segment[]>()
  instances.set(memory, known)
  const imports = imported.map(name => ({
    name,
    params: name === 'pow' ? (['f64', 'f64'] as const) : (['f64'] as const),
    results: ['f64'] as const,
  }))
  const shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer
  const bytes = encodeModule(imports, functions, { maximum: 65536, shared })
  const key = bytes.join()
  const found = known.get(key)
  if (found !== undefined) return found
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, ...math } })
  const segments = functions.map(({ name }) => exports[name] as Segment)
  known.set(key, segments)
  return segments
}

/** The program of a plan, on a memory. */
export const programOf = (plan: Plan, memory: WebAssembly.Memory): Program => {
  const externals: External[] = []
  const placeOf = (external: External): number => {
    const place = externals.findIndex(known => sameExternal(known, external))
    return place >= 0 ? place : externals.push(external) - 1
  }
  const classes: { segments: readonly Segment[]; words: number; members: SpaceLayout[] }[] = []
  plan.spaces.forEach(({ size, passes }, index) => {
    if (passes.length === 0) return
    const layout = layoutOf(plan, index)
    const member = { ...layout, size, places: layout.externals.map(placeOf) }
    const segments = instantiate(emitSpace(plan, index, layout), memory)
    const found = classes.find(c => c.segments === segments)
    if (found === undefined) classes.push({ segments, words: layout.words, members: [member] })
    else found.members.push(member)
  })
  // Descriptors lie one after another, class by class.
  const reductions = new Map<NodeId, number>()
  let word = 0
  for (const { members, words } of classes)
    for (const { slots, externals: own, reductions: reduced } of members) {
      for (const [i, id] of reduced.entries()) reductions.set(id, word + 1 + slots.length + own.length + i)
      word += words
    }
  return { plan, classes, externals, reductions }
}
