/**
 * The canonical form of a graph: two graphs have the same exactly where what their roots need is isomorphic, node by node with
 * equal records.
 *
 * A line for each distinct value, operands first, in the order in which the roots, one after another, come to it. So neither
 * the order of construction plays a part, nor what is observed, nor what no root needs.
 */
import { sourceOf } from './expr.js'
import type { Graph, HostNode, Target, TensorNode } from './graph.js'
import { jsonText, numberText } from './json.js'
import { sha256 } from './sha256.js'

const hashes = new WeakMap<object, string>()

/** The hash of a function's source text. */
const sourceHash = (run: object): string => {
  const known = hashes.get(run) ?? sha256(sourceOf(run))
  hashes.set(run, known)
  return known
}

/** What a tensor is made of beside its operands. */
const record = ({ operation, shape, dtype }: TensorNode): string => {
  const own = (): readonly unknown[] => {
    switch (operation.op) {
      case 'input':
        return [operation.name]
      case 'reduce':
        return [operation.kind, operation.axes ?? 'all']
      case 'opaque': {
        const { name, version, attributes, run } = operation.opaque
        return [name, version, jsonText(attributes, 'attributes'), sourceHash(run)]
      }
      default:
        return []
    }
  }
  return JSON.stringify([operation.op, dtype, shape, ...own()])
}

const hostRecord = (node: HostNode): string =>
  node.op === 'literal'
    ? numberText(node.value)
    : JSON.stringify(node.op === 'input' ? [node.op, node.name] : [node.op])

const operandsOf = (graph: Graph, { sort, id }: Target): readonly Target[] => {
  const tensor = (id: number): Target => ({ sort: 'expr', id })
  const number = (id: number): Target => ({ sort: 'scalar', id })
  if (sort === 'expr') {
    const { args, scalars } = graph.tensors[id] as TensorNode
    return [...args.map(tensor), ...scalars.map(number)]
  }
  const node = graph.scalars[id] as HostNode
  return node.op === 'read' ? [tensor(node.tensor)] : 'args' in node ? node.args.map(number) : []
}

/**
 * The canonical form of what some targets of a graph need, and of which they are.
 *
 * @param roots by default those of the graph
 */
export const canonicalForm = (graph: Graph, roots: readonly Target[] = graph.roots): string => {
  const lines = new Map<string, number>()
  const known = { expr: new Map<number, number>(), scalar: new Map<number, number>() }
  const lineOf = ({ sort, id }: Target) => known[sort].get(id)

  // A stack of its own: expressions may be deeper than that of the host.
  const write = (root: Target): void => {
    const open = [root]
    for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
      const { sort, id } = at
      const operands = lineOf(at) === undefined ? operandsOf(graph, at) : []
      const waiting = operands.filter(operand => lineOf(operand) === undefined)
      if (waiting.length > 0) {
        for (const operand of waiting.reverse()) open.push(operand)
        continue
      }
      open.pop()
      if (lineOf(at) !== undefined) continue
      const own = sort === 'expr' ? record(graph.tensors[id] as TensorNode) : hostRecord(graph.scalars[id] as HostNode)
      const line = `${own}(${operands.map(lineOf)})`
      // Operations that are equal by their text, and no one function, are two nodes of the graph and one line.
      const number = lines.get(line) ?? lines.size
      lines.set(line, number)
      known[sort].set(id, number)
    }
  }
  roots.forEach(write)
  return [...lines.keys(), `=(${roots.map(lineOf)})`].join('\n')
}
