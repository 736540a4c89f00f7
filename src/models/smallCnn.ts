/** The small convolutional network for CIFAR-10 in the NeuroPlastic authors' published code. */

import type { Shape } from '../expr/shape.js'
import { type OptionsOf, options, plain, value } from '../schema/index.js'
import { admitImage } from './images.js'
import { modelOf, sequence } from './layer.js'
import { conv, dense, dropout as drop, flatten, maxPool, relu } from './layers.js'
import type { Model } from './model.js'

const smallCnnOptions = options({
  /** Height, width and channels of an image; height and width are multiples of 4. Default `[32, 32, 3]`. */
  inputShape: value<Shape>(),
  /** Logits; default 10. */
  classes: plain('integer in [1, inf)', 10),
  /** Channels of the first convolution; all else is in proportion. Default 32. */
  width: plain('integer in [1, inf)', 32),
  /** Probability to drop a unit of the hidden dense layer in training; default 0.2. */
  dropout: plain('[0, 1)', 0.2),
})

/** Images, widths and dropout of a `smallCnn`. */
export interface SmallCnnOptions extends OptionsOf<typeof smallCnnOptions> {}

/**
 * The authors' network for CIFAR-10: two convolutions, a pool, a third one, a pool, a hidden dense layer.
 *
 * $$ x \to C_{32} \to C_{64} \to P \to C_{128} \to P \to D_{256} \to \text{dropout} \to D_{10} $$
 *
 * $C$ is a 3 x 3 convolution with padding 1 and ReLU, $P$ the maximum of 2 x 2 pixels, $D$ a dense layer, with ReLU where it is
 * hidden; all begin as PyTorch has it, in $U(-1/\sqrt{n_{in}}, 1/\sqrt{n_{in}})$. Leaves `conv1/kernel`, `conv1/bias` to
 * `dense2/bias`. The default has 2,193,226 parameters. This is what their code trains; the ResNet-18 that the paper reports is
 * `resnet18`.
 *
 * @param options see `SmallCnnOptions`
 * @throws HyperparameterError that names the option, its value and what is admissible
 * @example
 * const model = smallCnn()
 * const { logits } = tf.tidy(() => model.apply(model.init(0), tf.zeros([1, 32, 32, 3])))
 * @see arXiv 2604.26297, the authors' code
 */
export const smallCnn = (given: SmallCnnOptions = {}): Model => {
  const { inputShape = [32, 32, 3], classes, width, dropout } = smallCnnOptions.read('smallCnn', given)
  const [height, columns, channels] = admitImage(
    inputShape,
    (rows, columns) => rows % 4 === 0 && columns % 4 === 0,
    'sides that are multiples of 4',
  )
  const same = { size: 3, padding: 1 }
  return modelOf(
    { name: `small CNN ${width}-${2 * width}-${4 * width}-${8 * width}`, inputShape, classes },
    sequence([
      conv('conv1', { ...same, inputs: channels, outputs: width }),
      relu,
      conv('conv2', { ...same, inputs: width, outputs: 2 * width }),
      relu,
      maxPool,
      conv('conv3', { ...same, inputs: 2 * width, outputs: 4 * width }),
      relu,
      maxPool,
      flatten,
      dense('dense1', (height / 4) * (columns / 4) * 4 * width, 8 * width),
      relu,
      drop(dropout, 0),
      dense('dense2', 8 * width, classes),
    ]),
  )
}
