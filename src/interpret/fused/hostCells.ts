/** Cells on the host: values of one element that no space computes, in float32 as tfjs would. */
import type { Elementwise } from '../../expr/expr.js'
import type { TensorNode } from '../../expr/graph.js'
import { scalarOperations } from '../../expr/scalar.js'

const { fround } = Math

type Meaning = (args: readonly [number, number, number], numbers: readonly [number, number]) => number

const of =
  (f: (a: number, b: number) => number): Meaning =>
  ([a, b]) =>
    f(a, b)

const meaning: Readonly<Record<Elementwise, Meaning>> = {
  abs: of(scalarOperations.abs),
  neg: of(scalarOperations.neg),
  sqrt: of(scalarOperations.sqrt),
  square: ([x]) => x * x,
  exp: of(scalarOperations.exp),
  log: of(scalarOperations.log),
  sigmoid: ([x]) => 1 / (1 + Math.exp(-x)),
  tanh: ([x]) => Math.tanh(x),
  sign: ([x]) => (x > 0 ? 1 : x < 0 ? -1 : x),
  isNaN: ([x]) => Number(Number.isNaN(x)),
  isFinite: ([x]) => Number(Number.isFinite(x)),
  logicalNot: of(scalarOperations.logicalNot),
  add: of(scalarOperations.add),
  sub: of(scalarOperations.sub),
  mul: of(scalarOperations.mul),
  div: of(scalarOperations.div),
  pow: of(scalarOperations.pow),
  minimum: of(scalarOperations.minimum),
  maximum: of(scalarOperations.maximum),
  greater: of(scalarOperations.greater),
  greaterEqual: of(scalarOperations.greaterEqual),
  less: of(scalarOperations.less),
  lessEqual: of(scalarOperations.lessEqual),
  equal: of(scalarOperations.equal),
  notEqual: ([a, b]) => Number(a !== b),
  logicalAnd: of(scalarOperations.logicalAnd),
  logicalOr: of(scalarOperations.logicalOr),
  where: ([condition, a, b]) => (condition !== 0 ? a : b),
  cast: ([x]) => x,
  broadcast: ([x]) => x,
  clip: ([x], [lo, hi]) => Math.min(Math.max(x, fround(lo)), fround(hi)),
  lerp: ([x, y], [t]) => fround(x * fround(1 - t)) + fround(y * fround(t)),
}

/**
 * The value of an operation on cells.
 *
 * @param args the values of its operands
 * @param numbers the values of its host numbers
 */
export const cellValue = ({ operation }: TensorNode, args: readonly number[], numbers: readonly number[]): number => {
  const [a = 0, b = 0, c = 0] = args
  const [n0 = 0, n1 = 0] = numbers
  switch (operation.op) {
    case 'constant':
      return fround(n0)
    case 'reduce':
      return operation.kind === 'norm' ? Math.abs(a) : a
    case 'input':
    case 'select':
    case 'opaque':
      throw new Error(`'${operation.op}' is not computed of cells`)
    default:
      return fround(meaning[operation.op]([a, b, c], [n0, n1]))
  }
}
