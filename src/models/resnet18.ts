/** ResNet-18 in the form for images of CIFAR. */

import type { Shape } from '../expr/shape.js'
import { admitEps } from '../schema/hyperparameter.js'
import { flag, type OptionsOf, options, plain, value } from '../schema/index.js'
import { type BatchNormOptions, batchNorm } from './batchNorm.js'
import { heFanOut } from './fill.js'
import { admitImage } from './images.js'
import { identity, type Layer, modelOf, sequence, sum } from './layer.js'
import { convWithoutBias, dense, globalAveragePool, relu } from './layers.js'
import type { Model } from './model.js'

const resnet18Options = options({
  /** Height, width and channels of an image, whatever they are. Default `[32, 32, 3]`. */
  inputShape: value<Shape>(),
  /** Logits; default 10. */
  classes: plain('integer in [1, inf)', 10),
  /** Channels of the first stage; each further stage has twice as many. Default 64. */
  width: plain('integer in [1, inf)', 64),
  /** The weight of a batch in the running statistics; default 0.1. */
  momentum: plain('[0, 1]', 0.1),
  /** Epsilon of the normalizations, > 0; default 1e-5. */
  eps: value<number, 1e-5>(1e-5),
  /** Whether the last normalization of each block begins with gamma 0, so that the block begins as its shortcut. */
  zeroInit: flag(false),
})

/** Images, width and normalization of a `resnet18`. */
export interface ResNet18Options extends OptionsOf<typeof resnet18Options> {}

/** A convolution that starts as He has it. */
const convHe = (name: string, size: number, inputs: number, outputs: number, stride: number): Layer =>
  convWithoutBias(name, { size, inputs, outputs, stride, padding: (size - 1) / 2 }, heFanOut(size * size * outputs))

/** A basic block: $\max(0, f(x) + g(x))$, with two convolutions in $f$, and $g$ the identity where shapes allow. */
const block = (
  name: string,
  [inputs, outputs, stride]: readonly [number, number, number],
  normalization: BatchNormOptions,
  lastScale: number,
): Layer => {
  const residual = sequence([
    convHe(`${name}/conv1`, 3, inputs, outputs, stride),
    batchNorm(`${name}/bn1`, outputs, normalization),
    relu,
    convHe(`${name}/conv2`, 3, outputs, outputs, 1),
    batchNorm(`${name}/bn2`, outputs, { ...normalization, scale: lastScale }),
  ])
  const projection = sequence([
    convHe(`${name}/shortcut/conv`, 1, inputs, outputs, stride),
    batchNorm(`${name}/shortcut/bn`, outputs, normalization),
  ])
  return sequence([sum(residual, stride === 1 && inputs === outputs ? identity : projection), relu])
}

/**
 * ResNet-18 for small images: a 3 x 3 stem that keeps their size, four stages of two basic blocks, the mean over all pixels, a
 * dense layer.
 *
 * $$ x \to C_w \to \text{BN} \to \max(0, \cdot) \to B_w^2 \to B_{2w}^2 \to B_{4w}^2 \to B_{8w}^2 \to \text{mean} \to D_{10} $$
 *
 * The first block of each stage but the first has stride 2 and a projection (1 x 1 convolution and normalization) for its
 * shortcut. Convolutions have no bias and begin in $N(0, 2/n_{out})$. Leaves `conv1/kernel`, `bn1/scale`,
 * `block1/0/conv1/kernel` to `block4/1/bn2/offset`, `dense/kernel`, `dense/bias`; statistics `bn1/mean`, `bn1/variance` and so
 * on. At width 64, 11,173,962 parameters; at width 16, 701,466.
 *
 * @param options see `ResNet18Options`
 * @throws HyperparameterError that names the option, its value and what is admissible
 * @example
 * const model = resnet18({ width: 16 })
 * const { logits } = tf.tidy(() => model.apply(model.init(0), tf.zeros([1, 32, 32, 3])))
 * @see He et al., arXiv 1512.03385, table 1; for images of 32 x 32 without its first pool, as usual for CIFAR;
 *   Goyal et al., arXiv 1706.02677, section 5.1 (`zeroInit`)
 */
export const resnet18 = (given: ResNet18Options = {}): Model => {
  const read = resnet18Options.read('resnet18', given)
  const { inputShape = [32, 32, 3], classes, width, momentum, zeroInit } = read
  const [, , channels] = admitImage(inputShape, () => true, 'integers >= 1')
  const normalization = { momentum, eps: admitEps('eps', read.eps) }
  const stage = (index: number): readonly Layer[] => {
    const [outputs, first] = [width * 2 ** index, index === 0]
    const blocks = [[first ? width : outputs / 2, outputs, first ? 1 : 2] as const, [outputs, outputs, 1] as const]
    return blocks.map((shape, i) => block(`block${index + 1}/${i}`, shape, normalization, zeroInit ? 0 : 1))
  }
  return modelOf(
    { name: `ResNet-18 width ${width}`, inputShape, classes },
    sequence([
      convHe('conv1', 3, channels, width, 1),
      batchNorm('bn1', width, normalization),
      relu,
      ...[0, 1, 2, 3].flatMap(stage),
      globalAveragePool,
      dense('dense', 8 * width, classes),
    ]),
  )
}
