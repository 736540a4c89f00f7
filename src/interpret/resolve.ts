/** What every interpreter does first: evaluate the host numbers, choose the sides of branches, and order what is left. */
import type { Graph, HostNode, NodeId } from '../expr/graph.js'
import { scalarOperations } from '../expr/scalar.js'
import { settle } from '../expr/settle.js'
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
  const value = (id: NodeId): number => known.get(id) as number
  const isNew = (id: NodeId): boolean => !known.has(id)

  /** The first operand that is wanted and not known: of a choice, the condition and then the side that it chooses. */
  const missing = (id: NodeId): NodeId | undefined => {
    const node = graph.scalars[id]
    if (node === undefined) throw new RangeError(`the graph has no number ${id}`)
    if (!('args' in node)) return undefined
    if (node.op !== 'where') return node.args.find(isNew)
    const [condition, a, b] = node.args as readonly [NodeId, NodeId, NodeId]
    return [condition].find(isNew) ?? [value(condition) !== 0 ? a : b].find(isNew)
  }
  const compute = (id: NodeId): number => {
    const node = graph.scalars[id] as HostNode
    switch (node.op) {
      case 'literal':
        return node.value
      case 'input':
        return input(node.name)
      case 'read':
        return read(node.tensor)
      case 'where': {
        const [condition, a, b] = node.args as readonly [NodeId, NodeId, NodeId]
        return value(value(condition) !== 0 ? a : b)
      }
      default: {
        const operation: (...values: number[]) => number = scalarOperations[node.op]
        return operation(...node.args.map(value))
      }
    }
  }
  return id => {
    if (isNew(id)) settle(id, missing, x => known.set(x, compute(x)))
    return value(id)
  }
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
  const stands = new Map<NodeId, NodeId>()
  const stand = (id: NodeId): NodeId => {
    let resolved = stands.get(id) ?? id
    for (let end = standIn(graph, resolved, number); end >= 0; end = standIn(graph, resolved, number))
      resolved = graph.tensors[resolved]?.args[end] as NodeId
    stands.set(id, resolved)
    return resolved
  }
  const argsOf = (id: NodeId): readonly NodeId[] => graph.tensors[id]?.args ?? []
  const missing = (id: NodeId): NodeId | undefined => {
    for (const arg of argsOf(id)) if (!operands.has(stand(arg))) return stand(arg)
    return undefined
  }
  const finish = (id: NodeId): void => {
    operands.set(id, argsOf(id).map(stand))
    order.push(id)
  }
  const resolved = roots.map(stand)
  for (const root of resolved) if (!operands.has(root)) settle(root, missing, finish)
  return { roots: resolved, order, operands }
}
