/** Gradients that TensorFlow.js has wrong above all backends: of the operations, not of the kernels. */
import * as tf from '@tensorflow/tfjs'

/** Where the elements along an axis of a mirrored padding come from. */
const mirrored = (n: number, [before, after]: readonly [number, number], edge: number): tf.Tensor1D =>
  tf.tensor1d(
    Array.from({ length: before + n + after }, (_, k) => {
      const i = k - before
      return i < 0 ? -i - edge : i >= n ? 2 * (n - 1) - i + edge : i
    }),
    'int32',
  )

/** The gradient along one axis: what was copied is summed where it came from. */
const summedBack = (dy: tf.Tensor, axis: number, from: tf.Tensor1D, n: number): tf.Tensor => {
  const perm = dy.shape.map((_, k) => (k === 0 ? axis : k === axis ? 0 : k))
  return tf.unsortedSegmentSum(dy.transpose(perm), from, n).transpose(perm)
}

/**
 * The gradients that stand in for those of TensorFlow.js, on every backend, with the training kernels:
 * `unstack` and `split` into one part fail there, `cumsum` along another axis than the last has the axes of its gradient
 * exchanged, `mirrorPad` loses what its padding adds to it.
 */
export const gradients: readonly tf.GradConfig[] = [
  {
    kernelName: 'Unpack',
    // A single part comes as it is, not in a list.
    gradFunc: (dy, _, attrs) => ({ value: () => tf.stack([dy].flat(), attrs.axis as number) }),
  },
  {
    kernelName: 'SplitV',
    gradFunc: (dy, _, attrs) => ({ x: () => tf.concat([dy].flat(), attrs.axis as number) }),
  },
  {
    kernelName: 'Cumsum',
    gradFunc: (dy, _, { axis, exclusive, reverse }) => ({
      x: () => tf.cumsum(dy as tf.Tensor, axis as number, exclusive as boolean, !reverse),
    }),
  },
  {
    kernelName: 'MirrorPad',
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => ({
      x: () => {
        const { paddings, mode } = attrs as unknown as tf.MirrorPadAttrs
        const edge = mode === 'reflect' ? 0 : 1
        return x!.shape.reduce(
          (sum, n, axis) => summedBack(sum, axis, mirrored(n, paddings[axis]!, edge), n),
          dy as tf.Tensor,
        )
      },
    }),
  },
]
