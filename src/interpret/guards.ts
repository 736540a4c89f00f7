/** A graph for who reads a rule as mathematics over real numbers, which have no largest one: without the guards of `normable`. */
import type { Graph, NodeId, Target, TensorNode } from '../expr/graph.js'
import { sameShape } from '../expr/shape.js'
import { farthest, isGuard } from '../transform/normable.js'
import { literalOf, tensorAt } from './explain/patterns.js'

/** The operand that a node is the same as, without guards: what is clipped at the end of float32, or divided by 1. */
const passedOn = (graph: Graph, { operation: { op }, args, scalars, shape }: TensorNode): NodeId | undefined => {
  const [a, b] = args
  const literal = (id: NodeId | undefined): number => {
    const node = id === undefined ? undefined : graph.scalars[id]
    return node?.op === 'literal' ? node.value : Number.NaN
  }
  if (a === undefined) return undefined
  if (op === 'clip') return isGuard(literal(scalars[0]), literal(scalars[1])) ? a : undefined
  if (b === undefined || !(op === 'mul' || op === 'div') || !sameShape(tensorAt(graph, a).shape, shape))
    return undefined
  return isUnit(graph, b) ? a : undefined
}

/** Whether a value is a unit that squares are taken in, which is 1 for real numbers. */
const isUnit = (graph: Graph, id: NodeId): boolean => {
  const { operation, args } = tensorAt(graph, id)
  const bound = operation.op === 'where' ? tensorAt(graph, args[2]) : undefined
  return bound?.operation.op === 'minimum' && literalOf(graph, bound.args[1] as NodeId) === farthest
}

/** The graph with what a guard passes on in the place of each guard, and how roots of the old graph are told in it. */
export const withoutGuards = (graph: Graph): { readonly graph: Graph; readonly targets: (root: Target) => Target } => {
  const behind: NodeId[] = [] // operands come before what uses them
  const at = (id: NodeId): NodeId => behind[id] ?? id
  graph.tensors.forEach((node, id) => {
    const same = passedOn(graph, node)
    behind.push(same === undefined ? id : at(same))
  })
  // A number of one leaf in the unit of all leaves is that leaf's again.
  const tensors: TensorNode[] = []
  for (const node of graph.tensors) {
    const args = node.args.map(at)
    const [first, ...others] = args.map(arg => tensors[arg]?.leaf)
    const leaf = node.leaf === null && others.every(other => other === first) ? first : node.leaf
    tensors.push({ ...node, args, leaf })
  }
  const targets = (root: Target): Target => (root.sort === 'expr' ? { ...root, id: at(root.id) } : root)
  return {
    graph: {
      tensors,
      scalars: graph.scalars.map(node => (node.op === 'read' ? { ...node, tensor: at(node.tensor) } : node)),
      observations: graph.observations.map(seen => ({ ...seen, tensor: at(seen.tensor) })),
      roots: graph.roots.map(targets),
    },
    targets,
  }
}
