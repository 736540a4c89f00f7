/** The cells that the loops of a pass use: in a local for one element and, once asked for, in another for four. */
import type { NodeId, TensorNode } from '../../expr/graph.js'
import type { Bytes, ValueType } from '../../wasm/emit/encode.js'
import { f32, get, i32, select, set, v128 } from '../../wasm/emit/instructions.js'
import { elementwise, elementwiseOf, one } from './lanes.js'
import {
  externalOf,
  externalWord,
  hasPlainBounds,
  type Layout,
  numbersOf,
  ownCells,
  reductionWord,
  sameExternal,
} from './layout.js'
import type { Pass } from './passes.js'
import type { External, Plan } from './plan.js'

/** The code of a pass while it is written. */
export interface Writing {
  readonly plan: Plan
  /** Which space of the plan. */
  readonly space: number
  readonly layout: Layout
  readonly pass: Pass
  /** A local of its own. */
  readonly make: (type: ValueType) => number
  /** What runs before the loops; it grows by what they turn out to need. */
  readonly prologue: number[]
}

/** The local with the address of the descriptor. */
export const descriptor = 0

/** Bytes from the beginning of a descriptor. */
export const word = (index: number): number => 4 * index

/** A cell in a local, for one element. */
export interface Cell {
  readonly scalar: number
  readonly bool: boolean
}

/** What of a pass's operands are cells. */
export interface Cells {
  readonly cellOf: (id: NodeId) => Cell
  readonly external: (external: External) => Cell
  /** The local with a cell in each of four lanes. */
  readonly splat: (cell: Cell) => number
  readonly inverseOf: (divisor: Cell) => Inverse
}

/** x / c is x k (1 / (c k)), four times as fast in a loop; k of 2^64 where c is so small that its inverse may be infinite. */
export interface Inverse {
  readonly factor: Cell
  readonly inverse: Cell
}

/** Calls a function once for each key. */
const once = <K, V>(make: (key: K) => V): ((key: K) => V) => {
  const known = new Map<K, V>()
  return key => {
    if (!known.has(key)) known.set(key, make(key))
    return known.get(key) as V
  }
}

const cellCode = (plan: Plan, id: NodeId, arg: (id: NodeId) => Bytes, number: (external: External) => Bytes): Bytes => {
  const node = plan.graph.tensors[id] as TensorNode
  const args = (plan.resolved.operands.get(id) ?? []).map(arg)
  // A reduction of one element is that element, or its magnitude.
  if (node.operation.op === 'reduce')
    return node.operation.kind === 'norm' ? [...(args[0] as Bytes), ...f32.abs] : (args[0] as Bytes)
  return elementwise[elementwiseOf(node)](one, args, numbersOf(node).map(number), hasPlainBounds(plan, id))
}

/** A condition is all ones or all zeros in each lane. */
const splatter = ({ make, prologue }: Writing): Cells['splat'] =>
  once(({ scalar, bool }) => {
    const lanes = make('v128')
    const splat = bool
      ? [...i32.const(0), ...get(scalar), ...i32.sub, ...v128.i32Splat]
      : [...get(scalar), ...v128.splat]
    prologue.push(...splat, ...set(lanes))
    return lanes
  })

const inverter = ({ make, prologue }: Writing): Cells['inverseOf'] =>
  once(({ scalar }) => {
    const [factor, inverse] = [make('f32'), make('f32')]
    const c = get(scalar)
    const isTiny = [...c, ...f32.abs, ...f32.const(2 ** -100), ...f32.lt]
    prologue.push(...f32.const(2 ** 64), ...f32.const(1), ...isTiny, ...select, ...set(factor))
    prologue.push(...f32.const(1), ...c, ...get(factor), ...f32.mul, ...f32.div, ...set(inverse))
    return { factor: { scalar: factor, bool: false }, inverse: { scalar: inverse, bool: false } }
  })

/** The cells of a pass. Those that it computes itself are written into its prologue now, the others when they are asked for. */
export const cellsOf = (writing: Writing): Cells => {
  const { plan, space, layout, pass, make, prologue } = writing
  const isBool = (id: NodeId) => plan.graph.tensors[id]?.dtype === 'bool'
  const outside = new Map<number, Cell>()
  const load = (external: External, bool: boolean): Cell => {
    const index = layout.externals.findIndex(known => sameExternal(known, external))
    const known = outside.get(index)
    if (known !== undefined) return known
    const scalar = make(bool ? 'i32' : 'f32')
    const loaded = [...get(descriptor), ...f32.load(word(externalWord(layout, index)))]
    prologue.push(...loaded, ...(bool ? [...f32.const(0), ...f32.ne] : []), ...set(scalar))
    const cell = { scalar, bool }
    outside.set(index, cell)
    return cell
  }
  const own = new Map<NodeId, Cell>()
  const external = (given: External): Cell => load(given, false)
  // Its own cells are all known by the time that others ask.
  const cellOf = (id: NodeId): Cell => own.get(id) ?? load(externalOf(plan, space, id) as External, isBool(id))
  for (const id of ownCells(plan, space, pass)) {
    const reduction = layout.reductions.indexOf(id)
    const code =
      reduction >= 0
        ? [...get(descriptor), ...f32.load(word(reductionWord(layout, reduction)))]
        : cellCode(
            plan,
            id,
            arg => get(cellOf(arg).scalar),
            number => get(external(number).scalar),
          )
    const scalar = make(isBool(id) ? 'i32' : 'f32')
    prologue.push(...code, ...set(scalar))
    own.set(id, { scalar, bool: isBool(id) })
  }
  return { cellOf, external, splat: splatter(writing), inverseOf: inverter(writing) }
}
