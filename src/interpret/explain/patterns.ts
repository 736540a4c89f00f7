/**
 * Forms that a rule is written in and that have a name: a mean, a normalized signal, a cap on a norm.
 *
 * A trace keeps operations, not names. Who bounds or prints a graph finds them again here, exactly: a form that differs in
 * one operation is not recognised.
 */
import type { Graph, NodeId, TensorNode } from '../../expr/graph.js'
import { sameShape, sizeOf } from '../../expr/shape.js'

/** A mean of `count` elements. */
export interface Mean {
  readonly of: NodeId
  readonly axes: readonly number[] | undefined
  readonly count: number
}

/** $c / (n + \varepsilon)$ where $n > c$, else 1. */
export interface CapFactor {
  readonly quantity: NodeId
  readonly limit: NodeId
  readonly eps: number
}

/** A node of a graph. @throws RangeError where there is none */
export const tensorAt = (graph: Graph, id: NodeId | undefined): TensorNode => {
  const node = id === undefined ? undefined : graph.tensors[id]
  if (node === undefined) throw new RangeError(`the graph has no tensor ${id}`)
  return node
}

/** The operands of a node with this operation. */
export const operandsOf = (graph: Graph, id: NodeId, op: string): readonly NodeId[] | undefined => {
  const { operation, args } = tensorAt(graph, id)
  return operation.op === op ? args : undefined
}

/** The value of a tensor that is a number of the rule's own, in any shape. */
export const literalOf = (graph: Graph, id: NodeId): number | undefined => {
  const { operation, args, scalars } = tensorAt(graph, id)
  if (operation.op === 'broadcast') return literalOf(graph, args[0] as NodeId)
  const host = operation.op === 'constant' ? graph.scalars[scalars[0] as NodeId] : undefined
  return host?.op === 'literal' ? host.value : undefined
}

/** Whether a value is one and the same for all elements of a leaf. */
export const isUniform = (graph: Graph, id: NodeId): boolean => {
  const { operation, args, shape } = tensorAt(graph, id)
  if (shape.length === 0 || operation.op === 'constant') return true
  return (
    operation.op !== 'input' && operation.op !== 'opaque' && args.length > 0 && args.every(arg => isUniform(graph, arg))
  )
}

/** `x.mean()`: a sum divided by the number of its elements. */
export const meanOf = (graph: Graph, id: NodeId): Mean | undefined => {
  const [total, divisor] = operandsOf(graph, id, 'div') ?? []
  if (total === undefined || divisor === undefined) return undefined
  const { operation, args, shape } = tensorAt(graph, total)
  if (operation.op !== 'reduce' || operation.kind !== 'sum') return undefined
  const of = args[0] as NodeId
  const count = sizeOf(tensorAt(graph, of).shape) / sizeOf(shape)
  return literalOf(graph, divisor) === count ? { of, axes: operation.axes, count } : undefined
}

/** A value and a positive number added to it; 0 where there is none. */
const shifted = (graph: Graph, id: NodeId): { readonly of: NodeId; readonly eps: number } => {
  const [of, shift] = operandsOf(graph, id, 'add') ?? []
  const eps = shift === undefined ? undefined : literalOf(graph, shift)
  return of !== undefined && eps !== undefined && eps > 0 ? { of, eps } : { of: id, eps: 0 }
}

/** $S(x) = x / (\mathrm{mean}(x) + \varepsilon)$. */
export const normalizedOf = (graph: Graph, id: NodeId): (Mean & { readonly eps: number }) | undefined => {
  const [signal, divisor] = operandsOf(graph, id, 'div') ?? []
  if (signal === undefined || divisor === undefined) return undefined
  const { of, eps } = shifted(graph, divisor)
  const mean = meanOf(graph, of)
  return mean?.of === signal && eps > 0 ? { ...mean, eps } : undefined
}

/** The factor that brings a quantity down to a limit: `where(n <= c, 1, c / (n + eps))`, or `where(n > c, c / (n + eps), 1)`. */
export const capFactorOf = (graph: Graph, id: NodeId): CapFactor | undefined => {
  const [condition, yes, no] = operandsOf(graph, id, 'where') ?? []
  if (condition === undefined || yes === undefined || no === undefined) return undefined
  const within = operandsOf(graph, condition, 'lessEqual')
  const [quantity, limit] = within ?? operandsOf(graph, condition, 'greater') ?? []
  const [inside, outside] = within === undefined ? [yes, no] : [no, yes]
  const [numerator, divisor] = operandsOf(graph, inside, 'div') ?? []
  if (quantity === undefined || limit === undefined || numerator !== limit || divisor === undefined) return undefined
  const { of, eps } = divisor === quantity ? { of: quantity, eps: 0 } : shifted(graph, divisor)
  return of === quantity && literalOf(graph, outside) === 1 ? { quantity, limit, eps } : undefined
}

/** Whose norm over the whole leaf this is. */
export const normedOf = (graph: Graph, id: NodeId): NodeId | undefined => {
  const { operation, args } = tensorAt(graph, id)
  return operation.op === 'reduce' && operation.kind === 'norm' && operation.axes === undefined ? args[0] : undefined
}

/** The factors of a product. */
export const factorsOf = (graph: Graph, id: NodeId): readonly NodeId[] =>
  operandsOf(graph, id, 'mul')?.flatMap(arg => factorsOf(graph, arg)) ?? [id]

/** `cap(x, c)`: a tensor times the factor that brings its own norm down to a limit. */
export const cappedOf = (graph: Graph, id: NodeId): (CapFactor & { readonly of: NodeId }) | undefined => {
  const [x, factor] = operandsOf(graph, id, 'mul') ?? []
  const cap = factor === undefined ? undefined : capFactorOf(graph, factor)
  if (x === undefined || cap === undefined || normedOf(graph, cap.quantity) !== x) return undefined
  return sameShape(tensorAt(graph, x).shape, tensorAt(graph, id).shape) ? { ...cap, of: x } : undefined
}
