/** One node of a graph, computed with TensorFlow.js. */
import * as tf from '@tensorflow/tfjs'
import type { TensorNode } from '../../expr/graph.js'
import { sameShape } from '../../expr/shape.js'
import * as kernels from './kernels.js'

/**
 * The value of a node that is neither input nor choice; a fresh tensor, the caller's own.
 *
 * @param numbers the values of its Scalars
 * @param constant whether its second operand is a number of the rule's own, and no NaN
 */
export const applyNode = (
  node: TensorNode,
  args: readonly tf.Tensor[],
  numbers: readonly number[],
  constant: boolean,
): tf.Tensor => tf.tidy(() => apply(node, args, numbers, constant))

// A cast alone leaves a bool in its bytes on cpu, under another name: whoever reads four bytes an element is misled.
const asFloats = (x: tf.Tensor): tf.Tensor => tf.mul(tf.cast(x, 'float32'), 1)

const apply = (
  { operation, shape, dtype }: TensorNode,
  args: readonly tf.Tensor[],
  numbers: readonly number[],
  constant: boolean,
): tf.Tensor => {
  // tfjs broadcasts a number against no elements to one element in `where`, and some of its kernels lose a buffer.
  if (shape.includes(0) && operation.op !== 'opaque') return tf.zeros([...shape], dtype)
  const [a, b, c] = args as readonly [tf.Tensor, tf.Tensor, tf.Tensor]
  const [n0 = 0, n1 = 0] = numbers
  switch (operation.op) {
    case 'constant':
      return tf.scalar(n0)
    case 'where':
      return tf.where(a, b, c)
    case 'clip':
      return kernels.clip(a, n0, n1)
    case 'lerp':
      return kernels.lerp(a, b, n0)
    case 'broadcast':
      return kernels.broadcast(a, shape)
    case 'cast':
      return asFloats(a)
    case 'reduce':
      return kernels.reduction[operation.kind](a, operation.axes)
    case 'opaque': {
      const result = operation.opaque.run(args, numbers, operation.opaque.attributes)
      if (!(result instanceof tf.Tensor) || !sameShape(result.shape, shape))
        throw new TypeError(
          `the opaque node '${operation.opaque.name}' gave ${result instanceof tf.Tensor ? `a tensor of shape [${result.shape}]` : typeof result}; a tensor of shape [${shape}] was expected`,
        )
      if (args.includes(result)) return result.clone()
      return result.dtype === 'float32' ? result : asFloats(result)
    }
    case 'input':
    case 'select':
      throw new Error(`'${operation.op}' is not computed`)
    default:
      return operation.op in kernels.unary
        ? kernels.unary[operation.op as keyof typeof kernels.unary](a)
        : kernels.binary[operation.op as keyof typeof kernels.binary](a, b, constant)
  }
}
