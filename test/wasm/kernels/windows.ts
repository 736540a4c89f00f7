/** Windows that move over spatial axes: what convolutions and pools have in common, in any number of dimensions. */
import { type Draw, forEach } from './field.js'

/** One spatial axis: position o of the output meets position o stride + k dilation - before of the input at its tap k. */
export interface Axis {
  readonly input: number
  readonly output: number
  readonly taps: number
  readonly stride: number
  readonly dilation: number
  readonly before: number
}

export type Pad = 'same' | 'valid' | number

/**
 * The axis of a window, as TensorFlow defines its padding (https://www.tensorflow.org/api_docs/python/tf/nn, "Notes on
 * padding"); a number pads both sides by it.
 */
export const axisOf = (input: number, taps: number, stride: number, dilation: number, pad: Pad): Axis => {
  const reach = (taps - 1) * dilation + 1
  if (pad === 'same') {
    const output = Math.ceil(input / stride)
    const padding = Math.max(0, (output - 1) * stride + reach - input)
    return { input, output, taps, stride, dilation, before: Math.floor(padding / 2) }
  }
  const padding = pad === 'valid' ? 0 : pad
  const output = Math.floor((input + 2 * padding - reach) / stride) + 1
  return { input, output, taps, stride, dilation, before: padding }
}

/** Visits each output position with each tap whose input position exists. */
export const forEachMeeting = (
  axes: readonly Axis[],
  visit: (output: readonly number[], input: readonly number[], tap: readonly number[]) => void,
): void =>
  forEach(
    axes.map(({ output }) => output),
    output =>
      forEach(
        axes.map(({ taps }) => taps),
        tap => {
          const input = axes.map(({ stride, dilation, before }, k) => output[k]! * stride + tap[k]! * dilation - before)
          if (axes.every(({ input: n }, k) => input[k]! >= 0 && input[k]! < n)) visit(output, input, tap)
        },
      ),
  )

/** A random window over `rank` axes. */
export const drawWindow = (
  draw: Draw,
  rank: number,
  most: { readonly side: number; readonly taps: number; readonly stride: number; readonly pads: readonly Pad[] },
) => {
  const pad = draw.pick(most.pads)
  const each = (value: () => number): number[] => Array.from({ length: rank }, value)
  const taps = each(() => draw.int(1, most.taps))
  const strides = each(() => draw.int(1, most.stride))
  const least = pad === 'same' ? taps.map(() => 1) : taps
  const sides = least.map(n => draw.int(n, Math.max(n, most.side)))
  const axes = sides.map((side, k) => axisOf(side, taps[k]!, strides[k]!, 1, pad))
  return { pad, taps, strides, sides, axes, says: { sides, taps, strides, pad } }
}
