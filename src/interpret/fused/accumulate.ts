/** Reducing a vector in a loop: four lanes at once, then one total. */
import type { Reduction } from '../../expr/expr.js'
import type { Bytes, ValueType } from '../../wasm/emit/encode.js'
import { f32, f64, f64x2, get, select, set, tee, v128 } from '../../wasm/emit/instructions.js'

/** The code of one reduction, over locals of its own. Values are code too, and may be repeated. */
export interface Accumulator {
  /** Before the loops. */
  readonly begin: Bytes
  /** Empties the lanes; before each block, or before the loops. */
  readonly clear: Bytes
  /** Takes in four values, or one. */
  readonly addLanes: (value: Bytes) => Bytes
  readonly addOne: (value: Bytes) => Bytes
  /** Adds what the lanes hold to the total. */
  readonly flush: Bytes
  /** Leaves the result, a float32. */
  readonly result: Bytes
  /** Whether lanes have to be emptied now and then, so as not to lose digits. */
  readonly inBlocks: boolean
}

type Make = (type: ValueType) => number

/** Sums add up in float32 lanes for a block, and in a double over blocks: accurate for 10^7 elements. */
const sum = (make: Make): Accumulator => {
  const [total, lanes] = [make('f64'), make('v128')]
  const addOne = (value: Bytes): Bytes => [...get(total), ...value, ...f64.fromF32, ...f64.add, ...set(total)]
  return {
    begin: [...f64.const(0), ...set(total)],
    clear: [...f32.const(0), ...v128.splat, ...set(lanes)],
    addLanes: value => [...get(lanes), ...value, ...v128.add, ...set(lanes)],
    addOne,
    flush: [0, 1, 2, 3].flatMap(n => addOne([...get(lanes), ...v128.lane(n)])),
    result: [...get(total), ...f32.fromF64],
    inBlocks: true,
  }
}

/** Squares are those of doubles, which neither overflow nor vanish where float32 does. */
const norm = (make: Make): Accumulator => {
  const [total, lanes, half] = [make('f64'), make('v128'), make('v128')]
  const square: Bytes = [...v128.promoteLow, ...tee(half), ...get(half), ...f64x2.mul, ...f64x2.add]
  return {
    begin: [...f64.const(0), ...set(total)],
    clear: [...f32.const(0), ...v128.splat, ...set(lanes)],
    addLanes: value => [
      ...get(lanes),
      ...value,
      ...square,
      ...value,
      ...value,
      ...v128.upper,
      ...square,
      ...set(lanes),
    ],
    addOne: value => {
      const double = [...value, ...f64.fromF32]
      return [...get(total), ...double, ...double, ...f64.mul, ...f64.add, ...set(total)]
    },
    flush: [0, 1].flatMap(n => [...get(total), ...get(lanes), ...f64x2.lane(n), ...f64.add, ...set(total)]),
    result: [...get(total), ...f64.sqrt, ...f32.fromF64],
    inBlocks: false,
  }
}

const extreme =
  (start: number, one: Bytes, four: Bytes) =>
  (make: Make, notEmpty: Bytes): Accumulator => {
    const [total, lanes] = [make('f32'), make('v128')]
    const addOne = (value: Bytes): Bytes => [...get(total), ...value, ...one, ...set(total)]
    return {
      begin: [...f32.const(start), ...set(total)],
      clear: [...f32.const(start), ...v128.splat, ...set(lanes)],
      addLanes: value => [...get(lanes), ...value, ...four, ...set(lanes)],
      addOne,
      flush: [0, 1, 2, 3].flatMap(n => addOne([...get(lanes), ...v128.lane(n)])),
      // The greatest or least of nothing is 0, as every reduction of nothing.
      result: [...get(total), ...f32.const(0), ...notEmpty, ...select],
      inBlocks: false,
    }
  }

/** How each reduction is done, given where to get locals, and code that tells whether there are any elements. */
export const accumulators: Readonly<Record<Reduction, (make: Make, notEmpty: Bytes) => Accumulator>> = {
  sum,
  norm,
  max: extreme(Number.NEGATIVE_INFINITY, f32.max, v128.max),
  min: extreme(Number.POSITIVE_INFINITY, f32.min, v128.min),
}
