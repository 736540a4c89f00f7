/**
 * The layout in which the filter gradient of a convolution is one matrix product.
 *
 * Stored channel by channel, at a pitch that leaves room for the filter between rows, the input positions that a tap meets
 * are those that the first tap meets, shifted by a constant:
 *
 * $$\partial W_{t,c,k} = \sum_n X_{c,\, n + \mathit{shift}(t)}\; \partial Y_{n,k}.$$
 *
 * $\partial Y$ at the same pitch has zeros between its rows, where the shifted input runs into its next row. So the left
 * operand, of one row for each tap and channel, is made by moving long runs of memory, not element by element. With a stride,
 * the input is dealt out into stride x stride phases, in each of which neighbouring outputs meet neighbouring inputs.
 */
import type { Axis, Convolution } from './convolution.js'

/** What of a batch is multiplied at a time: some whole images, or some rows of one image. */
export interface Chunks {
  /** Output rows of an image. */
  readonly rows: number
  readonly images: number
  /** Elements from one row to the next. */
  readonly pitch: number
  /** Elements of an image, or of the part of it. */
  readonly area: number
  /** Elements of all images: the inner size of the product. */
  readonly length: number
}

/** Part of the batch: the first image and output row, and how many of each. */
export interface Part {
  readonly image: number
  readonly images: number
  readonly row: number
  readonly rows: number
}

// Long enough for the multiplication to outweigh its overhead, short enough for a panel of the right operand, 8 columns
// wide, to stay in the first-level cache, and the sums to be accurate. Measured: 1000 to 2000 is best, flat in between.
const LENGTH = 1500

/** How many taps of one phase there are at most. */
const steps = ({ taps, stride }: Axis): number => Math.ceil(taps / stride)

/** The size of the parts of nearly equal size that something is divided into, none larger than `most`. */
const evenly = (size: number, most: number): number => {
  const parts = Math.ceil(size / Math.min(size, Math.max(1, Math.floor(most))))
  return Math.ceil(size / parts)
}

/** How to divide a batch so that products are neither short nor long. */
export const chunksOf = ({ batch, rows, columns }: Convolution): Chunks => {
  const pitch = columns.output + steps(columns) - 1
  const halo = steps(rows) - 1
  const band = evenly(rows.output, LENGTH / pitch - halo)
  const area = (band + halo) * pitch
  const images = band < rows.output ? 1 : evenly(batch, LENGTH / area)
  return { rows: band, images, pitch, area, length: images * area }
}

/** The parts of a batch, in order. */
export const partsOf = (chunks: Chunks, { batch, rows }: Convolution): readonly Part[] => {
  const starts = (size: number, step: number): readonly number[] =>
    Array.from({ length: Math.ceil(size / step) }, (_, i) => i * step)
  return starts(batch, chunks.images).flatMap(image =>
    starts(rows.output, chunks.rows).map(row => ({
      image,
      images: Math.min(chunks.images, batch - image),
      row,
      rows: Math.min(chunks.rows, rows.output - row),
    })),
  )
}

/** Writes part of the gradient of the output, [batch, rows, columns, channels], to `target` at the pitch of the layout. */
export const spreadGradient = (
  target: Float32Array,
  dy: Float32Array,
  { rows, columns, outChannels }: Convolution,
  { pitch, area }: Chunks,
  part: Part,
): void => {
  const run = columns.output * outChannels
  target.fill(0)
  for (let image = 0; image < part.images; image++)
    for (let row = 0; row < part.rows; row++) {
      const from = ((part.image + image) * rows.output + part.row + row) * run
      target.set(dy.subarray(from, from + run), (image * area + row * pitch) * outChannels)
    }
}

/**
 * Writes the input that a part meets, [batch, rows, columns, channels], to `target`: phase by phase, channel by channel, at
 * the pitch of the layout, with zeros for the padding.
 */
export const spreadInput = (
  target: Float32Array,
  x: Float32Array,
  { rows, columns, inChannels }: Convolution,
  { pitch, area, length }: Chunks,
  part: Part,
): void => {
  target.fill(0)
  const origin = part.row * rows.stride - rows.before
  const firstRow = Math.max(0, origin)
  const endRow = Math.min(rows.input, origin + (part.rows - 1) * rows.stride + rows.taps)
  const endColumn = Math.min(columns.input, (columns.output - 1) * columns.stride + columns.taps - columns.before)
  for (let image = 0; image < part.images; image++)
    for (let row = firstRow; row < endRow; row++) {
      const r = row - origin
      const rowPhase = (r % rows.stride) * columns.stride
      const rowStart = image * area + Math.floor(r / rows.stride) * pitch
      let from = ((part.image + image) * rows.input + row) * columns.input * inChannels
      for (let column = 0; column < endColumn; column++) {
        const c = column + columns.before
        const phase = rowPhase + (c % columns.stride)
        let to = phase * inChannels * length + rowStart + Math.floor(c / columns.stride)
        for (const end = from + inChannels; from < end; from++, to += length) target[to] = x[from]!
      }
    }
}

/**
 * Writes the left operand of the product, one row for each tap and channel, from what `spreadInput` wrote. Where a row ends
 * is left as it is, and meets zeros.
 */
export const shiftTaps = (
  target: Float32Array,
  spread: Float32Array,
  { rows, columns, inChannels }: Convolution,
  { pitch, length }: Chunks,
): void => {
  for (let row = 0, to = 0; row < rows.taps; row++)
    for (let column = 0; column < columns.taps; column++) {
      const phase = (row % rows.stride) * columns.stride + (column % columns.stride)
      const shift = Math.floor(row / rows.stride) * pitch + Math.floor(column / columns.stride)
      const start = phase * inChannels * length
      for (let channel = 0; channel < inChannels; channel++, to += length) {
        const from = start + channel * length
        target.set(spread.subarray(from + shift, from + length), to)
      }
    }
}
