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
import { settle } from './settle.js'
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

const isTensor = (node: TensorNode | HostNode): node is TensorNode => 'operation' in node

const hostRecord = (node: HostNode): string =>
  node.op === 'literal'
    ? numberText(node.value)
    : JSON.stringify(node.op === 'input' ? [node.op, node.name] : [node.op])

/**
 * The canonical form of what some targets of a graph need, and of which they are.
 *
 * @param roots by default those of the graph
 */
export const canonicalForm = (graph: Graph, roots: readonly Target[] = graph.roots): string => {
  // Tensors and numbers in one list: a tensor in its own place, a number behind all tensors.
  const numberAt = (id: number): number => graph.tensors.length + id
  const placeOf = ({ sort, id }: Target): number => (sort === 'expr' ? id : numberAt(id))
  const nodeAt = (place: number): TensorNode | HostNode =>
    graph.tensors[place] ?? (graph.scalars[place - graph.tensors.length] as HostNode)
  const operands = new Map<number, readonly number[]>()
  const operandsOf = (place: number): readonly number[] => {
    const known = operands.get(place)
    if (known !== undefined) return known
    const node = nodeAt(place)
    const found = isTensor(node)
      ? [...node.args, ...node.scalars.map(numberAt)]
      : node.op === 'read'
        ? [node.tensor]
        : 'args' in node
          ? node.args.map(numberAt)
          : []
    operands.set(place, found)
    return found
  }

  const lines = new Map<string, number>()
  const written = new Map<number, number>()
  const lineOf = (place: number): number => written.get(place) as number
  const isNew = (place: number): boolean => !written.has(place)
  const write = (place: number): void => {
    const node = nodeAt(place)
    const line = `${isTensor(node) ? record(node) : hostRecord(node)}(${operandsOf(place).map(lineOf)})`
    // Operations that are equal by their text, and no one function, are two nodes of the graph and one line.
    const number = lines.get(line) ?? lines.size
    lines.set(line, number)
    written.set(place, number)
  }
  const places = roots.map(placeOf)
  for (const root of places) if (isNew(root)) settle(root, place => operandsOf(place).find(isNew), write)
  return [...lines.keys(), `=(${places.map(lineOf)})`].join('\n')
}
