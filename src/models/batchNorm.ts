/** Batch normalization as a layer: its running statistics are arguments and results. */
import * as tf from '@tensorflow/tfjs'
import { fromEntries, get } from '../expr/tree.js'
import { constant } from './fill.js'
import type { Layer } from './layer.js'
import { batchMoments, normalize, normalizeByBatch, valuesPerChannel } from './normalize.js'

/** Options of `batchNorm`, with PyTorch's defaults. */
export interface BatchNormOptions {
  /** The weight of a batch in the running statistics, in [0, 1]. Default 0.1. */
  readonly momentum?: number
  /** Keeps the division safe, > 0. Default 1e-5. */
  readonly eps?: number
  /** What gamma begins with. Default 1. */
  readonly scale?: number
}

/**
 * Batch normalization: in training by the moments of the batch, in evaluation by running ones, the next of which are results.
 *
 * $$ m' = (1 - \rho)\, m + \rho\, \mu, \qquad v' = (1 - \rho)\, v + \rho\, \frac{n}{n - 1} \sigma^2,
 *    \qquad m_0 = 0, \quad v_0 = 1 $$
 *
 * Parameters `scale` and `offset`, statistics `mean` and `variance`, all `[channels]`. A batch is normalized by its variance as
 * it is, while the running one estimates that of the population, hence $n / (n - 1)$; at $n = 1$ it is left out.
 *
 * @example
 * batchNorm('bn1', 64)
 * @see Ioffe and Szegedy, arXiv 1502.03167; `torch.nn.BatchNorm2d`
 */
export const batchNorm = (
  name: string,
  channels: number,
  { momentum = 0.1, eps = 1e-5, scale = 1 }: BatchNormOptions = {},
): Layer => {
  const leaf = (part: string, value: number) => ({ name: `${name}/${part}`, shape: [channels], fill: constant(value) })
  const [gamma, beta, mean, variance] = [leaf('scale', scale), leaf('offset', 0), leaf('mean', 0), leaf('variance', 1)]
  const blend = (old: tf.Tensor, now: tf.Tensor, correction: number) =>
    tf.add(tf.mul(old, 1 - momentum), tf.mul(now, momentum * correction))
  return {
    params: [[gamma, beta]],
    stats: [mean, variance],
    apply: ({ params, stats }, x, at) => {
      const [g, b] = [get(gamma.name)(params), get(beta.name)(params)]
      const running = { mean: get(mean.name)(stats), variance: get(variance.name)(stats) }
      if (at === undefined) return { y: normalize(x, running, g, b, eps), stats: {} }
      const [batch, n] = [batchMoments(x), valuesPerChannel(x)]
      return {
        y: normalizeByBatch(x, batch, g, b, eps),
        stats: fromEntries([
          [mean.name, blend(running.mean, batch.mean, 1)],
          [variance.name, blend(running.variance, batch.variance, n / Math.max(1, n - 1))],
        ]),
      }
    },
  }
}
