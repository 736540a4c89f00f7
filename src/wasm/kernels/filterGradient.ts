/**
 * The gradient of a convolution for its filter, by loops over positions.
 *
 * In a copy of the input with zeros for its padding, each tap meets all positions of the output at the same steps:
 *
 * $$\partial W_t = \sum_n X_{n s + t}\; \partial Y_n.$$
 *
 * So a loop is told where the input, the gradient and the sums start, and how far apart their neighbours are.
 */
import type * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import type { Convolution } from './convolution.js'
import { type Correlation, correlation, MOST_TAPS, WIDTHS } from './correlation.js'
import { pad, paddedBy, partsOf } from './parts.js'
import { addressOf, FLOAT_BYTES, floats, sizeOf, usingZeros, zeros } from './tensors.js'

/** Neighbouring channels of the output, and the first channel of the input that they meet. */
export interface Channels {
  readonly input: number
  readonly output: number
  readonly count: number
  /** Whether each meets a channel of the input of its own, or all meet the same. */
  readonly paired: boolean
}

/** What distinguishes the filter of one sort of convolution from that of another. */
export interface Meeting {
  /** In a row of the filter: how many taps there are, and how many elements of the input they are apart. */
  readonly taps: number
  readonly tapStep: number
  readonly channels: readonly Channels[]
}

/** A loop over taps of one row of the filter, and where its operands start, in elements. */
interface Task {
  readonly add: Correlation
  readonly groups: number
  readonly x: number
  readonly dy: number
  readonly out: number
}

/** Divides taps into as few groups as there may be, of nearly equal size: first the larger ones, then the smaller. */
const groupsOf = (count: number) => {
  const groups = Math.ceil(count / MOST_TAPS)
  const taps = Math.ceil(count / groups)
  const larger = count - groups * (taps - 1)
  return [
    { first: 0, taps, groups: larger },
    { first: larger * taps, taps: taps - 1, groups: groups - larger },
  ].filter(({ groups }) => groups > 0)
}

/** Divides channels into runs as wide as there are loops for. */
const runsOf = ({ input, output, count, paired }: Channels): readonly Channels[] => {
  const run = WIDTHS.find(width => width <= count)
  if (run === undefined) return []
  const rest = { input: paired ? input + run : input, output: output + run, count: count - run, paired }
  return [{ input, output, count: run, paired }, ...runsOf(rest)]
}

const tasksOf = ({ rows }: Convolution, { taps, tapStep, channels }: Meeting, size: number, pitch: number) =>
  channels.flatMap(runsOf).flatMap(({ input, output, count, paired }) =>
    groupsOf(taps).flatMap(({ first, taps: together, groups }) => {
      const add = correlation({ taps: together, channels: count, paired })
      return Array.from(
        { length: rows.taps },
        (_, row): Task => ({
          add,
          groups,
          x: row * pitch + first * tapStep + input,
          dy: output,
          out: (row * taps + first) * size + output,
        }),
      )
    }),
  )

const accumulate = (
  backend: BackendWasm,
  out: tf.TensorInfo,
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  convolution: Convolution,
  meeting: Meeting,
): void => {
  const { rows, columns, inChannels } = convolution
  const size = dy.shape[3]!
  const parts = partsOf(convolution)
  const largest = parts[0]!
  const area = paddedBy(convolution, largest.rows)
  const pitch = area.width * inChannels
  const tasks = tasksOf(convolution, meeting, size, pitch)
  const step = columns.stride * inChannels
  const rowSkip = rows.stride * pitch - columns.output * step
  usingZeros(backend, [largest.images, area.height, area.width, inChannels], padded => {
    const [target, source] = [floats(backend, padded), floats(backend, x)]
    const [from, met, to] = [addressOf(backend, padded), addressOf(backend, dy), addressOf(backend, out)]
    for (const part of parts) {
      pad(target, source, convolution, area, part)
      const start = (part.image * rows.output + part.row) * columns.output * size
      const imageSkip = (area.height - part.rows * rows.stride) * pitch
      for (const task of tasks)
        task.add(
          from + task.x * FLOAT_BYTES,
          met + (start + task.dy) * FLOAT_BYTES,
          to + task.out * FLOAT_BYTES,
          task.groups,
          columns.output,
          part.rows,
          part.images,
          step * FLOAT_BYTES,
          rowSkip * FLOAT_BYTES,
          imageSkip * FLOAT_BYTES,
          meeting.tapStep * FLOAT_BYTES,
          size * FLOAT_BYTES,
        )
    }
  })
}

/**
 * The gradient of a convolution for its filter, a new tensor.
 *
 * @param x input of the convolution
 * @param dy gradient of its output
 * @param shape of the filter
 * @param convolution geometry of the convolution
 * @param meeting which channels meet at which taps
 */
export const filterGradient = (
  backend: BackendWasm,
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  shape: number[],
  convolution: Convolution,
  meeting: Meeting,
): tf.TensorInfo => {
  const out = zeros(backend, shape)
  if (sizeOf(dy.shape) > 0 && sizeOf(shape) > 0) accumulate(backend, out, x, dy, convolution, meeting)
  return out
}
