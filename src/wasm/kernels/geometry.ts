/** The geometry of windows that move over spatial axes: convolutions and pools, channels last. */
import type * as tf from '@tensorflow/tfjs'

/** One spatial axis: position `i` of the input meets position `o` of the output at the tap `(i - o * stride + before) / dilation`. */
export interface Axis {
  readonly input: number
  readonly output: number
  readonly taps: number
  readonly stride: number
  readonly dilation: number
  /** Padding before the first input position. */
  readonly before: number
  /** Padding behind the last input position. */
  readonly after: number
}

/** What the attributes of all these kernels have in common. */
export interface WindowAttrs {
  readonly strides: number | readonly number[]
  readonly dilations?: number | readonly number[] | null
  readonly pad: 'same' | 'valid' | number | tf.backend_util.ExplicitPadding
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

/**
 * The axes of a window.
 *
 * Where TensorFlow.js works this out it takes the filter's height and the first stride for both axes of a padding by a
 * number, and in three dimensions a negative padding where the stride is wider than the filter.
 *
 * @param sides of the input
 * @param taps of the filter on each axis
 * @param attrs strides, dilations, padding, rounding
 * @param outputs sizes of the output where they are known, as those of its gradient are
 */
export const axesOf = (
  sides: readonly number[],
  taps: readonly number[],
  { strides, dilations, pad, dimRoundingMode = 'floor' }: WindowAttrs,
  outputs?: readonly number[],
): readonly Axis[] =>
  sides.map((input, k) => {
    const at = (steps: number | readonly number[]): number => (typeof steps === 'number' ? steps : (steps[k] ?? 1))
    const [stride, dilation] = [at(strides), at(dilations ?? 1)]
    const reach = (taps[k]! - 1) * dilation + 1
    const same = pad === 'same'
    const rounded = Math[dimRoundingMode]
    // A window that does not fit anywhere gives nothing.
    const padded = (padding: number): number => Math.max(0, rounded((input + padding - reach) / stride) + 1)
    const wanted = same ? Math.max(0, (Math.ceil(input / stride) - 1) * stride + reach - input) : 0
    const [before, after] =
      typeof pad === 'number'
        ? [pad, pad]
        : typeof pad === 'string'
          ? [Math.floor(wanted / 2), Math.ceil(wanted / 2)]
          : pad[k + 1]!
    const output = outputs?.[k] ?? (same ? Math.ceil(input / stride) : padded(before + after))
    return { input, output, taps: taps[k]!, stride, dilation, before, after }
  })

/** Axes as explicit padding, which every kernel of the backend takes as it is meant. */
export const explicit = (axes: readonly Axis[]): number[][] => [
  [0, 0],
  ...axes.map(({ before, after }) => [before, after]),
  [0, 0],
]
