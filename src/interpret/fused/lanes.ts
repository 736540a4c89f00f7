/** The operations of the algebra as instructions, on four lanes at once and on one element: the same meaning twice. */
import type { Elementwise } from '../../expr/expr.js'
import type { TensorNode } from '../../expr/graph.js'
import type { Bytes } from '../../wasm/emit/encode.js'
import { call, f32, i32, select, v128 } from '../../wasm/emit/instructions.js'
import { math } from '../../wasm/emit/math.js'

/** An instruction set for the body of a loop. A value is a local; a condition is a mask or an integer. */
export interface Lanes {
  readonly load: (offset: number) => Bytes
  readonly store: (offset: number) => Bytes
  readonly constant: (x: number) => Bytes
  readonly simple: Readonly<Record<'add' | 'sub' | 'mul' | 'div' | 'sqrt' | 'abs' | 'neg' | 'min' | 'max', Bytes>>
  readonly compare: Readonly<Record<'eq' | 'ne' | 'lt' | 'gt' | 'le' | 'ge', Bytes>>
  readonly and: Bytes
  readonly or: Bytes
  readonly not: Bytes
  /** The first of two where the condition on top holds, else the second. */
  readonly choose: Bytes
  /** 1 where the condition on top holds, else 0. */
  readonly toNumber: Bytes
  /** The lesser and the greater of a value and a bound that is no NaN: one instruction where `min` and `max` are several. */
  readonly lesser: (x: Bytes, bound: Bytes) => Bytes
  readonly greater: (x: Bytes, bound: Bytes) => Bytes
  /** A function of the module; the first operand of `pow` is the base. */
  readonly math: (name: keyof typeof math, args: readonly Bytes[]) => Bytes
}

const callOf = (name: keyof typeof math): Bytes => call(Object.keys(math).indexOf(name))

const { add, sub, mul, div, sqrt, abs, neg, min, max, eq, ne, lt, gt, le, ge } = v128
export const four: Lanes = {
  load: v128.load,
  store: v128.store,
  constant: x => [...f32.const(x), ...v128.splat],
  simple: { add, sub, mul, div, sqrt, abs, neg, min, max },
  compare: { eq, ne, lt, gt, le, ge },
  and: v128.and,
  or: v128.or,
  not: v128.not,
  choose: v128.bitselect,
  toNumber: [...f32.const(1), ...v128.splat, ...v128.and],
  lesser: (x, bound) => [...x, ...bound, ...v128.pmin],
  greater: (x, bound) => [...x, ...bound, ...v128.pmax],
  math: (name, args) => [...args.flat(), ...callOf(name)],
}

export const one: Lanes = {
  load: f32.load,
  store: f32.store,
  constant: f32.const,
  simple: {
    add: f32.add,
    sub: f32.sub,
    mul: f32.mul,
    div: f32.div,
    sqrt: f32.sqrt,
    abs: f32.abs,
    neg: f32.neg,
    min: f32.min,
    max: f32.max,
  },
  compare: { eq: f32.eq, ne: f32.ne, lt: f32.lt, gt: f32.gt, le: f32.le, ge: f32.ge },
  and: i32.and,
  or: i32.or,
  not: i32.eqz,
  choose: select,
  toNumber: f32.fromI32,
  lesser: (x, bound) => [...bound, ...x, ...bound, ...x, ...f32.lt, ...select],
  greater: (x, bound) => [...bound, ...x, ...bound, ...x, ...f32.gt, ...select],
  math: (name, args) => [...args.flatMap(arg => [...arg, ...v128.splat]), ...callOf(name), ...v128.lane(0)],
}

/**
 * The code that leaves the value of an elementwise operation on the stack.
 *
 * @param args code for each operand; each may be repeated
 * @param numbers code for the operation's host numbers: the bounds of a clip, `1 - t` and `t` of a lerp
 * @param plain whether the bounds of a minimum, maximum or clip are numbers of the rule's own, so that a NaN can only be in what
 *   they bound
 */
export type Emit = (lanes: Lanes, args: readonly Bytes[], numbers: readonly Bytes[], plain: boolean) => Bytes

type Of = (lanes: Lanes, a: Bytes, b: Bytes, c: Bytes) => Bytes

/** Of operands alone. */
const of =
  (code: Of): Emit =>
  (lanes, [a = [], b = [], c = []]) =>
    code(lanes, a, b, c)

const simple = (name: keyof Lanes['simple']): Emit => of((lanes, a, b) => [...a, ...b, ...lanes.simple[name]])
const compared = (name: keyof Lanes['compare']): Emit => of((lanes, a, b) => [...a, ...b, ...lanes.compare[name]])
const called =
  (name: keyof typeof math): Emit =>
  (lanes, args) =>
    lanes.math(name, args)

/** The operation of a node that a loop computes: inputs are loaded, choices are made before, and the others are not a loop's. */
export const elementwiseOf = ({ operation: { op } }: TensorNode): Elementwise => {
  switch (op) {
    case 'input':
    case 'constant':
    case 'select':
    case 'reduce':
    case 'opaque':
      throw new Error(`'${op}' is not elementwise`)
    default:
      return op
  }
}

/** Each operation as instructions. */
export const elementwise: Readonly<Record<Elementwise, Emit>> = {
  add: simple('add'),
  sub: simple('sub'),
  mul: simple('mul'),
  div: simple('div'),
  abs: simple('abs'),
  neg: simple('neg'),
  sqrt: simple('sqrt'),
  square: of((lanes, a) => [...a, ...a, ...lanes.simple.mul]),
  exp: called('exp'),
  log: called('log'),
  sigmoid: called('sigmoid'),
  tanh: called('tanh'),
  pow: called('pow'),
  minimum: (lanes, [a = [], b = []], _, plain) => (plain ? lanes.lesser(a, b) : [...a, ...b, ...lanes.simple.min]),
  maximum: (lanes, [a = [], b = []], _, plain) => (plain ? lanes.greater(a, b) : [...a, ...b, ...lanes.simple.max]),
  greater: compared('gt'),
  greaterEqual: compared('ge'),
  less: compared('lt'),
  lessEqual: compared('le'),
  equal: compared('eq'),
  notEqual: compared('ne'),
  logicalAnd: of((lanes, a, b) => [...a, ...b, ...lanes.and]),
  logicalOr: of((lanes, a, b) => [...a, ...b, ...lanes.or]),
  logicalNot: of((lanes, a) => [...a, ...lanes.not]),
  isNaN: of((lanes, a) => [...a, ...a, ...lanes.compare.ne]),
  isFinite: of((lanes, a) => [
    ...[...a, ...lanes.simple.abs],
    ...[...lanes.constant(Number.POSITIVE_INFINITY), ...lanes.compare.lt],
  ]),
  sign: of((lanes, a) => {
    const zero = lanes.constant(0)
    const below = [...lanes.constant(-1), ...a, ...a, ...zero, ...lanes.compare.lt, ...lanes.choose]
    return [...lanes.constant(1), ...below, ...a, ...zero, ...lanes.compare.gt, ...lanes.choose]
  }),
  where: of((lanes, condition, a, b) => [...a, ...b, ...condition, ...lanes.choose]),
  cast: of((lanes, a) => [...a, ...lanes.toNumber]),
  broadcast: of((_, a) => a),
  clip: (lanes, [a = []], [lo = [], hi = []], plain) =>
    plain ? lanes.lesser(lanes.greater(a, lo), hi) : [...a, ...lo, ...lanes.simple.max, ...hi, ...lanes.simple.min],
  lerp: (lanes, [a = [], b = []], [rest = [], t = []]) => [
    ...[...a, ...rest, ...lanes.simple.mul],
    ...[...b, ...t, ...lanes.simple.mul],
    ...lanes.simple.add,
  ],
}
