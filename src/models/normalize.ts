/** Batch normalization as functions of tensors: moments, normalization, and its gradient in closed form. */
import * as tf from '@tensorflow/tfjs'
import { sizeOf } from '../expr/shape.js'

/** Mean and variance of each channel, `[channels]` each. */
export interface Moments {
  readonly mean: tf.Tensor
  readonly variance: tf.Tensor
}

/** The values of each channel in `[..., channels]`. */
export const valuesPerChannel = (x: tf.Tensor): number => sizeOf(x.shape.slice(0, -1))

// Operations that spread `[channels]` over pixels go row by row, and rows of a few channels are short: five times as slow at 16
// channels as over whole rows of an image, `[batch * height, width * channels]`.
const channelsOf = (x: tf.Tensor): number => x.shape.at(-1) as number
const pixelsPerRow = (x: tf.Tensor): number => (x.rank < 3 ? 1 : (x.shape.at(-2) as number))
const rowsOf = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [-1, pixelsPerRow(x) * channelsOf(x)])
const alongRowsOf =
  (x: tf.Tensor) =>
  (v: tf.Tensor): tf.Tensor =>
    tf.tile(v, [pixelsPerRow(x)])

/** Sums for each channel, of rows or of what they were. */
const sumsOf = (x: tf.Tensor, channels: number): tf.Tensor => tf.sum(tf.reshape(x, [-1, channels]), 0)

/** $1 / \sqrt{\sigma^2 + \varepsilon}$. */
const inverseDeviation = (variance: tf.Tensor, eps: number): tf.Tensor => tf.rsqrt(tf.add(variance, eps))

/**
 * Mean and variance over all axes but the last. The variance is that of the batch as it is, taken about the mean, so that it
 * does not cancel where the mean is large. No gradient goes through them: `normalizeByBatch` has it.
 *
 * $$ \mu_c = \frac{1}{n} \sum_i x_{ic}, \qquad \sigma^2_c = \frac{1}{n} \sum_i (x_{ic} - \mu_c)^2 $$
 *
 * @param x `[..., channels]`
 * @returns fresh tensors
 */
export const batchMoments = (x: tf.Tensor): Moments => {
  // One tensor for both, as a function with a gradient has one result. Within, nothing is recorded, and no copy kept.
  const both = tf.customGrad(given => {
    const input = given as tf.Tensor
    const [n, channels] = [valuesPerChannel(input), channelsOf(input)]
    const mean = tf.div(sumsOf(input, channels), n)
    const squares = tf.squaredDifference(rowsOf(input), alongRowsOf(input)(mean))
    const variance = tf.div(sumsOf(squares, channels), n)
    return { value: tf.stack([mean, variance]), gradFunc: () => tf.zerosLike(input) }
  })(x)
  const [mean, variance] = tf.unstack(both) as [tf.Tensor, tf.Tensor]
  return { mean, variance }
}

/**
 * Normalizes by given moments, as if they were constants.
 *
 * $$ y = \gamma\, \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta $$
 *
 * @param x `[..., channels]`
 * @param scale gamma, `[channels]`
 * @param offset beta, `[channels]`
 * @returns a fresh tensor of the shape of `x`
 */
export const normalize = (
  x: tf.Tensor,
  { mean, variance }: Moments,
  scale: tf.Tensor,
  offset: tf.Tensor,
  eps: number,
): tf.Tensor => {
  const spread = alongRowsOf(x)
  const slope = tf.mul(scale, inverseDeviation(variance, eps))
  // Centred first: an offset that took in the mean would cancel against it where the mean is large.
  const centred = tf.sub(rowsOf(x), spread(mean))
  return tf.reshape(tf.add(tf.mul(centred, spread(slope)), spread(offset)), x.shape)
}

/**
 * Normalizes a batch by its own moments, with the gradient in closed form.
 *
 * $$ \hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}}, \quad y = \gamma \hat x + \beta, \qquad
 *    \bar\beta = \sum_i \bar y_i, \quad \bar\gamma = \sum_i \bar y_i \hat x_i, \quad
 *    \bar x = \frac{\gamma}{\sqrt{\sigma^2 + \varepsilon}} \Big( \bar y - \frac{\bar\beta + \bar\gamma \hat x}{n} \Big) $$
 *
 * It keeps one copy of the batch until then; composed of elementary operations, it would keep three, and take longer.
 *
 * @param x `[..., channels]`
 * @param moments those of `x`
 * @param scale gamma, `[channels]`
 * @param offset beta, `[channels]`
 * @returns a fresh tensor of the shape of `x`
 * @see Ioffe and Szegedy, arXiv 1502.03167, section 3
 */
export const normalizeByBatch = (
  x: tf.Tensor,
  moments: Moments,
  scale: tf.Tensor,
  offset: tf.Tensor,
  eps: number,
): tf.Tensor => {
  const gradient = (dy: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[] =>
    tf.tidy(() => {
      const [input, gamma, mean, variance] = saved as readonly [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
      const [n, channels, spread] = [valuesPerChannel(input), channelsOf(input), alongRowsOf(input)]
      const inverse = inverseDeviation(variance, eps)
      const [dyRows, centred] = [rowsOf(dy), tf.sub(rowsOf(input), spread(mean))]
      const dBeta = sumsOf(dyRows, channels)
      const dGamma = tf.mul(sumsOf(tf.mul(dyRows, centred), channels), inverse)
      // What the moments take up of the gradient, since they depend on x as well.
      const shared = tf.add(tf.mul(centred, spread(tf.div(tf.mul(dGamma, inverse), n))), spread(tf.div(dBeta, n)))
      const dx = tf.mul(tf.sub(dyRows, shared), spread(tf.mul(gamma, inverse)))
      return [tf.reshape(dx, input.shape), dGamma, dBeta]
    })
  return tf.customGrad((...given) => {
    // What tfjs calls it with: the three inputs, and a function that keeps tensors for the gradient.
    const [input, gamma, beta, save] = given as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc]
    save([input, gamma, moments.mean, moments.variance])
    return { value: normalize(input, moments, gamma, beta, eps), gradFunc: gradient }
  })(x, scale, offset)
}
