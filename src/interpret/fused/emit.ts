/**
 * The program of a space: for each segment of levels a function that runs over descriptors, leaf by leaf, pass by pass.
 *
 * Everything is named by its place in the descriptor or by a local, so leaves of equal structure give equal code, whatever
 * their size. Loops are tested at the bottom: at the top, V8 sinks loop-invariant splats into the body.
 */
import type { Reduction } from '../../expr/expr.js'
import type { NodeId, TensorNode } from '../../expr/graph.js'
import type { Bytes, EmittedFunction, ValueType } from '../../wasm/emit/encode.js'
import { f32, get, i32, loop, select, set, tee, v128, when } from '../../wasm/emit/instructions.js'
import { math } from '../../wasm/emit/math.js'
import { type Accumulator, accumulators } from './accumulate.js'
import { elementwise, four, type Lanes, one } from './lanes.js'
import {
  externalOf,
  externalWord,
  hasPlainBounds,
  type Layout,
  numbersOf,
  ownCells,
  reductionWord,
  sameExternal,
  slotWord,
} from './layout.js'
import type { External, Pass, Plan, Space } from './plan.js'

/** Lanes are added up over this many bytes at the most before they are added to a double. */
const block = 4096

const descriptor = 0
const count = 1

/** A function's locals, handed out as they are asked for. */
const localsFrom = (first: number) => {
  const types: ValueType[] = []
  return { types, make: (type: ValueType): number => first + types.push(type) - 1 }
}
type Locals = ReturnType<typeof localsFrom>

/** A cell of a pass, in a local for one element and, once asked for, in another for four. */
interface Cell {
  readonly scalar: number
  readonly bool: boolean
}

const emitPass = (plan: Plan, space: number, layout: Layout, pass: Pass, locals: Locals): Bytes => {
  const node = (id: NodeId) => plan.graph.tensors[id] as TensorNode
  const operands = (id: NodeId) => plan.resolved.operands.get(id) ?? []
  const kindOf = (id: NodeId): Reduction => {
    const { operation } = node(id)
    return operation.op === 'reduce' ? operation.kind : 'sum'
  }
  const word = (index: number) => 4 * index

  // Prologue: addresses, cells, and their copies in four lanes.
  const prologue: number[] = []
  const bytes = locals.make('i32')
  const whole = locals.make('i32')
  prologue.push(...get(descriptor), ...i32.load(0), ...tee(bytes), ...i32.const(~15), ...i32.and, ...set(whole))
  const pointers = new Map<NodeId, number>()
  for (const id of new Set([...pass.loads, ...pass.stores])) {
    const pointer = locals.make('i32')
    prologue.push(...get(descriptor), ...i32.load(word(slotWord(layout.slots.indexOf(id)))), ...set(pointer))
    pointers.set(id, pointer)
  }
  const outside = new Map<number, Cell>()
  const loadExternal = (external: External, bool: boolean): Cell => {
    const index = layout.externals.findIndex(known => sameExternal(known, external))
    const known = outside.get(index)
    if (known !== undefined) return known
    const scalar = locals.make(bool ? 'i32' : 'f32')
    const loaded = [...get(descriptor), ...f32.load(word(externalWord(layout, index)))]
    prologue.push(...loaded, ...(bool ? [...f32.const(0), ...f32.ne] : []), ...set(scalar))
    const cell = { scalar, bool }
    outside.set(index, cell)
    return cell
  }
  const cells = new Map<NodeId, Cell>()
  const cellOf = (id: NodeId): Cell => {
    const known = cells.get(id)
    if (known !== undefined) return known
    const external = externalOf(plan, space, id)
    return loadExternal(external as External, node(id).dtype === 'bool') // its own cells are all known by then
  }
  for (const id of ownCells(plan, space, pass)) {
    const bool = node(id).dtype === 'bool'
    const reduction = layout.reductions.indexOf(id)
    const code =
      reduction >= 0
        ? [...get(descriptor), ...f32.load(word(reductionWord(layout, reduction)))]
        : cellCode(
            plan,
            id,
            arg => get(cellOf(arg).scalar),
            external => get(loadExternal(external, false).scalar),
          )
    const scalar = locals.make(bool ? 'i32' : 'f32')
    prologue.push(...code, ...set(scalar))
    cells.set(id, { scalar, bool })
  }
  const splats = new Map<number, number>()
  const splat = ({ scalar, bool }: Cell): number => {
    const known = splats.get(scalar)
    if (known !== undefined) return known
    const lanes = locals.make('v128')
    // A condition is all ones or all zeros in each lane.
    prologue.push(
      ...(bool ? [...i32.const(0), ...get(scalar), ...i32.sub, ...v128.i32Splat] : [...get(scalar), ...v128.splat]),
      ...set(lanes),
    )
    splats.set(scalar, lanes)
    return lanes
  }

  // x / c is x k (1 / (c k)), four times as fast in a loop; k of 2^64 where c is so small that its inverse may be infinite.
  const inverses = new Map<number, { readonly factor: Cell; readonly inverse: Cell }>()
  const inverseOf = (divisor: Cell): { readonly factor: Cell; readonly inverse: Cell } => {
    const found = inverses.get(divisor.scalar)
    if (found !== undefined) return found
    const [factor, inverse] = [locals.make('f32'), locals.make('f32')]
    const c = get(divisor.scalar)
    prologue.push(
      ...f32.const(2 ** 64),
      ...f32.const(1),
      ...c,
      ...f32.abs,
      ...f32.const(2 ** -100),
      ...f32.lt,
      ...select,
    )
    prologue.push(...set(factor), ...f32.const(1), ...c, ...get(factor), ...f32.mul, ...f32.div, ...set(inverse))
    const made = { factor: { scalar: factor, bool: false }, inverse: { scalar: inverse, bool: false } }
    inverses.set(divisor.scalar, made)
    return made
  }

  // The body, for four lanes or for one element.
  const index = locals.make('i32')
  const body = (
    lanes: Lanes,
    type: 'v128' | 'f32',
    cell: (c: Cell) => number,
    reduceInto: (id: NodeId, value: Bytes) => Bytes,
  ): Bytes => {
    const values = new Map<NodeId, number>()
    const address = (id: NodeId): Bytes => [...get(pointers.get(id) as number), ...get(index), ...i32.add]
    const operand = (id: NodeId): Bytes => get(plan.isCell(id) ? cell(cellOf(id)) : (values.get(id) as number))
    const keep = (id: NodeId, code: Bytes): Bytes => {
      const value = locals.make(type === 'f32' && node(id).dtype === 'bool' ? 'i32' : type)
      values.set(id, value)
      return [...code, ...set(value)]
    }
    const loaded = pass.loads.flatMap(id => keep(id, [...address(id), ...lanes.load(0)]))
    const computed = pass.compute.flatMap(id => {
      const args = operands(id)
      const numbers = numbersOf(node(id)).map(external => get(cell(loadExternal(external, false))))
      if (node(id).operation.op === 'div' && plan.isCell(args[1] as NodeId)) {
        const [x, divisor] = args as readonly [NodeId, NodeId]
        const { factor, inverse } = inverseOf(cellOf(divisor))
        return keep(id, [
          ...operand(x),
          ...[...get(cell(factor)), ...lanes.simple.mul],
          ...[...get(cell(inverse)), ...lanes.simple.mul],
        ])
      }
      return keep(id, elementwise(lanes, node(id).operation.op, args.map(operand), numbers, hasPlainBounds(plan, id)))
    })
    const stored = pass.stores.flatMap(id => [...address(id), ...operand(id), ...lanes.store(0)])
    const reduced = pass.reductions.flatMap(id => reduceInto(id, operand(operands(id)[0] as NodeId)))
    return [...loaded, ...computed, ...stored, ...reduced]
  }

  const reductions = new Map(pass.reductions.map(id => [id, accumulators[kindOf(id)](locals.make, get(bytes))]))
  const accumulator = (id: NodeId) => reductions.get(id) as Accumulator
  const all = [...reductions.values()]
  const blocked = all.filter(({ inBlocks }) => inBlocks)
  const others = all.filter(({ inBlocks }) => !inBlocks)

  const vectorBody = body(four, 'v128', splat, (id, value) => accumulator(id).addLanes(value))
  const scalarBody = body(
    one,
    'f32',
    cell => cell.scalar,
    (id, value) => accumulator(id).addOne(value),
  )
  const advance = (step: number): Bytes => [...get(index), ...i32.const(step), ...i32.add, ...tee(index)]
  const below = (limit: Bytes): Bytes => [...limit, ...i32.ltU]

  const inBlocks = (): Bytes => {
    const limit = locals.make('i32')
    const next = [...get(index), ...i32.const(block), ...i32.add]
    const nearer = [...next, ...get(whole), ...next, ...get(whole), ...i32.ltU, ...select, ...set(limit)]
    const run = loop([...vectorBody, ...advance(16), ...below(get(limit))])
    return loop([
      ...blocked.flatMap(({ clear }) => clear),
      ...nearer,
      ...run,
      ...blocked.flatMap(({ flush }) => flush),
      ...get(index),
      ...below(get(whole)),
    ])
  }
  const vectors = blocked.length > 0 ? inBlocks() : loop([...vectorBody, ...advance(16), ...below(get(whole))])
  const tail = loop([...scalarBody, ...advance(4), ...below(get(bytes))])

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

const cellCode = (plan: Plan, id: NodeId, arg: (id: NodeId) => Bytes, number: (external: External) => Bytes): Bytes => {
  const node = plan.graph.tensors[id] as TensorNode
  const args = (plan.resolved.operands.get(id) ?? []).map(arg)
  // A reduction of one element is that element, or its magnitude.
  if (node.operation.op === 'reduce')
    return node.operation.kind === 'norm' ? [...(args[0] as Bytes), ...f32.abs] : (args[0] as Bytes)
  return elementwise(one, node.operation.op, args, numbersOf(node).map(number), hasPlainBounds(plan, id))
}

/** The functions of a space: those of mathematics that it calls, and one, exported, for each segment between barriers. */
export const emitSpace = (plan: Plan, index: number, layout: Layout): readonly EmittedFunction[] => {
  const { passes } = plan.spaces[index] as Space
  const bounds = [0, ...plan.barriers, Number.POSITIVE_INFINITY]
  const segments = bounds.slice(0, -1).map((from, segment): EmittedFunction => {
    const locals = localsFrom(2)
    const inside = passes.filter(({ level }) => level >= from && level < (bounds[segment + 1] as number))
    const leaf = inside.flatMap(pass => emitPass(plan, index, layout, pass, locals))
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
