/** How the values of a leaf begin. */
import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

/** `size` values from a stream of random bits, which it advances. */
export type Fill = (random: RandomGenerator, size: number) => Float32Array

/** The same value everywhere. */
export const constant =
  (value: number): Fill =>
  (_, size) =>
    new Float32Array(size).fill(value)

/**
 * PyTorch's default for kernels and biases.
 *
 * $$ w \sim U(-1/\sqrt{n_{in}}, 1/\sqrt{n_{in}}) $$
 *
 * @param fanIn values that one output is made of
 * @see LeCun et al., Efficient BackProp, 1998; `torch.nn.Linear`, `torch.nn.Conv2d`
 */
export const uniformFanIn = (fanIn: number): Fill => {
  const bound = 1 / Math.sqrt(fanIn)
  return (random, size) => Float32Array.from({ length: size }, () => (2 * uniformFloat32(random) - 1) * bound)
}

/**
 * The initialization for ReLU that keeps the variance of gradients from layer to layer; normal values by Box and Muller.
 *
 * $$ w \sim N(0, 2 / n_{out}) $$
 *
 * @param fanOut values that one input goes into: filter height times width times output channels
 * @see He et al., arXiv 1502.01852, equation 14
 */
export const heFanOut = (fanOut: number): Fill => {
  const deviation = Math.sqrt(2 / fanOut)
  return (random, size) => {
    const values = new Float32Array(size)
    for (let i = 0; i < size; i += 2) {
      // In (0, 1], where the logarithm is finite.
      const radius = deviation * Math.sqrt(-2 * Math.log(1 - uniformFloat32(random)))
      const angle = 2 * Math.PI * uniformFloat32(random)
      values[i] = radius * Math.cos(angle)
      values[i + 1] = radius * Math.sin(angle)
    }
    return values
  }
}
