/**
 * The tfjs interpreter: runs a graph with TensorFlow.js ops, on any backend. The reference for all others.
 *
 * Values are computed on demand, so that of a `branch` one side runs, and disposed after their last use.
 */
import * as tf from '@tensorflow/tfjs'
import type { Graph, NodeId, Target, TensorNode } from '../../expr/graph.js'
import { hostNumbers, resolve } from '../resolve.js'
import { applyNode } from './apply.js'

/** What an input or a result stands for. */
export type Value = number | tf.Tensor

/**
 * The values of the given tensors and numbers of a graph, in their order.
 *
 * A tensor result may be an input itself, or stand in several places; new ones belong to the caller. Inputs are not written
 * to and not disposed.
 *
 * @param input the value of an input, by name
 * @throws Error where a tensor condition is met and the backend cannot read synchronously
 */
export const evaluate = (
  graph: Graph,
  targets: readonly Target[],
  input: (name: string) => Value,
): readonly Value[] => {
  const read = (id: NodeId): number =>
    tf.tidy(() => {
      const [condition] = run([id])
      try {
        return Number(condition?.dataSync()[0] ?? 0)
      } catch (error) {
        throw new Error(
          `a branch on a tensor needs a backend that reads synchronously, which '${tf.getBackend()}' is not; branch on a Scalar, or use wasm, cpu or webgl`,
          { cause: error },
        )
      }
    })

  const number = hostNumbers(graph, name => input(name) as number, read)

  const apply = (id: NodeId, args: readonly tf.Tensor[]): tf.Tensor => {
    const node = graph.tensors[id] as TensorNode
    const { operation, scalars } = node
    if (operation.op === 'input') return input(operation.name) as tf.Tensor
    const second = graph.tensors[node.args[1] as NodeId]
    const constant = second?.operation.op === 'constant' && !Number.isNaN(number(second.scalars[0] as NodeId))
    return applyNode(node, args, scalars.map(number), constant)
  }

  const run = (roots: readonly NodeId[]): readonly tf.Tensor[] => {
    const { order, operands, roots: resolved } = resolve(graph, roots, number)
    const uses = new Map<NodeId, number>()
    for (const id of [...[...operands.values()].flat(), ...resolved]) uses.set(id, (uses.get(id) ?? 0) + 1)

    const values = new Map<NodeId, tf.Tensor>()
    const value = (id: NodeId): tf.Tensor => values.get(id) as tf.Tensor // operands come before what uses them
    for (const id of order) {
      const args = operands.get(id) ?? []
      values.set(id, apply(id, args.map(value)))
      for (const arg of args) {
        const left = (uses.get(arg) ?? 0) - 1
        uses.set(arg, left)
        if (left === 0 && graph.tensors[arg]?.operation.op !== 'input') value(arg).dispose()
      }
    }
    return resolved.map(value)
  }

  return tf.tidy(() => {
    const tensors = run(targets.filter(({ sort }) => sort === 'expr').map(({ id }) => id))[Symbol.iterator]()
    return targets.map(({ sort, id }) => (sort === 'expr' ? (tensors.next().value as tf.Tensor) : number(id)))
  })
}
