/**
 * The tfjs interpreter: runs a graph with TensorFlow.js ops, on any backend. The reference for all others.
 *
 * Values are computed on demand, so that of a `branch` one side runs, and disposed after their last use.
 */
import * as tf from '@tensorflow/tfjs'
import type { Graph, NodeId, Target } from '../../expr/graph.js'
import { hostNumbers, resolve } from '../resolve.js'
import * as kernels from './kernels.js'

/** What an input or a result stands for. */
export type Value = number | tf.Tensor

/**
 * The values of the given tensors and numbers of a graph, in their order.
 *
 * A tensor result may be an input itself, or stand in several places; new ones belong to the caller. Inputs are not written
 * to and not disposed.
 *
 * @param inputs by name
 * @throws Error where a tensor condition is met and the backend cannot read synchronously
 */
export const evaluate = (
  graph: Graph,
  targets: readonly Target[],
  inputs: ReadonlyMap<string, Value>,
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

  const number = hostNumbers(graph, name => inputs.get(name) as number, read)

  const run = (roots: readonly NodeId[]): readonly tf.Tensor[] => {
    const { order, operands, roots: resolved } = resolve(graph, roots, number)
    const uses = new Map<NodeId, number>()
    for (const id of [...[...operands.values()].flat(), ...resolved]) uses.set(id, (uses.get(id) ?? 0) + 1)

    const values = new Map<NodeId, tf.Tensor>()
    const value = (id: NodeId): tf.Tensor => values.get(id) as tf.Tensor // operands come before what uses them
    for (const id of order) {
      const args = operands.get(id) ?? []
      values.set(
        id,
        tf.tidy(() => apply(id, args.map(value))),
      )
      for (const arg of args) {
        const left = (uses.get(arg) ?? 0) - 1
        uses.set(arg, left)
        if (left === 0 && graph.tensors[arg]?.operation.op !== 'input') value(arg).dispose()
      }
    }
    return resolved.map(value)
  }

  const apply = (id: NodeId, args: readonly tf.Tensor[]): tf.Tensor => {
    const { operation, shape, scalars, dtype } = graph.tensors[id] as (typeof graph.tensors)[number]
    // tfjs broadcasts a number against no elements to one element in `where`, and some of its kernels lose a buffer.
    if (shape.includes(0) && operation.op !== 'input' && operation.op !== 'opaque') return tf.zeros([...shape], dtype)
    const [a, b, c] = args as readonly [tf.Tensor, tf.Tensor, tf.Tensor]
    switch (operation.op) {
      case 'input':
        return inputs.get(operation.name) as tf.Tensor
      case 'constant':
        return tf.scalar(number(scalars[0] as NodeId))
      case 'where':
        return tf.where(a, b, c)
      case 'clip':
        return kernels.clip(a, number(scalars[0] as NodeId), number(scalars[1] as NodeId))
      case 'lerp':
        return kernels.lerp(a, b, number(scalars[0] as NodeId))
      case 'broadcast':
        return kernels.broadcast(a, shape)
      case 'cast':
        return tf.cast(a, 'float32')
      case 'reduce':
        return kernels.reduction[operation.kind](a, operation.axes)
      case 'opaque': {
        const result = operation.opaque.run(args, scalars.map(number)) as tf.Tensor
        return args.includes(result) ? result.clone() : result
      }
      case 'select':
        throw new Error('a select node is resolved before it is applied')
      default:
        return operation.op in kernels.unary
          ? kernels.unary[operation.op as keyof typeof kernels.unary](a)
          : kernels.binary[operation.op as keyof typeof kernels.binary](a, b, isConstant(id))
    }
  }

  const isConstant = (id: NodeId): boolean => {
    const second = graph.tensors[graph.tensors[id]?.args[1] as NodeId]
    return second?.operation.op === 'constant' && !Number.isNaN(number(second.scalars[0] as NodeId))
  }

  return tf.tidy(() => {
    const tensors = run(targets.filter(({ sort }) => sort === 'expr').map(({ id }) => id))[Symbol.iterator]()
    return targets.map(({ sort, id }) => (sort === 'expr' ? (tensors.next().value as tf.Tensor) : number(id)))
  })
}
