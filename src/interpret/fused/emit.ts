/**
 * The program of a space: for each segment of levels a function that runs over descriptors, leaf by leaf, pass by pass.
 *
 * Everything is named by its place in the descriptor or by a local, so leaves of equal structure give equal code, whatever
 * their size. Loops are tested at the bottom: at the top, V8 sinks loop-invariant splats into the body.
 */
import type { Reduction } from '../../expr/expr.js'
import type { NodeId, TensorNode } from '../../expr/graph.js'
import type { Bytes, EmittedFunction, ValueType } from '../../wasm/emit/encode.js'
import { f32, get, i32, loop, select, set, tee, when } from '../../wasm/emit/instructions.js'
import { math } from '../../wasm/emit/math.js'
import { type Accumulator, accumulators } from './accumulate.js'
import { type Cell, type Cells, cellsOf, descriptor, type Writing, word } from './cells.js'
import { elementwise, elementwiseOf, four, type Lanes, one } from './lanes.js'
import { hasPlainBounds, type Layout, numbersOf, ownCells, reductionWord, slotWord } from './layout.js'
import type { Plan, Space } from './plan.js'

/** Lanes are added up over this many bytes at the most before they are added to a double. */
const block = 4096

const count = 1

/** A function's locals, handed out as they are asked for. */
const localsFrom = (first: number) => {
  const types: ValueType[] = []
  return { types, make: (type: ValueType): number => first + types.push(type) - 1 }
}

/** The locals that all loops of a pass share: sizes in bytes, all and those of whole vectors; where the loop is; addresses. */
interface Frame {
  readonly bytes: number
  readonly whole: number
  readonly index: number
  readonly pointers: ReadonlyMap<NodeId, number>
}

const frameOf = ({ layout, pass, make, prologue }: Writing): Frame => {
  const [bytes, whole] = [make('i32'), make('i32')]
  prologue.push(...get(descriptor), ...i32.load(0), ...tee(bytes), ...i32.const(~15), ...i32.and, ...set(whole))
  const pointers = new Map<NodeId, number>()
  for (const id of new Set([...pass.loads, ...pass.stores])) {
    const pointer = make('i32')
    prologue.push(...get(descriptor), ...i32.load(word(slotWord(layout.slots.indexOf(id)))), ...set(pointer))
    pointers.set(id, pointer)
  }
  return { bytes, whole, index: make('i32'), pointers }
}

/** What tells the body for four lanes from that for one element. */
interface Width {
  readonly lanes: Lanes
  readonly type: 'v128' | 'f32'
  /** The local of a cell. */
  readonly local: (cell: Cell) => number
  readonly reduceInto: (id: NodeId, value: Bytes) => Bytes
}

/** Loads, operations, stores and reductions of one turn of a loop. */
const bodyOf = (
  { plan, pass, make }: Writing,
  { index, pointers }: Frame,
  { cellOf, external, inverseOf }: Cells,
  { lanes, type, local, reduceInto }: Width,
): Bytes => {
  const node = (id: NodeId) => plan.graph.tensors[id] as TensorNode
  const operands = (id: NodeId) => plan.resolved.operands.get(id) ?? []
  const values = new Map<NodeId, number>()
  const address = (id: NodeId): Bytes => [...get(pointers.get(id) as number), ...get(index), ...i32.add]
  const operand = (id: NodeId): Bytes => get(plan.isCell(id) ? local(cellOf(id)) : (values.get(id) as number))
  const keep = (id: NodeId, code: Bytes): Bytes => {
    const value = make(type === 'f32' && node(id).dtype === 'bool' ? 'i32' : type)
    values.set(id, value)
    return [...code, ...set(value)]
  }
  const quotient = (x: NodeId, divisor: NodeId): Bytes => {
    const { factor, inverse } = inverseOf(cellOf(divisor))
    const times = (cell: Cell) => [...get(local(cell)), ...lanes.simple.mul]
    return [...operand(x), ...times(factor), ...times(inverse)]
  }
  const loaded = pass.loads.flatMap(id => keep(id, [...address(id), ...lanes.load(0)]))
  const computed = pass.compute.flatMap(id => {
    const args = operands(id)
    const numbers = numbersOf(node(id)).map(number => get(local(external(number))))
    const op = elementwiseOf(node(id))
    if (op === 'div' && plan.isCell(args[1] as NodeId)) return keep(id, quotient(args[0] as NodeId, args[1] as NodeId))
    return keep(id, elementwise[op](lanes, args.map(operand), numbers, hasPlainBounds(plan, id)))
  })
  const stored = pass.stores.flatMap(id => [...address(id), ...operand(id), ...lanes.store(0)])
  const reduced = pass.reductions.flatMap(id => reduceInto(id, operand(operands(id)[0] as NodeId)))
  return [...loaded, ...computed, ...stored, ...reduced]
}

const below = (limit: Bytes): Bytes => [...limit, ...i32.ltU]

const advance = ({ index }: Frame, step: number): Bytes => [
  ...get(index),
  ...i32.const(step),
  ...i32.add,
  ...tee(index),
]

/** The loop over whole vectors; where a reduction has to empty its lanes now and then, in blocks. */
const vectorLoop = ({ make }: Writing, frame: Frame, body: Bytes, blocked: readonly Accumulator[]): Bytes => {
  const { index, whole } = frame
  const run = (limit: number) => loop([...body, ...advance(frame, 16), ...below(get(limit))])
  if (blocked.length === 0) return run(whole)
  const limit = make('i32')
  const next = [...get(index), ...i32.const(block), ...i32.add]
  const nearer = [...next, ...get(whole), ...next, ...get(whole), ...i32.ltU, ...select, ...set(limit)]
  return loop([
    ...blocked.flatMap(({ clear }) => clear),
    ...nearer,
    ...run(limit),
    ...blocked.flatMap(({ flush }) => flush),
    ...get(index),
    ...below(get(whole)),
  ])
}

const kindOf = ({ operation }: TensorNode): Reduction => (operation.op === 'reduce' ? operation.kind : 'sum')

const emitPass = (writing: Writing): Bytes => {
  const { plan, layout, pass, make, prologue } = writing
  const frame = frameOf(writing)
  const cells = cellsOf(writing)
  const { bytes, whole, index } = frame
  const reductions = new Map(
    pass.reductions.map(id => [id, accumulators[kindOf(plan.graph.tensors[id] as TensorNode)](make, get(bytes))]),
  )
  const accumulator = (id: NodeId) => reductions.get(id) as Accumulator
  const all = [...reductions.values()]
  const blocked = all.filter(({ inBlocks }) => inBlocks)
  const others = all.filter(({ inBlocks }) => !inBlocks)

  const reduceLanes: Width['reduceInto'] = (id, value) => accumulator(id).addLanes(value)
  const reduceOne: Width['reduceInto'] = (id, value) => accumulator(id).addOne(value)
  const lanesBody = bodyOf(writing, frame, cells, {
    lanes: four,
    type: 'v128',
    local: cells.splat,
    reduceInto: reduceLanes,
  })
  const elementBody = bodyOf(writing, frame, cells, {
    lanes: one,
    type: 'f32',
    local: cell => cell.scalar,
    reduceInto: reduceOne,
  })
  const vectors = vectorLoop(writing, frame, lanesBody, blocked)
  const tail = loop([...elementBody, ...advance(frame, 4), ...below(get(bytes))])
  const finish = pass.reductions.flatMap(id => {
    const place = word(reductionWord(layout, layout.reductions.indexOf(id)))
    return [...get(descriptor), ...accumulator(id).result, ...f32.store(place)]
  })
  return [
    ...prologue,
    ...all.flatMap(({ begin }) => begin),
    ...others.flatMap(({ clear }) => clear),
    ...[...i32.const(0), ...set(index)],
    ...[...get(whole), ...when(vectors)],
    ...others.flatMap(({ flush }) => flush),
    ...[...get(index), ...below(get(bytes)), ...when(tail)],
    ...finish,
  ]
}

/** The functions of a space: those of mathematics that it calls, and one, exported, for each segment between barriers. */
export const emitSpace = (plan: Plan, index: number, layout: Layout): readonly EmittedFunction[] => {
  const { passes } = plan.spaces[index] as Space
  const bounds = [0, ...plan.barriers, Number.POSITIVE_INFINITY]
  const segments = bounds.slice(0, -1).map((from, segment): EmittedFunction => {
    const locals = localsFrom(2)
    const inside = passes.filter(({ level }) => level >= from && level < (bounds[segment + 1] as number))
    const leaf = inside.flatMap(pass => emitPass({ plan, space: index, layout, pass, make: locals.make, prologue: [] }))
    const nextLeaf = [...get(descriptor), ...i32.const(4 * layout.words), ...i32.add, ...set(descriptor)]
    const left = [...get(count), ...i32.const(1), ...i32.sub, ...tee(count)]
    return {
      name: `segment${segment}`,
      params: ['i32', 'i32'],
      results: [],
      locals: locals.types,
      code: loop([...leaf, ...nextLeaf, ...left]),
    }
  })
  const names = Object.keys(math)
  const called = passes
    .flatMap(pass => [...ownCells(plan, index, pass), ...pass.compute])
    .map(id => names.indexOf((plan.graph.tensors[id] as TensorNode).operation.op))
  return [...Object.values(math).slice(0, 1 + Math.max(-1, ...called)), ...segments]
}
