/** What every interpreter does first: evaluate the host numbers, choose the sides of branches, and order what is left. */
import type { Graph, NodeId } from '../expr/graph.js'
import { scalarOperations } from '../expr/scalar.js'
import { sameShape } from '../expr/shape.js'

/**
 * The numbers of a graph, each computed once, when it is asked for.
 *
 * @param input the value of a number given at run time, by name
 * @param read the value of a tensor condition
 */
export const hostNumbers = (
  graph: Graph,
  input: (name: string) => number,
  read: (tensor: NodeId) => number,
): ((id: NodeId) => number) => {
  const known = new Map<NodeId, number>()
  const compute = (id: NodeId): number => {
    const node = graph.scalars[id]
    switch (node?.op) {
      case undefined:
        throw new RangeError(`the graph has no number ${id}`)
      case 'literal':
        return node.value
      case 'input':
        return input(node.name)
      case 'read':
        return read(node.tensor)
      case 'where': {
        const [condition, a, b] = node.args as readonly [NodeId, NodeId, NodeId]
        return number(number(condition) !== 0 ? a : b)
      }
      default: {
        const operation: (...values: number[]) => number = scalarOperations[node.op]
        return operation(...node.args.map(number))
      }
    }
  }
  const number = (id: NodeId): number => {
    const value = known.get(id) ?? compute(id)
    known.set(id, value)
    return value
  }
  return number
}

/** The nodes that given ones need, operands first, with each `select` replaced by its chosen side, each `lerp` by its end. */
export interface Resolved {
  readonly roots: readonly NodeId[]
  readonly order: readonly NodeId[]
  /** The operands of each node of `order`, themselves resolved. */
  readonly operands: ReadonlyMap<NodeId, readonly NodeId[]>
}

/** Which operand stands in for a node, given the value of its number: 0 or 1, or -1 for neither. */
export const standIn = (graph: Graph, id: NodeId, number: (id: NodeId) => number): 0 | 1 | -1 => {
  const { operation, args, scalars, shape } = graph.tensors[id] as Graph['tensors'][number]
  if (operation.op === 'select') return number(scalars[0] as NodeId) !== 0 ? 0 : 1
  if (operation.op !== 'lerp') return -1
  const t = number(scalars[0] as NodeId)
  const end = t === 0 ? 0 : t === 1 ? 1 : -1
  return end >= 0 && sameShape(graph.tensors[args[end] as NodeId]?.shape ?? [], shape) ? end : -1
}

/** Resolves a graph from the given roots on. Of a branch, one side is looked at. */
export const resolve = (graph: Graph, roots: readonly NodeId[], number: (id: NodeId) => number): Resolved => {
  const operands = new Map<NodeId, readonly NodeId[]>()
  const order: NodeId[] = []
  const stand = (id: NodeId): NodeId => {
    const end = standIn(graph, id, number)
    return end < 0 ? id : stand(graph.tensors[id]?.args[end] as NodeId)
  }
  const visit = (id: NodeId): NodeId => {
    const resolved = stand(id)
    if (!operands.has(resolved)) {
      operands.set(resolved, (graph.tensors[resolved]?.args ?? []).map(visit))
      order.push(resolved)
    }
    return resolved
  }
  return { roots: roots.map(visit), order, operands }
}
