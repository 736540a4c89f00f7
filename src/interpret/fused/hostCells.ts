/** Cells on the host: values of one element that no space computes, in float32 as tfjs would. */
import type { TensorNode } from '../../expr/graph.js'
import { scalarOperations } from '../../expr/scalar.js'

const extra: Readonly<Record<string, (...x: number[]) => number>> = {
  square: (x = 0) => x * x,
  sigmoid: (x = 0) => 1 / (1 + Math.exp(-x)),
  tanh: (x = 0) => Math.tanh(x),
  sign: (x = 0) => (x > 0 ? 1 : x < 0 ? -1 : x),
  isNaN: x => Number(Number.isNaN(x)),
  isFinite: x => Number(Number.isFinite(x)),
  notEqual: (a, b) => Number(a !== b),
  where: (condition, a = 0, b = 0) => (condition !== 0 ? a : b),
  cast: (x = 0) => x,
  broadcast: (x = 0) => x,
}

/**
 * The value of an operation on cells.
 *
 * @param args the values of its operands
 * @param numbers the values of its host numbers
 */
export const cellValue = ({ operation }: TensorNode, args: readonly number[], numbers: readonly number[]): number => {
  const [x = 0, y = 0] = args
  const [n0 = 0, n1 = 0] = numbers
  switch (operation.op) {
    case 'constant':
      return Math.fround(n0)
    case 'reduce':
      return operation.kind === 'norm' ? Math.abs(x) : x
    case 'clip':
      return Math.min(Math.max(x, Math.fround(n0)), Math.fround(n1))
    case 'lerp':
      return Math.fround(Math.fround(x * Math.fround(1 - n0)) + Math.fround(y * Math.fround(n0)))
    default: {
      const f: ((...values: number[]) => number) | undefined =
        extra[operation.op] ??
        (scalarOperations as Readonly<Record<string, (...values: number[]) => number>>)[operation.op]
      if (f === undefined) throw new Error(`'${operation.op}' has no meaning for a cell`)
      return Math.fround(f(...args))
    }
  }
}
