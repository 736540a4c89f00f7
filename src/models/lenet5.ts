/** LeNet-5. */

import type { Shape } from '../expr/shape.js'
import { type OptionsOf, oneOf, options, plain, value } from '../schema/index.js'
import { admitImage } from './images.js'
import { modelOf, sequence } from './layer.js'
import { averagePool, conv, dense, flatten, relu, tanh } from './layers.js'
import type { Model } from './model.js'

const lenet5Options = options({
  /** Height, width and channels; 32 x 32, or 28 x 28 with two pixels of zeros added all round. Default `[28, 28, 1]`. */
  inputShape: value<Shape>(),
  /** Logits; default 10. */
  classes: plain('integer in [1, inf)', 10),
  /** `'tanh'`, as in the paper but for its scale, or `'relu'`. */
  activation: oneOf('tanh', 'relu'),
})

/** Images and activation of a `lenet5`. */
export interface LeNet5Options extends OptionsOf<typeof lenet5Options> {}

/**
 * LeNet-5 in the form that is taught: convolutions see all channels, pools have no parameters, and a dense layer ends it.
 *
 * $$ x \to C_6 \to P \to C_{16} \to P \to D_{120} \to D_{84} \to D_{10} $$
 *
 * $C$ is a 5 x 5 convolution, $P$ the mean of 2 x 2 pixels, $D$ a dense layer; all but the last have the activation, and all
 * begin in $U(-1/\sqrt{n_{in}}, 1/\sqrt{n_{in}})$. With one channel it has 61,706 parameters. (The paper's has sparse
 * connections in the second convolution, coefficients in its pools, and radial basis functions at the end: 60,000.)
 *
 * @param options see `LeNet5Options`
 * @throws HyperparameterError that names the option, its value and what is admissible
 * @example
 * const model = lenet5({ inputShape: [32, 32, 3], activation: 'relu' })
 * const { logits } = tf.tidy(() => model.apply(model.init(0), tf.zeros([1, 32, 32, 3])))
 * @see LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition, 1998, section II.B;
 *   Zhang et al., Dive into Deep Learning, section 7.6
 */
export const lenet5 = (given: LeNet5Options = {}): Model => {
  const { inputShape = [28, 28, 1], classes, activation } = lenet5Options.read('lenet5', given)
  const [side, , channels] = admitImage(
    inputShape,
    (height, width) => height === width && (height === 28 || height === 32),
    'images of 28 x 28 or 32 x 32',
  )
  const act = { tanh, relu }[activation]
  return modelOf(
    { name: `LeNet-5 ${activation}`, inputShape, classes },
    sequence([
      conv('conv1', { size: 5, inputs: channels, outputs: 6, padding: (32 - side) / 2 }),
      act,
      averagePool,
      conv('conv2', { size: 5, inputs: 6, outputs: 16, padding: 0 }),
      act,
      averagePool,
      flatten,
      dense('dense1', 400, 120),
      act,
      dense('dense2', 120, 84),
      act,
      dense('dense3', 84, classes),
    ]),
  )
}
